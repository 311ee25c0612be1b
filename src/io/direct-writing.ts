/**
 * Writing past the stream: what goes to a socket that has nothing waiting is handed to the kernel by one call, and
 * when that takes all of it nothing else is done or remembered.
 *
 *     bytes ── writeBuffer ──▶ kernel      all taken: their memory is free again at once
 *                         └──▶ libuv       the rest waits there, until `emptied`
 *
 * It is what `socket.write` ends in, after a stream's bookkeeping for one that never waits. Node.js publishes neither
 * the call nor the object that it wants for each write, so both are looked for: the object is seen when a socket
 * writes for the first time, by its stream. Where they are not there, and on sealed sockets, all goes by the stream.
 */
import type { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { readsShared } from './shared-reading.ts';

/** One write on its way; libuv calls back on it when that did not end at once. */
interface WriteRequest {
  oncomplete?: (this: WriteRequest, status: number) => void;
  /** Kept from being collected as long as the request is. */
  bytes?: Uint8Array;
  writer?: DirectWriter;
}

interface Handle {
  writeBuffer(request: WriteRequest | null, bytes: Uint8Array): number;
  /** Bytes that libuv has and the kernel has not. */
  readonly writeQueueSize: number;
}

let Request: (new () => WriteRequest) | null = null;
/** A stream wrote without such an object, as that of Node.js 26 does: then it is left alone. */
let isOther = false;

/** The next write of this socket, by its stream, shows what kind of object it makes for that. */
function watchFor(handle: Handle): void {
  if (Object.hasOwn(handle, 'writeBuffer')) return;
  const { writeBuffer } = handle;
  handle.writeBuffer = (request, bytes) => {
    Reflect.deleteProperty(handle, 'writeBuffer');
    if (request === null || request === undefined) isOther = true;
    else if (!isOther) Request = request.constructor as new () => WriteRequest;
    return writeBuffer.call(handle, request, bytes);
  };
}

function completed(this: WriteRequest, status: number): void {
  this.writer!.completed(status);
}

export class DirectWriter {
  readonly #socket: Socket;
  readonly #emptied: () => void;
  readonly #handle: Handle | null;
  #underWay = 0;

  /** @param emptied hears that all is taken that was not taken at once. */
  constructor(socket: Socket, emptied: () => void) {
    this.#socket = socket;
    this.#emptied = emptied;
    this.#handle = handleOf(socket);
    socket.on('drain', emptied);
  }

  /** Something waits that did not go by the stream: then nothing else may. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  /** Bytes that the kernel has not taken yet. */
  get waitingBytes(): number {
    const { writableLength } = this.#socket;
    return this.#underWay === 0 ? writableLength : writableLength + this.#handle!.writeQueueSize;
  }

  /** Hands over `bytes`, whose memory is nobody else's as long as they wait. False: some of them do. */
  write(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    const handle = this.#handle;
    if (handle === null || Request === null || socket.writableLength > 0 || socket.connecting) {
      if (handle !== null && Request === null && !isOther) watchFor(handle);
      return socket.write(bytes);
    }
    if (!socket.writable) return true;
    const request = new Request();
    request.oncomplete = completed;
    request.writer = this;
    const failure = handle.writeBuffer(request, bytes);
    if (failure !== 0) {
      socket.destroy(failed(failure));
      return true;
    }
    if (handle.writeQueueSize === 0) return true;
    request.bytes = bytes;
    this.#underWay++;
    return false;
  }

  /** @internal One that had to wait is over. */
  completed(status: number): void {
    // The kernel had taken it before anybody waited.
    if (this.#underWay === 0) return;
    this.#underWay--;
    if (status < 0) this.#socket.destroy(failed(status));
    else if (this.#underWay === 0) this.#emptied();
  }
}

function failed(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: 'write' });
}

function handleOf(socket: Socket): Handle | null {
  if (!readsShared() || 'encrypted' in socket) return null;
  const handle = (socket as { _handle?: Partial<Handle> | null })._handle;
  const isIt =
    typeof handle?.writeBuffer === 'function' && typeof handle.writeQueueSize === 'number';
  return isIt ? (handle as Handle) : null;
}
