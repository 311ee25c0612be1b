/**
 * A UDP socket as a `DatagramTransport`, on node:dgram.
 *
 * Three things make it as fast as dgram can be. Addresses are numbers here and text there, so both
 * ways are remembered. dgram by default looks an address up before it sends, which costs a tick per
 * datagram; this lookup answers at once. And what is sent leaves in batches, by way of an outbox.
 */
import { createSocket, type Socket } from 'node:dgram';
import { type Address, addressOf, formatIp, ipOf, parseIp, portOf } from '../core/address.ts';
import type { DatagramReceiver, DatagramTransport } from '../core/host.ts';
import { DhtError, type DhtErrorCode } from './errors.ts';

/** Translations remembered per direction. A full memory is emptied: that costs 0.1 µs per address. */
const REMEMBERED_IPS = 16_384;
/** Asked of the kernel for datagrams that wait for us; Linux caps it at net.core.rmem_max. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Datagrams that wait at most: more of them leave at once. */
const SLOTS = 256;
/** Bytes of a slot; no message of a node is longer, and what is longer gets a slot of its size. */
const SLOT_BYTES = 1024;

const CODES: Record<string, DhtErrorCode> = {
  EADDRINUSE: 'ADDRESS_IN_USE',
  EADDRNOTAVAIL: 'ADDRESS_UNAVAILABLE',
  EACCES: 'NOT_PERMITTED',
  EPERM: 'NOT_PERMITTED',
};

const REASONS: Partial<Record<DhtErrorCode, string>> = {
  ADDRESS_IN_USE: 'the port is taken',
  ADDRESS_UNAVAILABLE: 'this machine has no such address',
  NOT_PERMITTED: 'not permitted',
};

/**
 * Binds `ip:port`; port 0 is any free one.
 * @throws DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE or NOT_PERMITTED.
 */
export function bindUdp(ip: number, port: number): Promise<DatagramTransport> {
  const socket = createSocket({ type: 'udp4', lookup: answerAtOnce });
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      const code = CODES[error.code ?? ''] ?? 'NOT_PERMITTED';
      const where = `${formatIp(ip)}:${port}`;
      reject(
        new DhtError(code, `cannot listen on ${where}: ${REASONS[code] ?? error.message}`, {
          cause: error,
        }),
      );
    });
    socket.bind({ address: formatIp(ip), port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(new UdpTransport(socket));
    });
  });
}

type LookupCallback = (error: Error | null, address: string, family: number) => void;

/** Only dotted quads ever get here: names are resolved before they become addresses. */
function answerAtOnce(host: string, _options: unknown, callback: LookupCallback): void {
  callback(null, host, 4);
}

/** Told by dgram, some ticks later, what became of a datagram. */
type Sent = (error: Error | null) => void;

interface Slot {
  /** The part of `bytes` that is sent; a view costs as much as a copy, so the last one is kept. */
  view: Buffer;
  bytes: Buffer;
  socket: Socket | null;
  port: number;
  host: string;
  sent: Sent;
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
  add(
    socket: Socket,
    port: number,
    host: string,
    bytes: Uint8Array,
    length: number,
    sent: Sent,
  ): void {
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
    slot.socket = socket;
    slot.port = port;
    slot.host = host;
    slot.sent = sent;
  }

  /** Hands everything that waits to the operating system. */
  leave(): void {
    const count = this.#count;
    this.#count = 0;
    for (let i = 0; i < count; i++) send(this.#slots[i]!);
    let socket: Socket | null = null;
    let waiting = false;
    for (let i = 0; i < count; i++) {
      const slot = this.#slots[i]!;
      if (slot.socket !== socket) {
        socket = slot.socket;
        waiting = hasWaiting(socket);
      }
      // What the kernel had no room for waits in line and keeps its bytes: the next gets others.
      if (waiting) slot.view = slot.bytes = Buffer.alloc(SLOT_BYTES);
      slot.socket = null;
    }
  }

  #slot(index: number): Slot {
    const known = this.#slots[index];
    if (known) return known;
    const bytes = Buffer.alloc(SLOT_BYTES);
    const slot = { bytes, view: bytes, socket: null, port: 0, host: '', sent: () => {} };
    this.#slots.push(slot);
    return slot;
  }
}

function send({ socket, view, port, host, sent }: Slot): void {
  try {
    socket!.send(view, port, host, sent);
  } catch (error) {
    sent(error as Error); // port 0, or a socket that was closed behind our back
  }
}

function hasWaiting(socket: Socket | null): boolean {
  try {
    return socket !== null && socket.getSendQueueCount() !== 0;
  } catch {
    return false; // closed: nothing of it is sent any more
  }
}

/** IPs as numbers and as text, both ways. */
class KnownIps {
  readonly #ips = new Map<string, number>();
  readonly #hosts = new Map<number, string>();

  ipOf(host: string): number {
    const known = this.#ips.get(host);
    if (known !== undefined) return known;
    if (this.#ips.size >= REMEMBERED_IPS) this.#ips.clear();
    const ip = parseIp(host);
    this.#ips.set(host, ip);
    return ip;
  }

  hostOf(ip: number): string {
    const known = this.#hosts.get(ip);
    if (known !== undefined) return known;
    if (this.#hosts.size >= REMEMBERED_IPS) this.#hosts.clear();
    const host = formatIp(ip);
    this.#hosts.set(ip, host);
    return host;
  }
}

// Of the process, not of a socket: a thousand nodes in one process meet the same addresses.
const known = new KnownIps();
const outbox = new Outbox();

class UdpTransport implements DatagramTransport {
  readonly address: Address;
  sendFailures = 0;
  readonly #socket: Socket;
  #closed = false;
  readonly #sent = (error: Error | null): void => {
    if (error) this.sendFailures++;
  };

  constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.address = addressOf(parseIp(address), port);
    this.#socket = socket;
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // A system that does not give it leaves the default, which only loses more in a burst.
    }
  }

  open(receiver: DatagramReceiver): void {
    // An ICMP "unreachable" comes back as an error of the socket; the request will time out.
    this.#socket.on('error', () => this.sendFailures++);
    this.#socket.on('message', (bytes, remote) => {
      receiver.receive(addressOf(known.ipOf(remote.address), remote.port), bytes, 0, bytes.length);
      receiver.drained();
    });
  }

  send(to: Address, bytes: Uint8Array, length: number): void {
    if (this.#closed) return;
    outbox.add(this.#socket, portOf(to), known.hostOf(ipOf(to)), bytes, length, this.#sent);
  }

  /** Nothing to do: dgram knows no batches, the outbox makes its own. */
  flush(): void {}

  close(closed: () => void): void {
    this.#closed = true;
    outbox.leave();
    this.#socket.close(closed);
  }
}
