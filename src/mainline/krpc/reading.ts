/**
 * Reading single values of a message where they lie: each reader says where the value is, that it is
 * something else than it should be (and was passed over), or that the bytes are not bencode at all.
 */
import { ID_BYTES } from '../../core/id.ts';
import { type Scanner, Token } from './bencode.ts';
import { WRONG_TYPE } from './fields.ts';

/** Result of the readers below when the bytes are not bencode at all. */
export const BROKEN = -2;

/** Offset of a string's contents, `WRONG_TYPE` for another value (passed over), or `BROKEN`. */
export function readString(scanner: Scanner): number {
  const opening = scanner.peek();
  if (opening === Token.integer || opening === Token.list || opening === Token.dictionary) {
    return scanner.skip() ? WRONG_TYPE : BROKEN;
  }
  return scanner.string() ? scanner.contentStart : BROKEN;
}

/** The same of a string that has so many bytes; one that has not is of the wrong type. */
export function readBytes(scanner: Scanner, length: number): number {
  const start = readString(scanner);
  return start > 0 && scanner.contentEnd - start !== length ? WRONG_TYPE : start;
}

export function readId(scanner: Scanner): number {
  return readBytes(scanner, ID_BYTES);
}

/** An integer, NaN for another value or one that no field may have, or `BROKEN`. */
export function readInteger(scanner: Scanner): number {
  if (scanner.peek() !== Token.integer) return scanner.skip() ? Number.NaN : BROKEN;
  if (!scanner.integer()) return BROKEN;
  return scanner.value < 0 ? Number.NaN : scanner.value;
}

/** Offset of the digits of an integer of any size, sign included; the scanner stands behind its `e`. */
export function readDigits(scanner: Scanner): number {
  const start = scanner.position + 1;
  if (scanner.peek() !== Token.integer) return scanner.skip() ? WRONG_TYPE : BROKEN;
  return scanner.integer() ? start : BROKEN;
}

/** What is to be kept of a datagram. (`slice` of a Buffer would be no copy, and keep all of it.) */
export function copied(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}

export function spells(scanner: Scanner, start: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    if (scanner.bytes[start + i] !== word.charCodeAt(i)) return false;
  }
  return true;
}
