/**
 * Mail: datagrams on their way from one part of a world to another, packed one behind the other:
 *
 *     0          8        12       16       20        24
 *     ┌──────────┬────────┬────────┬────────┬─────────┬──────────────────────┐
 *     │ arrives  │ to     │ from   │ length │ 0       │ bytes, filled up to 8│   a datagram
 *     ├──────────┼────────┼────────┼────────┼─────────┼──────────────────────┘
 *     │ falls due│ node   │ word   │ 0      │ call + 1│                          what a node is told
 *     └──────────┴────────┴────────┴────────┴─────────┘
 *
 * Nodes by their numbers, which mean the same in every part; addresses may not.
 */
import { grown } from '../../core/column.ts';

const HEAD_BYTES = 24;
/** Room to begin with: a few hundred datagrams. It doubles when it is full. */
const FIRST_BYTES = 65_536;

/** What takes mail in. */
export interface Addressee {
  /** The bytes are borrowed. */
  take(
    atMs: number,
    to: number,
    from: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void;
  tell(node: number, atMs: number, subscriber: number, word: number): void;
}

/** What one part has for another. */
export class Outbox {
  length = 0;
  /** When the first of it arrives; Infinity when it is empty. */
  firstMs: number = Infinity;
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  #times = new Float64Array(this.bytes.buffer);
  #words = new Uint32Array(this.bytes.buffer);

  /** A datagram. */
  put(atMs: number, to: number, from: number, bytes: Uint8Array, length: number): void {
    const start = this.#begin(atMs, to, from, length, 0);
    for (let i = 0; i < length; i++) this.bytes[start + i] = bytes[i];
  }

  /** What a node is told. */
  tell(atMs: number, node: number, subscriber: number, word: number): void {
    this.#begin(atMs, node, word, 0, subscriber + 1);
  }

  /** Writes the head; where the bytes begin. */
  #begin(atMs: number, to: number, from: number, length: number, call: number): number {
    const start = this.length;
    const at = start + HEAD_BYTES;
    const end = at + Math.ceil(length / 8) * 8;
    if (end > this.bytes.length) this.#grow(end);
    this.#times[start >>> 3] = atMs;
    const word = start >>> 2;
    this.#words[word + 2] = to;
    this.#words[word + 3] = from;
    this.#words[word + 4] = length;
    this.#words[word + 5] = call;
    this.length = end;
    if (atMs < this.firstMs) this.firstMs = atMs;
    return at;
  }

  clear(): void {
    this.length = 0;
    this.firstMs = Infinity;
  }

  #grow(needed: number): void {
    let room = this.bytes.length;
    while (room < needed) room *= 2;
    this.bytes = grown(this.bytes, room);
    this.#times = new Float64Array(this.bytes.buffer);
    this.#words = new Uint32Array(this.bytes.buffer);
  }
}

/** What one part has from another: reads what lies in `bytes`, whose length is a multiple of 8. */
export class Inbox {
  readonly bytes: Uint8Array;
  readonly #times: Float64Array;
  readonly #words: Uint32Array;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.bytes = bytes;
    this.#times = new Float64Array(buffer, byteOffset, byteLength >>> 3);
    this.#words = new Uint32Array(buffer, byteOffset, byteLength >>> 2);
  }

  /** Hands over what is in the first `length` bytes, in the order in which it was put. */
  read(length: number, addressee: Addressee): void {
    const words = this.#words;
    for (let start = 0; start < length; ) {
      const word = start >>> 2;
      const atMs = this.#times[start >>> 3];
      const [to, from, size, call] = [
        words[word + 2],
        words[word + 3],
        words[word + 4],
        words[word + 5],
      ];
      const at = start + HEAD_BYTES;
      if (call !== 0) addressee.tell(to, atMs, call - 1, from);
      else addressee.take(atMs, to, from, this.bytes, at, size);
      start = at + Math.ceil(size / 8) * 8;
    }
  }
}
