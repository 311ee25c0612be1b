/**
 * What is read from any socket lies in one buffer of the process, and whoever takes it borrows it from there:
 * nothing is allocated for it, and no stream stands in between.
 *
 *     read(2) ─▶ [ 64 KiB, the same for all sockets ] ─▶ take(bytes, length)
 *
 * Node.js has this as `onread` for sockets that connect. One that was accepted is made anew on the same handle,
 * which no documentation promises; so it is looked for, and where it is not there the bytes come as events. A
 * responder of 127 bytes costs 4.0 us a request with it, 7.9 without (CPU, Node.js 20, 64 connections). Windows
 * fills a buffer while others are read: there each socket needs its own.
 */
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

/** As much as libuv reads at a time. */
const SHARED_BYTES = 1 << 16;
/** Chooses for programs that cannot: `RINGLIGHT_TCP=events`. */
const TCP_FORM_VARIABLE = 'RINGLIGHT_TCP';

/** Hears `bytes[0, length)`, borrowed until it returns. */
export type Taken = (bytes: Uint8Array, length: number) => void;

type Handle = { useUserBuffer?: unknown };

let shared: Uint8Array | null = null;

/** May the sockets of this process read into one buffer? */
export function readsShared(): boolean {
  const { platform, versions, env } = process;
  if (platform === 'win32' || env[TCP_FORM_VARIABLE] === 'events') return false;
  // Others that run such programs have the same names, and other things behind them.
  return versions.bun === undefined && !('deno' in versions);
}

function onread(take: Taken): OnReadOpts {
  shared ??= new Uint8Array(SHARED_BYTES);
  const callback = (length: number, bytes: Uint8Array): boolean => {
    take(bytes, length);
    return true;
  };
  return { buffer: shared, callback };
}

/** Options with which a socket is to connect that is then given to `read`. */
export function readingOptions(take: Taken): { onread?: OnReadOpts } {
  return readsShared() ? { onread: onread(take) } : {};
}

/** `take` hears what is read from a socket that connects, made with `readingOptions`. */
export function read(socket: Socket, take: Taken): void {
  if (!readsShared() || isSealed(socket)) socket.on('data', (bytes) => take(bytes, bytes.length));
  else socket.resume();
}

/** The same for one that was accepted: go on with what it returns. */
export function readAccepted(socket: Socket, take: Taken): Socket {
  const handle = readsShared() && !isSealed(socket) ? handleOf(socket) : null;
  if (handle === null) {
    socket.on('data', (bytes) => take(bytes, bytes.length));
    socket.resume();
    return socket;
  }
  // The first one lets go of the handle, and only then ends.
  Object.assign(socket, { _handle: null });
  socket.destroy();
  const options = { handle, allowHalfOpen: true, readable: true, writable: true };
  const reading = new Socket({ ...options, onread: onread(take) } as SocketConstructorOpts);
  reading.resume();
  return reading;
}

function isSealed(socket: Socket): boolean {
  return 'encrypted' in socket;
}

function handleOf(socket: Socket): Handle | null {
  const handle = (socket as { _handle?: Handle | null })._handle;
  return typeof handle?.useUserBuffer === 'function' ? handle : null;
}
