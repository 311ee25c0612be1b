/**
 * Reads one field of a dialect at a time from bytes that come in any cutting.
 *
 *     want(Field.key) ── read ── read ── isWhole ── key        ── want(…
 *                          └──── fault: it can be no such field
 *
 * Small fields gather in 64 bytes. A value grows as its bytes come, never to more than has been
 * announced, and never by more than the shared allowance has left: a length is only a claim.
 */
import { type Address, COMPACT_ADDRESS_BYTES, readAddress } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { Allowance } from './allowance.ts';
import { parseAddress, parseDecimalKey, parseNumber, usable } from './spelling.ts';
import {
  ADDRESS_TEXT_BYTES_MAX,
  ADDRESS_TEXT_BYTES_MIN,
  LINE_BYTES_MAX,
  type Wire,
} from './wire.ts';

export const Field = {
  none: 0,
  /** The command: three letters or a line. */
  word: 1,
  key: 2,
  /** A length or a count. */
  number: 3,
  address: 4,
  /** T, F, N, or in text 1, 0. */
  status: 5,
  value: 6,
  /** An address as either binary dialect may write it; `isStringAddress` says which it was. */
  eitherAddress: 7,
} as const;
export type Field = (typeof Field)[keyof typeof Field];

export type Fault = 'malformed' | 'wrong-dialect' | 'overloaded';

const NEWLINE = 10;
const INT_BYTES = 8;
const WORD_BYTES = 3;
/** A growing value takes at least so much, so that one byte at a time does not copy it each time. */
const GROWTH_BYTES_MIN = 4096;

const NO_BYTES = new Uint8Array(0);

export class FieldReader {
  readonly #wire: Wire;
  readonly #memory: Allowance;
  readonly #held = new Uint8Array(LINE_BYTES_MAX);
  #length = 0;
  #field: Field = Field.none;
  /** Bytes of the field when they are known beforehand; 0 for a line. */
  #needed = 0;
  #value: Uint8Array = NO_BYTES;
  #valueLength = 0;
  #valueNeeded = 0;

  isWhole = false;
  fault: Fault | null = null;
  /** What the last whole field said, by its kind. */
  readonly key: Uint8Array = new Uint8Array(ID_BYTES);
  number = 0;
  address: Address = 0;
  isStringAddress = false;
  /** One of `T`, `F`, `N` as a character; text has `T` for 1 and `F` for 0. */
  status = '';
  word = '';

  constructor(wire: Wire, memory: Allowance) {
    this.#wire = wire;
    this.#memory = memory;
  }

  /** Begins the next field. */
  want(field: Field): void {
    this.isWhole = false;
    this.#field = field;
    this.#length = 0;
    this.#needed = this.#wire === 'text' ? 0 : bytesOf(this.#wire, field);
  }

  /** Begins a value of `length` bytes. */
  wantValue(length: number): void {
    this.#field = Field.value;
    this.#value = NO_BYTES;
    this.#valueLength = 0;
    this.#valueNeeded = length;
    this.isWhole = length === 0;
  }

  /** Bytes of the value that have come so far. */
  get valueLength(): number {
    return this.#field === Field.value ? this.#valueLength : 0;
  }

