/**
 * Datagrams in a row, as `recvmmsg` and `sendmmsg` want them: an array of headers, each of which
 * points at the peer's name and at the bytes. All memory is laid out once and used for every batch.
 *
 *     mmsghdr, 64 bytes each                       sockaddr_in            sockaddr_in6
 *      0  pointer to the name                       0  family, 2           0  family, 10
 *      8  bytes of the name                         2  port, big-endian    2  port, big-endian
 *     16  pointer to the first iovec                4  ip                  4  flow
 *     24  iovecs                                    8  zeros, to 16        8  ip, 16 bytes
 *     32  ancillary data: none                                            24  scope, to 28
 *     48  flags
 *     56  bytes of the datagram                    iovec: pointer, bytes; 16 in all
 *
 * This is the layout of 64-bit Linux, little-endian (x64 and arm64).
 */
import { type Address, addressOf, ipOf, portOf } from '../core/address.ts';
import type { Libc } from './libc.ts';

/** Datagrams in one system call; more of them gain nothing that could be measured. */
export const BATCH = 64;
/** Bytes of a slot for a name: a sockaddr_in6 is 28. */
const NAME_BYTES = 32;
const HEADER_BYTES = 64;
const PART_BYTES = 16;
/** Words of 32 bits. */
const HEADER_WORDS = HEADER_BYTES / 4;
const NAME_LENGTH_WORD = 2;
const LENGTH_WORD = 14;
const PART_WORDS = PART_BYTES / 4;

export const AF_INET = 2;
/** Bytes of a sockaddr_in. */
export const NAME4_BYTES = 16;

/** A part of memory that is not moved and stays: foreign calls know it by its place. */
export function fixedBytes(length: number): Buffer {
  // `alloc` of so many bytes is never a part of a pool, and pages that nobody touches cost nothing.
  return Buffer.alloc(Math.max(length, 128));
}

export function writeName4(names: Uint8Array, at: number, address: Address): void {
  const ip = ipOf(address);
  const port = portOf(address);
  names[at] = AF_INET;
  names[at + 1] = 0;
  names[at + 2] = port >>> 8;
  names[at + 3] = port & 255;
  names[at + 4] = ip >>> 24;
  names[at + 5] = (ip >>> 16) & 255;
  names[at + 6] = (ip >>> 8) & 255;
  names[at + 7] = ip & 255;
}

export function readName4(names: Uint8Array, at: number): Address {
  const ip = (names[at + 5]! << 16) | (names[at + 6]! << 8) | names[at + 7]!;
  return addressOf(names[at + 4]! * 0x1000000 + ip, (names[at + 2]! << 8) | names[at + 3]!);
}

/** `BATCH` slots, each with room for one datagram of `slotBytes` and, beyond that, `restBytes`. */
export class MessageBatch {
  readonly pointer: bigint;
  readonly slotBytes: number;
  /** The slots, one behind the other. No Buffer: `slice` of one is no copy, and readers rely on it. */
  readonly bytes: Uint8Array;
  /** What did not fit into a slot, one behind the other; touched by long datagrams only. */
  readonly #rest: Uint8Array;
  readonly #restBytes: number;
  readonly #names: Buffer;
  readonly #headers: Buffer;
  readonly #headerWords: Uint32Array;
  readonly #parts: Buffer;
  readonly #partWords: Uint32Array;

  constructor(libc: Libc, slotBytes: number, restBytes = 0) {
    this.slotBytes = slotBytes;
    this.#restBytes = restBytes;
    this.bytes = plain(fixedBytes(BATCH * slotBytes));
    this.#rest = plain(fixedBytes(BATCH * restBytes));
    this.#names = fixedBytes(BATCH * NAME_BYTES);
    this.#headers = fixedBytes(BATCH * HEADER_BYTES);
    this.#parts = fixedBytes(BATCH * 2 * PART_BYTES);
    this.#headerWords = wordsOf(this.#headers);
    this.#partWords = wordsOf(this.#parts);
    this.pointer = libc.pointerTo(this.#headers);
    this.#lay(libc);
  }

  #lay(libc: Libc): void {
    const [bytes, rest] = [libc.pointerTo(this.bytes), libc.pointerTo(this.#rest)];
    const [names, parts] = [libc.pointerTo(this.#names), libc.pointerTo(this.#parts)];
    const partsEach = this.#restBytes === 0 ? 1 : 2;
    for (let i = 0; i < BATCH; i++) {
      const part = i * 2 * PART_BYTES;
      this.#parts.writeBigUInt64LE(bytes + BigInt(i * this.slotBytes), part);
      this.#parts.writeBigUInt64LE(BigInt(this.slotBytes), part + 8);
      this.#parts.writeBigUInt64LE(rest + BigInt(i * this.#restBytes), part + 16);
      this.#parts.writeBigUInt64LE(BigInt(this.#restBytes), part + 24);
      const header = i * HEADER_BYTES;
      this.#headers.writeBigUInt64LE(names + BigInt(i * NAME_BYTES), header);
      this.#headers.writeBigUInt64LE(parts + BigInt(part), header + 16);
      this.#headers.writeBigUInt64LE(BigInt(partsEach), header + 24);
      this.#headerWords[i * HEADER_WORDS + NAME_LENGTH_WORD] = NAME_BYTES;
    }
  }

  /** Bytes of the datagram that was read into slot `i`. */
  lengthOf(i: number): number {
    return this.#headerWords[i * HEADER_WORDS + LENGTH_WORD]!;
  }

  /** Whence the datagram in slot `i` came. Makes the slot ready to be read into again. */
  takeName(i: number): Address {
    this.#headerWords[i * HEADER_WORDS + NAME_LENGTH_WORD] = NAME_BYTES;
    return readName4(this.#names, i * NAME_BYTES);
  }

  /** A datagram that is longer than a slot, put together. */
  whole(i: number): Uint8Array {
    const bytes = new Uint8Array(this.lengthOf(i));
    const [start, rest] = [i * this.slotBytes, i * this.#restBytes];
    bytes.set(this.bytes.subarray(start, start + this.slotBytes));
    bytes.set(this.#rest.subarray(rest, rest + bytes.length - this.slotBytes), this.slotBytes);
    return bytes;
  }

  /** Puts a datagram that fits into slot `i`, to be sent. */
  put(i: number, to: Address, bytes: Uint8Array, length: number): void {
    this.bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), i * this.slotBytes);
    writeName4(this.#names, i * NAME_BYTES, to);
    this.#headerWords[i * HEADER_WORDS + NAME_LENGTH_WORD] = NAME4_BYTES;
    this.#partWords[i * 2 * PART_WORDS + 2] = length;
  }

  addressOf(i: number): Address {
    return readName4(this.#names, i * NAME_BYTES);
  }

  /** The bytes in slot `i` that were put there; good until the slot is used again. */
  view(i: number): Uint8Array {
    const start = i * this.slotBytes;
    return this.bytes.subarray(start, start + this.#partWords[i * 2 * PART_WORDS + 2]!);
  }

  /** Where the headers from slot `i` on begin. */
  pointerAt(i: number): bigint {
    return this.pointer + BigInt(i * HEADER_BYTES);
  }
}

function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}
