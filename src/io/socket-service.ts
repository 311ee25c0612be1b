/**
 * A service on TCP for people's own programs: connections that are heard and answered, each with bounds.
 *
 *     client ── bytes ──▶ arrived          pause and resume: who is not read waits in the kernel
 *     client ◀── one write per turn ── write
 *
 * What is written in one turn of the event loop leaves in one write. Who does not read what he asked for is
 * told by `waitingBytes`; whoever writes looks at it.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { DhtError } from './errors.ts';
import { Outflow } from './outflow.ts';
import { readAccepted } from './shared-reading.ts';

export interface ServiceSocket {
  /** Bytes that the other side has not taken yet. */
  readonly waitingBytes: number;
  /** Queues a copy of `bytes[0, length)`. */
  write(bytes: Uint8Array, length?: number): void;
  /** Queues `bytes` themselves, which nobody changes any more. */
  give(bytes: Uint8Array): void;
  /** Closes after what was written; at once with `destroy`. */
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
}

/** Who hears one connection. */
export interface ServiceListener {
  /** `bytes[0, length)`, borrowed until it returns. */
  arrived(bytes: Uint8Array, length: number): void;
  /** All that was written has been taken: told of what had to wait, and always to who has paused. */
  drained(): void;
  /** The other side will say no more, and waits for the rest. */
  ended(): void;
  closed(): void;
}

export interface SocketService {
  readonly port: number;
  readonly connections: number;
  /** Whether a process may not end while this is open. It is so from the start. */
  hold(isHeld: boolean): void;
  close(): Promise<void>;
}

export interface SocketServiceOptions {
  readonly host: string;
  readonly port: number;
  readonly connectionsMax: number;
  open(socket: ServiceSocket): ServiceListener;
}

const LISTENING = { noDelay: true, allowHalfOpen: true, pauseOnConnect: true };

/** What was written before `end` has this long to get out. */
const END_GRACE_MS = 1000;

const REASONS: Readonly<Record<string, readonly [DhtError['code'], string]>> = {
  EADDRINUSE: ['ADDRESS_IN_USE', 'the port is taken'],
  EADDRNOTAVAIL: ['ADDRESS_UNAVAILABLE', 'this machine has no such address'],
  ENOTFOUND: ['ADDRESS_UNAVAILABLE', 'this machine has no such address'],
  EACCES: ['NOT_PERMITTED', 'not permitted'],
};

/** @throws DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE or NOT_PERMITTED. */
export async function listenService(options: SocketServiceOptions): Promise<SocketService> {
  const sockets = new Set<Socket>();
  let isHeld = true;
  const server = createServer(LISTENING, (accepted) => {
    if (sockets.size >= options.connectionsMax) return void accepted.destroy();
    const socket = serve(accepted, options);
    sockets.add(socket);
    if (!isHeld) socket.unref();
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server, options);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get connections() {
      return sockets.size;
    },
    hold(wanted) {
      isHeld = wanted;
      for (const one of [server, ...sockets]) wanted ? one.ref() : one.unref();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(accepted: Socket, { open }: SocketServiceOptions): Socket {
  const socket = readAccepted(accepted, (bytes, length) => listener.arrived(bytes, length));
  const listener = open(new Outgoing(socket, () => listener.drained()));
  socket.on('error', () => {});
  socket.once('end', () => listener.ended());
  socket.once('close', () => listener.closed());
  return socket;
}

/** Those that were written to in this turn. */
let dirty: Outgoing[] = [];

function flushAll(): void {
  const all = dirty;
  dirty = [];
  for (const outgoing of all) outgoing.flush();
}

class Outgoing implements ServiceSocket {
  readonly #socket: Socket;
  readonly #outflow: Outflow;
  readonly #drained: () => void;
  #isEnding = false;
  #isPaused = false;

  constructor(socket: Socket, drained: () => void) {
    this.#socket = socket;
    this.#drained = drained;
    this.#outflow = new Outflow(socket, drained);
  }

  get waitingBytes(): number {
    return this.#outflow.waitingBytes;
  }

  write(bytes: Uint8Array, length: number = bytes.length): void {
    if (this.#mayWrite()) this.#outflow.append(bytes, 0, length);
  }

  give(bytes: Uint8Array): void {
    if (this.#mayWrite()) this.#outflow.push(bytes);
  }

  #mayWrite(): boolean {
    if (this.#isEnding || this.#socket.destroyed) return false;
    if (this.#outflow.queuedBytes === 0 && dirty.push(this) === 1) setImmediate(flushAll);
    return true;
  }

  flush(): void {
    if (this.#socket.destroyed) return;
    // Whoever has paused for what was queued is told by nobody else when the kernel takes all of it at once.
    if (this.#outflow.leave() && this.#isPaused) this.#drained();
  }

  end(): void {
    if (this.#isEnding) return;
    this.flush();
    this.#isEnding = true;
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), END_GRACE_MS).unref();
  }

  destroy(): void {
    this.#isEnding = true;
    this.#socket.destroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }
}

function listen(server: Server, { host, port }: SocketServiceOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const [code, reason] = REASONS[error.code ?? ''] ?? ['SOCKET_FAILED', error.message];
      reject(new DhtError(code, `cannot listen on ${host}:${port}: ${reason}`, { cause: error }));
    });
    server.listen({ host, port }, resolve);
  });
}