  /** The whole value, the caller's to keep from here on. */
  takeValue(): Uint8Array {
    assert(this.isWhole && this.#field === Field.value, 'a value is taken when it is whole');
    const value = this.#value;
    this.release();
    return value;
  }

  /** Gives back what a value has taken; call it when nothing more will be read. */
  release(): void {
    this.#memory.giveBack(this.#value.length);
    this.#value = NO_BYTES;
    this.#field = Field.none;
  }

  /** The small field as it stands, whole or not, one character a byte. */
  get held(): string {
    return String.fromCharCode(...this.#held.subarray(0, this.#length));
  }

  /** Reads from `bytes[at, end)` up to the end of the field; returns how far it came. */
  read(bytes: Uint8Array, at: number, end: number): number {
    assert(!this.isWhole && this.#field !== Field.none, 'a reader reads what is wanted');
    if (this.#field === Field.value) return this.#readValue(bytes, at, end);
    return this.#needed === 0 ? this.#readLine(bytes, at, end) : this.#readFixed(bytes, at, end);
  }

  #readValue(bytes: Uint8Array, at: number, end: number): number {
    const count = Math.min(end - at, this.#valueNeeded - this.#valueLength);
    const length = this.#valueLength + count;
    if (length > this.#value.length && !this.#grow(length)) return at;
    this.#value.set(bytes.subarray(at, at + count), this.#valueLength);
    this.#valueLength = length;
    this.isWhole = length === this.#valueNeeded;
    return at + count;
  }

  /** Doubles, so that each byte is copied twice at most on average. */
  #grow(length: number): boolean {
    const roomy = Math.max(length, 2 * this.#value.length, GROWTH_BYTES_MIN);
    const capacity = Math.min(this.#valueNeeded, roomy);
    if (!this.#memory.take(capacity - this.#value.length)) {
      this.fault = 'overloaded';
      return false;
    }
    const value = new Uint8Array(capacity);
    value.set(this.#value.subarray(0, this.#valueLength));
    this.#value = value;
    return true;
  }

  #readLine(bytes: Uint8Array, at: number, end: number): number {
    while (at < end) {
      const byte = bytes[at++];
      if (byte === NEWLINE) {
        this.#spellOut();
        return at;
      }
      if (this.#length === LINE_BYTES_MAX || !isPrintable(byte)) {
        this.fault = 'malformed';
        return at;
      }
      this.#held[this.#length++] = byte;
    }
    return at;
  }

  #readFixed(bytes: Uint8Array, at: number, end: number): number {
    while (at < end && this.#length < this.#needed) {
      this.#held[this.#length++] = bytes[at++];
      if (this.#length === 1 || this.#length === INT_BYTES) this.#lookAtAddress();
      if (this.fault !== null) return at;
    }
    if (this.#length === this.#needed) this.#unpack();
    return at;
  }

  /**
   * The first byte tells the two binary forms apart: a length below 2^56 begins with 0, an IP of a
   * node never does. Behind its length a string has as many bytes as that says.
   */
  #lookAtAddress(): void {
    const isZero = this.#held[0] === 0;
    if (this.#field === Field.eitherAddress && this.#length === 1) {
      this.isStringAddress = isZero;
      this.#needed = isZero ? INT_BYTES : COMPACT_ADDRESS_BYTES;
    } else if (this.#field === Field.address && this.#length === 1) {
      this.isStringAddress = this.#wire === 'string';
      if (isZero !== this.isStringAddress) this.fault = 'wrong-dialect';
    }
    const isAddress = this.#field === Field.address || this.#field === Field.eitherAddress;
    if (!isAddress || this.#length !== INT_BYTES || !this.isStringAddress) return;
    const length = readInt(this.#held);
    if (length < ADDRESS_TEXT_BYTES_MIN || length > ADDRESS_TEXT_BYTES_MAX) {
      this.fault = 'malformed';
    } else {
      this.#needed = INT_BYTES + length;
    }
  }

  #unpack(): void {
    this.isWhole = true;
    switch (this.#field) {
      case Field.word:
        this.word = this.held;
        return;
      case Field.key:
        this.key.set(this.#held.subarray(0, ID_BYTES));
        return;
      case Field.number:
        this.number = readInt(this.#held);
        return;
      case Field.status:
        this.status = this.held;
        return this.#check('TFN'.includes(this.status));
      default:
        this.address = this.isStringAddress
          ? parseAddress(this.held.slice(INT_BYTES))
          : usable(readAddress(this.#held, 0));
        return this.#check(this.address >= 0);
    }
  }

  #spellOut(): void {
    this.isWhole = true;
    const line = this.held.trim();
    switch (this.#field) {
      case Field.word:
        this.word = line;
        return;
      case Field.key:
        return this.#check(parseDecimalKey(line, this.key));
      case Field.number:
        this.number = parseNumber(line);
        return this.#check(this.number >= 0);
      case Field.status:
        this.status = line === '1' ? 'T' : 'F';
        return this.#check(line === '1' || line === '0');
      default:
        this.address = parseAddress(line);
        return this.#check(this.address >= 0);
    }
  }

  #check(isFine: boolean): void {
    if (isFine) return;
    this.isWhole = false;
    this.fault = 'malformed';
  }
}

function bytesOf(wire: Wire, field: Field): number {
  switch (field) {
    case Field.word:
      return WORD_BYTES;
    case Field.key:
      return ID_BYTES;
    case Field.status:
      return 1;
    case Field.address:
      return wire === 'string' ? INT_BYTES : COMPACT_ADDRESS_BYTES;
    default:
      return INT_BYTES;
  }
}

/** Eight bytes, big end first; exact up to 2^53 and far over every limit above. */
function readInt(bytes: Uint8Array): number {
  let value = 0;
  for (let i = 0; i < INT_BYTES; i++) value = value * 256 + bytes[i];
  return value;
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0d;
}
