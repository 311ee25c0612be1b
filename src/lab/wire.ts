/**
 * What is on its way: the nodes' real bytes, kept from `send` until they arrive. A few sizes of slot,
 * so that a ping does not take the room of the longest reply; a slot is used again as soon as its
 * bytes were delivered or lost.
 */
import type { Address } from '../core/address.ts';
import { grown } from '../core/column.ts';

/** Bytes of a slot: queries and pings, find_node replies, everything else a node may send. */
export const DATAGRAM_SIZES: readonly number[] = [112, 320, 1024];
/** Longest piece in which the bytes of a stream travel. */
export const PIECE_BYTES = 65_536;
/** Slots of each size to begin with. */
const SLOTS = 64;
/** Low bits of a parcel, which tell its size class. */
const CLASS_BITS = 3;
const CLASS_MASK = (1 << CLASS_BITS) - 1;

/** Arrays that senders write into and use again: a node has one for queries and one for replies. */
const SOURCES = 4;
/** What is longer, pieces of streams, is copied faster as a whole. */
const WORDS_PAY = 1024;

/** Where bytes lie: slot × 8 + size class. */
export type Parcel = number;

export class Wire {
  /** Parcels kept now. */
  count = 0;
  readonly #sizes: readonly number[];
  readonly #bytes: Uint8Array[];
  /** The same bytes by words; null for sizes of no whole words. */
  readonly #words: (Uint32Array | null)[];
  readonly #lengths: Uint32Array[];
  readonly #senders: Float64Array[];
  readonly #ends: number[];
  readonly #free: number[][];
  /** The arrays that were sent from last, and the same by words. */
  readonly #sources: Uint8Array[];
  readonly #sourceWords: Uint32Array[];
  #nextSource = 0;

  /** @param sizes of slots, ascending, at most 8; nothing longer than the last can be kept. */
  constructor(sizes: readonly number[] = DATAGRAM_SIZES) {
    this.#sizes = sizes;
    this.#bytes = sizes.map((size) => new Uint8Array(size * SLOTS));
    this.#words = sizes.map((size, i) => (size % 4 === 0 ? wordsOf(this.#bytes[i]) : null));
    this.#lengths = sizes.map(() => new Uint32Array(SLOTS));
    this.#senders = sizes.map(() => new Float64Array(SLOTS));
    this.#ends = sizes.map(() => 0);
    this.#free = sizes.map(() => []);
    this.#sources = new Array<Uint8Array>(SOURCES).fill(new Uint8Array(0));
    this.#sourceWords = new Array<Uint32Array>(SOURCES).fill(new Uint32Array(0));
  }

  get byteLength(): number {
    const columns = [...this.#bytes, ...this.#lengths, ...this.#senders];
    return columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Bytes of all parcels kept now. */
  get bytesKept(): number {
    let bytes = 0;
    for (const [size, end] of this.#ends.entries()) {
      const lengths = this.#lengths[size];
      for (let slot = 0; slot < end; slot++) bytes += lengths[slot];
    }
    return bytes;
  }

  /** Keeps `bytes[start, end)` and whom they are from. */
  keep(bytes: Uint8Array, start: number, end: number, sender: Address): Parcel {
    const length = end - start;
    const sizes = this.#sizes;
    let size = 0;
    while (length > sizes[size]) size++;
    const slot = this.#free[size].pop() ?? this.#newSlot(size);
    this.#copy(bytes, start, length, size, slot * sizes[size]);
    this.#lengths[size][slot] = length;
    this.#senders[size][slot] = sender;
    this.count++;
    return (slot << CLASS_BITS) | size;
  }

  /** The bytes lie in here from `startOf` on; replaced when it grows. */
  bytesOf(parcel: Parcel): Uint8Array {
    return this.#bytes[parcel & CLASS_MASK];
  }

  startOf(parcel: Parcel): number {
    return (parcel >>> CLASS_BITS) * this.#sizes[parcel & CLASS_MASK];
  }

  lengthOf(parcel: Parcel): number {
    return this.#lengths[parcel & CLASS_MASK][parcel >>> CLASS_BITS];
  }

  senderOf(parcel: Parcel): Address {
    return this.#senders[parcel & CLASS_MASK][parcel >>> CLASS_BITS];
  }

  release(parcel: Parcel): void {
    this.count--;
    this.#lengths[parcel & CLASS_MASK][parcel >>> CLASS_BITS] = 0;
    this.#free[parcel & CLASS_MASK].push(parcel >>> CLASS_BITS);
  }

  /**
   * By words where that is possible, four times as fast as by bytes; `set` would need a `subarray`,
   * 100 bytes of garbage for each datagram.
   */
  #copy(bytes: Uint8Array, start: number, length: number, size: number, at: number): void {
    const to = this.#words[size];
    if (to !== null && start % 4 === 0 && length <= WORDS_PAY) {
      const from = this.#sourceOf(bytes);
      const words = (length + 3) >>> 2;
      const begin = start >>> 2;
      const first = at >>> 2;
      if (begin + words <= from.length) {
        for (let i = 0; i < words; i++) to[first + i] = from[begin + i];
        return;
      }
    }
    this.#bytes[size].set(bytes.subarray(start, start + length), at);
  }

  /** The words of an array that is sent from again and again. */
  #sourceOf(bytes: Uint8Array): Uint32Array {
    const sources = this.#sources;
    for (let i = 0; i < SOURCES; i++) if (sources[i] === bytes) return this.#sourceWords[i];
    const i = this.#nextSource;
    this.#nextSource = (i + 1) % SOURCES;
    const words = wordsOf(bytes) ?? new Uint32Array(0);
    sources[i] = bytes;
    this.#sourceWords[i] = words;
    return words;
  }

  #newSlot(size: number): number {
    const slot = this.#ends[size]++;
    if (slot < this.#lengths[size].length) return slot;
    const slots = slot * 2;
    this.#bytes[size] = grown(this.#bytes[size], slots * this.#sizes[size]);
    if (this.#words[size] !== null) this.#words[size] = wordsOf(this.#bytes[size]);
    this.#lengths[size] = grown(this.#lengths[size], slots);
    this.#senders[size] = grown(this.#senders[size], slots);
    return slot;
  }
}

/** The whole words that an array begins with; null when it begins within one. */
function wordsOf(bytes: Uint8Array): Uint32Array | null {
  const { buffer, byteLength, byteOffset } = bytes;
  return byteOffset % 4 === 0 ? new Uint32Array(buffer, byteOffset, byteLength >>> 2) : null;
}
