/**
 * Datagrams in a row, as `recvmmsg` and `sendmmsg` want them: an array of headers, each of which
 * points at the peer's name and at the bytes. All memory is laid out once and used for every batch.
 *
 *     mmsghdr, 64 bytes each              name: socket-name.ts, 32 bytes a slot
 *      0  pointer to the name
 *      8  bytes of the name               iovec, 16 bytes
 *     16  pointer to the first iovec       0  pointer to the bytes
 *     24  iovecs                           8  how many
 *     32  ancillary data: none
 *     48  flags
 *     56  bytes of the datagram
 *
 * Hardly any datagram is long, so a batch to read into has short slots, and a few tails that they share: what is
 * longer than its slot goes on in a tail.
 *
 *     slot 0 ─┐ slot 1 ─┐ … slot 4 ─┐
 *             ▼         ▼           ▼
 *           tail 0    tail 1 …    tail 0
 *
 * This is the layout of 64-bit Linux, little-endian (x64 and arm64).
 */
import type { Address } from '../core/address.ts';
import type { Libc } from './libc.ts';
import { NAME_BYTES, readName, writeName } from './socket-name.ts';

/** Datagrams in one system call; more of them gain nothing that could be measured. */
export const BATCH = 64;
const HEADER_BYTES = 64;
/** Longer datagrams are copied by `set`: a reply with eight nodes and a token is not longer. */
const BY_WORDS_BYTES = 384;
const PART_BYTES = 16;
/** So many long datagrams in a row are read whole; of two that need one tail in one batch the later is. */
export const TAILS = 4;
/** In words of 32 bits. */
const HEADER_WORDS = HEADER_BYTES / 4;
const NAME_LENGTH_WORD = 2;
const LENGTH_WORD = 14;
const PART_WORDS = PART_BYTES / 4;

/** A part of memory that is not moved and stays: foreign calls know it by its place. */
export function fixedBytes(length: number): Buffer {
  // `alloc` of so many bytes is never a part of a pool, and pages that nobody touches cost nothing.
  return Buffer.alloc(Math.max(length, 128));
}

/** `BATCH` slots, each with room for one datagram of `slotBytes`, a multiple of 4. */
export class MessageBatch {
  readonly slotBytes: number;
  /** The slots, one behind the other. No Buffer: `slice` of one is no copy, and readers rely on it. */
  readonly bytes: Uint8Array;
  /** Where the header of each slot lies. */
  readonly #pointers: bigint[] = [];
  readonly #words: Int32Array;
  readonly #names: Buffer;
  readonly #headers: Buffer;
  readonly #headerWords: Uint32Array;
  readonly #parts: Buffer;
  readonly #partWords: Uint32Array;
  readonly #tailBytes: number;
  readonly #tails: Buffer | null;
  /** Parts of each datagram: its slot, and a tail where there are any. */
  readonly #partCount: number;
  /** The last bytes that were put, as words: it is the same writer's nearly always. */
  #source: Uint8Array = new Uint8Array(0);
  #sourceWords: Int32Array = new Int32Array(0);

  /** @param tailBytes what a datagram may be longer than its slot. */
  constructor(libc: Libc, slotBytes: number, tailBytes = 0) {
    this.slotBytes = slotBytes;
    this.#tailBytes = tailBytes;
    this.#tails = tailBytes > 0 ? fixedBytes(TAILS * tailBytes) : null;
    this.#partCount = tailBytes > 0 ? 2 : 1;
    const slots = fixedBytes(BATCH * slotBytes);
    this.bytes = new Uint8Array(slots.buffer, slots.byteOffset, slots.length);
    this.#words = new Int32Array(slots.buffer, slots.byteOffset, slots.length >> 2);
    this.#names = fixedBytes(BATCH * NAME_BYTES);
    this.#headers = fixedBytes(BATCH * HEADER_BYTES);
    this.#parts = fixedBytes(BATCH * this.#partCount * PART_BYTES);
    this.#headerWords = wordsOf(this.#headers);
    this.#partWords = wordsOf(this.#parts);
    this.#lay(libc);
  }

