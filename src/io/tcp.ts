/**
 * TCP streams as a `StreamHost`, on node:net: one host for all the addresses on which a process
 * listens, and for every connection that it makes.
 *
 *     machine ── write, write, end ──▶ outgoing of the stream ── once per turn ──▶ one write(2)
 *     machine ◀── accepted, arrived … closed ── sockets, as the event loop has them
 *
 * Sockets are known by numbers. What a machine writes is copied and leaves when the event loop has
 * handed over all that had come in: first many reads, then one write per stream. A stream that does
 * not get rid of its bytes says so by the number that `write` returns; when it is empty again, the
 * machine is told.
 */
import { createConnection, type Server, type Socket } from 'node:net';
import { type Address, addressOf, formatIp, ipOf, parseIp, portOf } from '../core/address.ts';
import { Closed, STREAM_QUEUE_BYTES, type Stream, type StreamHost } from '../core/host.ts';
import { type Accepting, listen } from './listening.ts';
import { Outflow } from './outflow.ts';
import { read, readAccepted, readingOptions, type Taken } from './shared-reading.ts';
import type { Tls } from './tls.ts';

/** Accepted connections at a time, of all addresses: 10,000 idle ones, and room for the others. */
const ACCEPTED_LIMIT = 12_288;
/** A node of a ring is near, or it is not there. */
const CONNECT_TIMEOUT_MS = 2000;
/** What is queued when all is closed has this long to get out. */
const CLOSE_GRACE_MS = 1000;

const LOCALHOST = 0x7f000001;

/** What a failed socket says of the other side; what is not here is a failure of our own. */
const CLOSED_BY: Record<string, Closed> = {
  ECONNREFUSED: Closed.refused,
  EHOSTUNREACH: Closed.refused,
  ENETUNREACH: Closed.refused,
  ECONNRESET: Closed.reset,
  EPIPE: Closed.reset,
  ECONNABORTED: Closed.reset,
};

/** Hears of streams: a `StreamMachine` without the time. */
export interface StreamReceiver {
  accepted(stream: Stream, from: Address, to: Address): void;
  opened(stream: Stream): void;
  /** Borrowed until it returns. */
  arrived(stream: Stream, bytes: Uint8Array, start: number, end: number): void;
  drained(stream: Stream): void;
  ended(stream: Stream): void;
  closed(stream: Stream, why: Closed): void;
}

/**
 * Hears of bytes before they leave or are taken in, borrowed until it returns. `peer` is whom we
 * connected to, or the end from which somebody connected to us; `local` is our end of the same stream,
 * 0 before it is open.
 */
