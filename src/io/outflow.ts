/**
 * The outflow of a socket: what is written in one turn of the event loop is copied side by side, and leaves in one
 * write when the turn is over.
 *
 *     append · append · append ─▶ [ piece ] [ piece ]  ── leave, once per turn ──▶ one write
 */
import type { Socket } from 'node:net';
import { DirectWriter } from './direct-writing.ts';

/** Room for a few replies: of whoever writes a second time in one turn. The first piece is as long as it is. */
const PIECE_BYTES = 2048;

export class Outflow {
  /** Written in this turn. */
  queuedBytes = 0;
  readonly #socket: Socket;
  readonly #writer: DirectWriter;
  /** Full pieces, the one that is being filled, and how far. */
  #pieces: Uint8Array[] = [];
  #piece: Uint8Array | null = null;
  #filled = 0;

  /** @param emptied hears that all has been taken of what was more than the kernel took at once. */
  constructor(socket: Socket, emptied: () => void) {
    this.#socket = socket;
    this.#writer = new DirectWriter(socket, emptied);
  }

  /** Bytes that the kernel has not taken yet. */
  get waitingBytes(): number {
    return this.queuedBytes + this.#writer.waitingBytes;
  }

  /** Copies `bytes[start, end)` behind what is queued. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.queuedBytes += length;
    if (this.#piece === null || length > this.#piece.length - this.#filled) {
      this.#finish();
      const least = this.#pieces.length === 0 ? 0 : PIECE_BYTES;
      this.#piece = Buffer.allocUnsafe(Math.max(length, least));
    }
    const isAll = start === 0 && end === bytes.length;
    this.#piece.set(isAll ? bytes : bytes.subarray(start, end), this.#filled);
    this.#filled += length;
  }

  /** Queues `bytes`, which nobody changes any more. */
  push(bytes: Uint8Array): void {
    this.#finish();
    this.#pieces.push(bytes);
    this.queuedBytes += bytes.length;
  }

  #finish(): void {
    const piece = this.#piece;
    if (piece === null) return;
    this.#pieces.push(this.#filled === piece.length ? piece : piece.subarray(0, this.#filled));
    this.#piece = null;
    this.#filled = 0;
  }

  /** Gives all that is queued to the socket. False when it has more than it can take. */
  leave(): boolean {
    this.#finish();
    const pieces = this.#pieces;
    this.queuedBytes = 0;
    if (pieces.length === 0) return true;
    this.#pieces = [];
    let hasRoom = true;
    if (pieces.length === 1 || this.#writer.isBusy) {
      for (const piece of pieces) hasRoom = this.#writer.write(piece);
      return hasRoom;
    }
    // By the stream, which hands several over in one call.
    this.#socket.cork();
    for (const piece of pieces) hasRoom = this.#socket.write(piece);
    this.#socket.uncork();
    return hasRoom;
  }
}
