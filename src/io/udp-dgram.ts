/**
 * A UDP socket as a `DatagramTransport`, on node:dgram alone.
 *
 * Three things make it as fast as dgram can be. Addresses are numbers here and text there, so both
 * ways are remembered. Nothing is looked up before it is sent. And what is sent leaves in batches, by
 * way of an outbox.
 */
import type { Socket } from 'node:dgram';
import { type Address, addressOf, formatIp, ipOf, isIp6, portOf } from '../core/address.ts';
import type { DatagramReceiver } from '../core/host.ts';
import { Backlog } from './backlog.ts';
import { DhtError } from './errors.ts';
import { knownIps } from './known-ips.ts';
import { enlargeReceiveBuffer, newSocket, type UdpPlace, type UdpTransport } from './udp-socket.ts';

/** Datagrams that wait at most: more of them leave at once. */
const SLOTS = 256;
/** Bytes of a slot; no message of a node is longer, and what is longer gets a slot of its size. */
const SLOT_BYTES = 1024;
/** Datagrams handed to dgram at a time when there is room again. */
const RESUMED = 64;

/** @throws ErrnoException */
export function openDgramSocket({ ip, port, sharesPort }: UdpPlace): Promise<UdpTransport> {
  if (sharesPort) requireSharing();
  const socket = newSocket(sharesPort, isIp6(ip));
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: formatIp(ip), port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(new DgramTransport(socket));
    });
  });
}

/** Older versions take the wish and do not grant it. @throws DhtError */
function requireSharing(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major >= 24 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)) return;
  const what = `node:dgram of Node.js ${process.versions.node} cannot share a port (22.12 and later can)`;
  throw new DhtError('SOCKET_FAILED', what);
}

/** dgram's, with whom it was for. */
type SendError = NodeJS.ErrnoException & { address?: string; port?: number };

interface Slot {
  /** The part of `bytes` that is sent; a view costs as much as a copy, so the last one is kept. */
  view: Buffer;
  bytes: Buffer;
  owner: DgramTransport | null;
  to: Address;
}

/**
 * Datagrams on their way out, of all sockets of this process. They leave together, once the event
 * loop has handed over all that had come in: first many reads, then many writes. Sent one by one,
 * each makes Node.js run its queue of ticks once per datagram that comes, because dgram tells
 * failures by a tick. What waits lies in slots that are used again, so nothing is allocated per
 * datagram.
 */
class Outbox {
  readonly #slots: Slot[] = [];
  #count = 0;
  #armed = false;
  readonly #onImmediate = (): void => {
    this.#armed = false;
    this.leave();
  };

  /** Copies `bytes[0, length)`, which are the caller's again when this returns. */
  add(owner: DgramTransport, to: Address, bytes: Uint8Array, length: number): void {
    if (this.#count === SLOTS) this.leave();
    if (!this.#armed) {
      this.#armed = true;
      setImmediate(this.#onImmediate);
    }
    const slot = this.#slot(this.#count++);
    if (slot.view.length !== length) {
      if (length > slot.bytes.length) slot.bytes = Buffer.alloc(length);
      slot.view = slot.bytes.subarray(0, length);
    }
    slot.view.set(length === bytes.length ? bytes : bytes.subarray(0, length));
    slot.owner = owner;
    slot.to = to;
  }

  /** Hands everything that waits to the operating system. */
  leave(): void {
    const count = this.#count;
    this.#count = 0;
    for (let i = 0; i < count; i++) {
      const { owner, to, view } = this.#slots[i]!;
      owner!.handOver(to, view);
    }
    let owner: DgramTransport | null = null;
    let waits = false;
    for (let i = 0; i < count; i++) {
      const slot = this.#slots[i]!;
      if (slot.owner !== owner) {
        owner = slot.owner;
        waits = owner!.checkWaiting();
      }
      // What the kernel had no room for waits in line and keeps its bytes: the next gets others.
      if (waits) slot.view = slot.bytes = Buffer.alloc(SLOT_BYTES);
      slot.owner = null;
    }
  }

  #slot(index: number): Slot {
    const known = this.#slots[index];
    if (known) return known;
    const bytes = Buffer.alloc(SLOT_BYTES);
    const slot = { bytes, view: bytes, owner: null, to: 0 };
    this.#slots.push(slot);
    return slot;
  }
}

const outbox = new Outbox();

class DgramTransport implements UdpTransport {
  readonly address: Address;
  readonly form = 'dgram';
  readonly #socket: Socket;
  readonly #backlog = new Backlog();
  #failures = 0;
  /** The kernel had no room: dgram keeps what it was handed, the rest waits in the backlog. */
  #waits = false;
  #closed = false;
  #receiver: DatagramReceiver | null = null;
  /** Told by dgram, some ticks later, what became of a datagram. */
  readonly #sent = (error: SendError | null): void => {
    if (error)
      this.#refused(addressOf(knownIps.ipOf(error.address ?? ''), error.port ?? 0), error.code);
    if (this.#waits && !this.checkWaiting()) this.#resume();
  };

  constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.address = addressOf(knownIps.ipOf(address), port);
    this.#socket = socket;
    enlargeReceiveBuffer(socket);
  }

  unref(): void {
    this.#socket.unref();
  }

  ref(): void {
    this.#socket.ref();
  }

  get sendFailures(): number {
    return this.#failures + this.#backlog.dropped;
  }

  open(receiver: DatagramReceiver): void {
    this.#receiver = receiver;
    // An ICMP "unreachable" comes back as an error of the socket; the request will time out.
    this.#socket.on('error', () => this.#failures++);
    this.#socket.on('message', (bytes, remote) => {
      const from = addressOf(knownIps.ipOf(remote.address), remote.port);
      receiver.receive(from, bytes, 0, bytes.length);
      receiver.drained();
    });
  }

  send(to: Address, bytes: Uint8Array, length: number): void {
    if (this.#closed) return;
    if (this.#waits) this.#backlog.add(to, bytes, length);
    else outbox.add(this, to, bytes, length);
  }

  /** Gives one datagram to dgram, which keeps `bytes` for as long as it waits. */
  handOver(to: Address, bytes: Buffer): void {
    try {
      this.#socket.send(bytes, portOf(to), knownIps.hostOf(ipOf(to)), this.#sent);
    } catch (error) {
      // Port 0, or a socket that was closed behind our back.
      this.#refused(to, (error as SendError).code);
    }
  }

  #refused(to: Address, code = 'UNKNOWN'): void {
    this.#failures++;
    if (!this.#closed) this.#receiver?.unsent?.(to, code);
  }

  /** Does dgram keep datagrams that the kernel had no room for? */
  checkWaiting(): boolean {
    try {
      this.#waits = this.#socket.getSendQueueCount() !== 0;
    } catch {
      this.#waits = false; // closed: nothing of it is sent any more
    }
    return this.#waits;
  }

  #resume(): void {
    while (!this.#closed && this.#backlog.count > 0) {
      for (let i = 0; i < RESUMED; i++) {
        const next = this.#backlog.take();
        if (next === undefined) break;
        this.handOver(next.to, next.bytes);
      }
      if (this.checkWaiting()) return;
    }
  }

  /** Nothing to do: dgram knows no batches, the outbox makes its own. */
  flush(): void {}

  close(closed: () => void): void {
    this.#closed = true;
    outbox.leave();
    this.#socket.close(closed);
  }
}