export type StreamTap = (
  isOurs: boolean,
  isAccepted: boolean,
  local: Address,
  peer: Address,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

export interface TcpOptions {
  /** Accepted connections at a time; further ones are closed at once. Default 12,288. */
  acceptedLimit?: number;
  /** Default 2000. */
  connectTimeoutMs?: number;
  /** Both ends show certificates, and all that is said is sealed. */
  tls?: Tls | null;
}

/** What happened to connections so far; `open` is how many there are now. */
export interface TcpCounters {
  open: number;
  accepted: number;
  /** Closed at once because there were `acceptedLimit` already. */
  turnedAway: number;
  connected: number;
  failedConnects: number;
}

/**
 * Listens on `ip` at each of `ports`; port 0 is any free one. Streams begin with `open`.
 * @throws DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE, NOT_PERMITTED, OUT_OF_DESCRIPTORS or SOCKET_FAILED; then none
 * is listened on.
 */
export async function listenTcp(
  ip: number,
  ports: readonly number[],
  options: TcpOptions = {},
): Promise<TcpStreams> {
  const { tls = null } = options;
  const servers: Server[] = [];
  const accepting: Accepting = { accepted: null, turnedAway: null };
  try {
    for (const port of ports) servers.push(await listen(ip, port, tls, accepting));
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return new TcpStreams(servers, accepting, options);
}

function addressOfServer(server: Server): Address {
  const bound = server.address() as { address: string; port: number };
  return addressOf(parseIp(bound.address), bound.port);
}

/** One socket, and what was written since the last turn. */
interface Connection {
  readonly number: Stream;
  readonly socket: Socket;
  readonly isAccepted: boolean;
  /** Whom we connected to, or who connected. */
  readonly peer: Address;
  isOpen: boolean;
  readonly outflow: Outflow;
  isDirty: boolean;
  isEnding: boolean;
  /** Above `STREAM_QUEUE_BYTES`, and not empty since. */
  isFull: boolean;
  why: Closed;
}

export class TcpStreams implements StreamHost {
  /** The addresses that are listened on, in the order of the ports asked for. */
  readonly addresses: readonly Address[];
  readonly counters: TcpCounters = {
    open: 0,
    accepted: 0,
    turnedAway: 0,
    connected: 0,
    failedConnects: 0,
  };
  readonly #servers: readonly Server[];
  readonly #acceptedLimit: number;
  readonly #connectTimeoutMs: number;
  readonly #tls: Tls | null;
  readonly #connections = new Map<Stream, Connection>();
  /** Streams that something was written to in this turn. */
  #dirty: Connection[] = [];
  #isTurnArmed = false;
  #receiver: StreamReceiver | null = null;
  /** Of `counters.open`, those that were accepted. */
  #acceptedOpen = 0;
  #lastNumber = 0;
  #keepsProcess = true;
  /** Somebody who looks on. */
  tap: StreamTap | null = null;
  readonly #onTurn = (): void => this.#turn();

  /** @internal `listenTcp` makes hosts. */
  constructor(servers: readonly Server[], accepting: Accepting, options: TcpOptions) {
    this.#servers = servers;
    this.#tls = options.tls ?? null;
    this.#acceptedLimit = options.acceptedLimit ?? ACCEPTED_LIMIT;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    this.addresses = servers.map(addressOfServer);
    accepting.accepted = (socket, server) =>
      this.#accept(socket, this.addresses[servers.indexOf(server)]!);
    accepting.turnedAway = () => this.counters.turnedAway++;
    for (const server of servers) {
      // An accept that failed for want of files: the next one may succeed.
      server.on('error', () => this.counters.turnedAway++);
    }
  }

  /** Why the last handshake failed; null: none has, or there are none. */
  get tlsFailure(): string | null {
    return this.#tls?.failure ?? null;
  }

  /** A process may end although these streams are open. */
  unref(): void {
    this.#keepsProcess = false;
    for (const server of this.#servers) server.unref();
    for (const { socket } of this.#connections.values()) socket.unref();
  }

  ref(): void {
    this.#keepsProcess = true;
    for (const server of this.#servers) server.ref();
    for (const { socket } of this.#connections.values()) socket.ref();
  }

  /** Starts delivery; called once. Who connected before is turned away. */
  open(receiver: StreamReceiver): void {
    this.#receiver = receiver;
  }

  connect(from: Address, to: Address): Stream {
    const ip = ipOf(from);
    const host = formatIp(ipOf(to));
    const port = portOf(to);
    // On loopback an IP stands for a host: let the other side see the right one. Elsewhere the
    // system knows best, finds a free port sooner and does not run out of them.
    const end = ip >>> 24 === 127 && ip !== LOCALHOST ? { localAddress: formatIp(ip) } : {};
    const connection = this.#add(false, to, (take) => {
      const options = { host, port, allowHalfOpen: true, noDelay: true, ...end };
      const made =
        this.#tls?.connect(host, port, end) ??
        createConnection({ ...options, ...readingOptions(take) });
      read(made, take);
      return made;
    });
    const { socket } = connection;
    socket.setTimeout(this.#connectTimeoutMs, () => {
      connection.why = Closed.timeout;
      socket.destroy();
    });
    socket.once(this.#tls === null ? 'connect' : 'secureConnect', () => {
      socket.setTimeout(0);
      connection.isOpen = true;
      this.counters.connected++;
      if (this.#connections.has(connection.number)) this.#receiver?.opened(connection.number);
    });
    return connection.number;
  }

  write(stream: Stream, bytes: Uint8Array, start: number, end: number): number {
    const connection = this.#connections.get(stream);
    if (connection === undefined || connection.isEnding) return 0;
    const length = end - start;
    if (length > 0) {
      this.#tell(connection, true, bytes, start, end);
      connection.outflow.append(bytes, start, end);
      this.#touch(connection);
    }
    const queued = connection.outflow.waitingBytes;
    if (queued > STREAM_QUEUE_BYTES) connection.isFull = true;
    return queued;
  }

  end(stream: Stream): void {
    const connection = this.#connections.get(stream);
    if (connection === undefined || connection.isEnding) return;
    connection.isEnding = true;
    this.#touch(connection);
  }

  destroy(stream: Stream): void {
    const connection = this.#connections.get(stream);
    if (connection === undefined) return;
    this.#forget(connection);
    const { socket } = connection;
    // What was cut off must not look whole to the peer. Else a quiet end: to many a program of the
    // ring a reset is an exception that nobody catches.
    const isCut = connection.isOpen && connection.outflow.waitingBytes > 0;
    // What is sealed cannot look whole when it was cut off, nor can it be reset.
    if (isCut && this.#tls === null) socket.resetAndDestroy();
    else socket.destroy();
  }

  pause(stream: Stream, isPaused: boolean): void {
    const socket = this.#connections.get(stream)?.socket;
    if (isPaused) socket?.pause();
    else socket?.resume();
  }

  /**
   * Frees the ports, sends what is queued and drops all streams; nothing more is heard of them.
   * Resolves when the last is gone, which a peer that does not read delays by a second at most.
   */
  async close(): Promise<void> {
    this.#receiver = null;
    this.#turn();
    const sockets = [...this.#connections.values()].map(({ socket }) => socket);
    this.#connections.clear();
    this.counters.open = 0;
    const gone = [
      ...this.#servers.map((server) => new Promise<unknown>((resolve) => server.close(resolve))),
      ...sockets.map((socket) => new Promise<unknown>((resolve) => socket.once('close', resolve))),
    ];
    for (const socket of sockets) socket.destroySoon();
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, CLOSE_GRACE_MS);
    await Promise.all(gone);
    clearTimeout(cut);
  }

  #accept(socket: Socket, to: Address): void {
    const from = addressOf(parseIp(socket.remoteAddress ?? ''), socket.remotePort ?? 0);
    if (this.#receiver === null || this.#acceptedOpen >= this.#acceptedLimit || from < 0) {
      this.counters.turnedAway++;
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    this.counters.accepted++;
    this.#acceptedOpen++;
    const connection = this.#add(true, from, (take) => readAccepted(socket, take));
    connection.isOpen = true;
    this.#receiver.accepted(connection.number, from, to);
  }

  /** @param begin makes the socket, of which `take` is to hear all that comes in. */
  #add(isAccepted: boolean, peer: Address, begin: (take: Taken) => Socket): Connection {
    const number = ++this.#lastNumber;
    const socket = begin((bytes, length) => {
      if (!this.#connections.has(number)) return;
      this.#tell(connection, false, bytes, 0, length);
      this.#receiver?.arrived(number, bytes, 0, length);
    });
    const connection: Connection = {
      number,
      socket,
      isAccepted,
      peer,
      isOpen: false,
      outflow: new Outflow(socket, () => this.#emptied(connection)),
      isDirty: false,
      isEnding: false,
      isFull: false,
      why: Closed.ended,
    };
    this.#connections.set(number, connection);
    if (!this.#keepsProcess) socket.unref();
    this.counters.open++;
    socket.on('end', () => {
      if (this.#connections.has(number)) this.#receiver?.ended(number);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      connection.why = CLOSED_BY[error.code ?? ''] ?? Closed.timeout;
    });
    socket.on('close', () => {
      if (!this.#connections.has(number)) return;
      if (!connection.isOpen) this.counters.failedConnects++;
      this.#forget(connection);
      this.#receiver?.closed(number, connection.why);
    });
    return connection;
  }

  #tell(
    { socket, isAccepted, peer }: Connection,
    isOurs: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (this.tap === null) return;
    const ip = parseIp(socket.localAddress ?? '');
    const local = ip < 0 ? 0 : addressOf(ip, socket.localPort ?? 0);
    this.tap(isOurs, isAccepted, local, peer, bytes, start, end);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection.number);
    this.counters.open--;
    if (connection.isAccepted) this.#acceptedOpen--;
  }

  /** Makes sure that the stream has its part of the turn. */
  #touch(connection: Connection): void {
    if (!connection.isDirty) {
      connection.isDirty = true;
      this.#dirty.push(connection);
    }
    if (this.#isTurnArmed) return;
    this.#isTurnArmed = true;
    setImmediate(this.#onTurn);
  }

  #turn(): void {
    this.#isTurnArmed = false;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const connection of dirty) {
      connection.isDirty = false;
      if (!this.#connections.has(connection.number)) continue;
      const hasRoom = connection.outflow.leave();
      if (connection.isEnding) connection.socket.end();
      if (hasRoom && connection.isFull) this.#emptied(connection);
    }
  }

  #emptied(connection: Connection): void {
    const isEmpty = connection.outflow.waitingBytes === 0;
    if (!connection.isFull || !isEmpty || !this.#connections.has(connection.number)) return;
    connection.isFull = false;
    this.#receiver?.drained(connection.number);
  }
}