  #lay(libc: Libc): void {
    const [headers, bytes] = [libc.pointerTo(this.#headers), libc.pointerTo(this.bytes)];
    const [names, parts] = [libc.pointerTo(this.#names), libc.pointerTo(this.#parts)];
    const tails = this.#tails === null ? 0n : libc.pointerTo(this.#tails);
    for (let i = 0; i < BATCH; i++) {
      const [part, header] = [i * this.#partCount * PART_BYTES, i * HEADER_BYTES];
      this.#layPart(part, bytes + BigInt(i * this.slotBytes), this.slotBytes);
      const tail = (i % TAILS) * this.#tailBytes;
      if (tails !== 0n) this.#layPart(part + PART_BYTES, tails + BigInt(tail), this.#tailBytes);
      this.#headers.writeBigUInt64LE(names + BigInt(i * NAME_BYTES), header);
      this.#headers.writeBigUInt64LE(parts + BigInt(part), header + 16);
      this.#headers.writeBigUInt64LE(BigInt(this.#partCount), header + 24);
      this.#headerWords[i * HEADER_WORDS + NAME_LENGTH_WORD] = NAME_BYTES;
      this.#pointers.push(headers + BigInt(header));
    }
  }

  #layPart(at: number, pointer: bigint, length: number): void {
    this.#parts.writeBigUInt64LE(pointer, at);
    this.#parts.writeBigUInt64LE(BigInt(length), at + 8);
  }

  /** Bytes of the datagram that was read into slot `i`. */
  lengthOf(i: number): number {
    return this.#headerWords[i * HEADER_WORDS + LENGTH_WORD]!;
  }

  /**
   * A datagram that is longer than slot `i`, of `count` that were read, put together; null when its rest is lost
   * to a later one that was long, too.
   */
  join(i: number, count: number): Uint8Array | null {
    for (let later = i + TAILS; later < count; later += TAILS) {
      if (this.lengthOf(later) > this.slotBytes) return null;
    }
    const { slotBytes, bytes } = this;
    const length = Math.min(this.lengthOf(i), slotBytes + this.#tailBytes);
    const whole = new Uint8Array(length);
    whole.set(bytes.subarray(i * slotBytes, (i + 1) * slotBytes));
    const tail = (i % TAILS) * this.#tailBytes;
    whole.set(this.#tails!.subarray(tail, tail + length - slotBytes), slotBytes);
    return whole;
  }

  /** Whence the datagram in slot `i` came. Makes the slot ready to be read into again. */
  takeName(i: number): Address {
    this.#headerWords[i * HEADER_WORDS + NAME_LENGTH_WORD] = NAME_BYTES;
    return readName(this.#names, i * NAME_BYTES);
  }

  /** Puts a datagram that fits into slot `i`, to be sent. */
  put(i: number, to: Address, bytes: Uint8Array, length: number): void {
    this.#copy(i * this.slotBytes, bytes, length);
    const nameBytes = writeName(this.#names, i * NAME_BYTES, to);
    this.#headerWords[i * HEADER_WORDS + NAME_LENGTH_WORD] = nameBytes;
    this.#partWords[i * this.#partCount * PART_WORDS + 2] = length;
  }

  /**
   * Short ones by words, up to three bytes of whatever lies behind the end among them: 16 ns for 70 bytes
   * and 51 for 289, of which `set` makes 83 and 74, and an object each time.
   */
  #copy(start: number, bytes: Uint8Array, length: number): void {
    if (bytes !== this.#source) this.#take(bytes);
    const [from, to] = [this.#sourceWords, this.#words];
    const words = length >> 2;
    if (length > BY_WORDS_BYTES || words >= from.length) {
      this.bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), start);
      return;
    }
    const at = start >> 2;
    for (let i = 0; i <= words; i++) to[at + i] = from[i]!;
  }

  /** Bytes that do not begin with a whole word have none. */
  #take(bytes: Uint8Array): void {
    const words = bytes.byteOffset % 4 === 0 ? bytes.length >> 2 : 0;
    this.#source = bytes;
    this.#sourceWords = new Int32Array(bytes.buffer, words === 0 ? 0 : bytes.byteOffset, words);
  }

  addressOf(i: number): Address {
    return readName(this.#names, i * NAME_BYTES);
  }

  /** The bytes in slot `i` that were put there; good until the slot is used again. */
  view(i: number): Uint8Array {
    const start = i * this.slotBytes;
    return this.bytes.subarray(
      start,
      start + this.#partWords[i * this.#partCount * PART_WORDS + 2]!,
    );
  }

  /** Where the headers from slot `i` on begin. */
  pointerAt(i: number): bigint {
    return this.#pointers[i]!;
  }
}

function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}
