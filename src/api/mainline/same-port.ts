/**
 * Nodes with one id on one port, one per core. The kernel deals out what comes in among their sockets,
 * always to the same one what the same sender sends (SO_REUSEPORT):
 *
 *     X ──▶ port 6881 ──┬──▶ worker 1    its own table, its own stored peers
 *     Y ──▶ port 6881 ──┴──▶ worker 2    its own table, its own stored peers
 *
 * They share nothing but the key of their write tokens. What X is asked by worker 1 it answers to the
 * port, where worker 2 may hear it: such a stray is told of, to be handed to the others.
 */
import { type Address, addressOf, formatAddress, parseIp, parseIp6 } from '../../core/address.ts';
import { checkNames, shown } from '../../core/argument.ts';
import type { DatagramReceiver, DatagramTransport } from '../../core/host.ts';
import { parseEndpoint } from '../../io/endpoint.ts';

export interface SamePortOptions {
  /** A secret that all of them have, 16 bytes or more: a write token of one counts at the others. */
  key: Uint8Array;
  /** Hears an answer that is to none of our queries: give it to `receive` of the others. */
  onStray?: (from: string, bytes: Uint8Array) => void;
}

/** The least bytes of a key. */
const KEY_BYTES = 16;

/** What makes a node one of several on one port: one for each node, given to `openMainline`. */
export class SamePort {
  readonly key: Uint8Array;
  readonly #onStray: (from: string, bytes: Uint8Array) => void;
  #receiver: DatagramReceiver | null = null;
  #strays: () => number = () => 0;

  /** @throws TypeError or RangeError for a key that is none. */
  constructor(options: SamePortOptions) {
    checkNames(options, 'options', 'SamePort', ['key', 'onStray']);
    const { key, onStray = () => {} } = options;
    if (!(key instanceof Uint8Array)) {
      throw new TypeError(`"key" expected bytes, got ${shown(key)}`);
    }
    if (key.length < KEY_BYTES) {
      throw new RangeError(`"key" expected ${KEY_BYTES} bytes or more, got ${key.length}`);
    }
    if (typeof onStray !== 'function') {
      throw new TypeError(`"onStray" expected a function, got ${shown(onStray)}`);
    }
    this.key = key.slice();
    this.#onStray = onStray;
  }

  /**
   * Takes a datagram that came in at another of them: what its `onStray` heard.
   * @throws TypeError or RangeError for what is no endpoint.
   */
  receive(from: string, bytes: Uint8Array): void {
    const { host, port } = parseEndpoint(from, 'from');
    const ip = host.includes(':') ? parseIp6(host) : parseIp(host);
    if (ip < 0) throw new TypeError(`"from" expected IP:PORT, got ${shown(from)}`);
    this.#receiver?.receive(addressOf(ip, port), bytes, 0, bytes.length);
    this.#receiver?.drained();
  }

  /** @internal A socket of a node, whose strays are told of. @throws TypeError for a second node. */
  over(transport: DatagramTransport): DatagramTransport {
    return {
      address: transport.address,
      get sendFailures() {
        return transport.sendFailures;
      },
      open: (receiver) => {
        this.#receiver = receiver;
        transport.open({
          receive: (from, bytes, start, end) => this.#take(receiver, from, bytes, start, end),
          drained: () => receiver.drained(),
          unsent: (to, code) => receiver.unsent?.(to, code),
        });
      },
      send: (to, bytes, length) => transport.send(to, bytes, length),
      flush: () => transport.flush(),
      unref: () => transport.unref?.(),
      ref: () => transport.ref?.(),
      close: (closed) => {
        this.#receiver = null;
        transport.close(closed);
      },
    };
  }

  /** @internal @param strays answers so far that were to none of our queries. */
  count(strays: () => number): void {
    this.#strays = strays;
  }

  #take(
    receiver: DatagramReceiver,
    from: Address,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    // Queries end with `1:y1:qe`, and are nobody else's. They are nearly all there is.
    const isQuery = bytes[end - 2] === 0x71;
    const before = isQuery ? 0 : this.#strays();
    receiver.receive(from, bytes, start, end);
    if (isQuery || this.#strays() === before) return;
    this.#onStray(formatAddress(from), Uint8Array.prototype.slice.call(bytes, start, end));
  }
}
