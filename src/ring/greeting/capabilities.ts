/**
 * The answer to `VER`: a text and its length, as 8 bytes in the dialects of three letters, as a line in
 * the other. What it says is for people; where it ends, frames begin.
 */
import { readU32 } from '../frames.ts';

/** Bytes of the text, whose JSON is for people, at most. */
const CAPABILITIES_BYTES_MAX = 4096;
/** Digits of its length, and the end of the line. */
const LINE_BYTES_MAX = 5;
const NEWLINE = 10;
const ZERO = 48;

/** Where the answer ends; -1: not all of it is here, null: this is none. */
export function capabilitiesEnd(bytes: Uint8Array, start: number, end: number): number | null {
  if (end === start) return -1;
  let length = 0;
  let at = start;
  if (bytes[start] === 0) {
    if (end - start < 8) return -1;
    length = readU32(bytes, start) === 0 ? readU32(bytes, start + 4) : Infinity;
    at = start + 8;
  } else {
    const line = bytes.indexOf(NEWLINE, start);
    if (line < 0 || line >= end) return end - start > LINE_BYTES_MAX ? null : -1;
    if (line > start + LINE_BYTES_MAX) return null;
    for (; at < line; at++) length = length * 10 + bytes[at] - ZERO;
    at++;
  }
  if (!(length >= 2 && length <= CAPABILITIES_BYTES_MAX)) return null;
  return end - at < length ? -1 : at + length;
}
