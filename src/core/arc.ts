/**
 * The circle of 2^160 ids, read clockwise as unsigned big-endian numbers, and arcs of it.
 *
 *            0
 *        ╭───┴───╮          [from, to): the start belongs to an arc, the end to the next one
 *     to ┤       ├ from     [x, x): the whole circle, as a node that is alone owns it
 *        ╰───────╯          (x, x): the whole circle but x
 *
 * Where nothing but order counts nothing is subtracted: to know whether `x` lies on the way from `from` to `to` it is enough to
 * know in which order the three stand, and the order of two ids is the first byte they differ in.
 */
import { compareIds, ID_BYTES } from './id.ts';

/** Does `id` lie in [from, to)? The whole circle when both are equal. */
export function isInArc(
  id: Uint8Array,
  idStart: number,
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
): boolean {
  const isFromOn = compareIds(from, fromStart, id, idStart) <= 0;
  const isBeforeTo = compareIds(id, idStart, to, toStart) < 0;
  if (compareIds(from, fromStart, to, toStart) < 0) return isFromOn && isBeforeTo;
  return isFromOn || isBeforeTo; // over zero, or all of it
}

/** Does `id` lie in (from, to)? The whole circle but `from` when both are equal. */
export function isBetween(
  id: Uint8Array,
  idStart: number,
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
): boolean {
  if (compareIds(id, idStart, from, fromStart) === 0) return false;
  return isInArc(id, idStart, from, fromStart, to, toStart);
}

/**
 * Which of two ids comes first clockwise from `origin`: negative when `a` does. `origin` itself is
 * the very first.
 */
export function compareFrom(
  origin: Uint8Array,
  originStart: number,
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
): number {
  const isAOver = compareIds(a, aStart, origin, originStart) < 0;
  const isBOver = compareIds(b, bStart, origin, originStart) < 0;
  if (isAOver !== isBOver) return isAOver ? 1 : -1;
  return compareIds(a, aStart, b, bStart);
}

/** Writes `id` + 2^`bit` mod 2^160 to `out`: where the finger of that bit points. */
export function addPowerOfTwo(
  id: Uint8Array,
  idStart: number,
  bit: number,
  out: Uint8Array,
  outStart: number,
): void {
  let at = ID_BYTES - 1 - (bit >>> 3);
  for (let i = 0; i < ID_BYTES; i++) out[outStart + i] = id[idStart + i];
  for (let carry = 1 << (bit & 7); carry > 0 && at >= 0; at--) {
    const sum = out[outStart + at] + carry;
    out[outStart + at] = sum & 255;
    carry = sum >>> 8;
  }
}

/** Writes `id` - 1 mod 2^160 to `out`: its owner is the predecessor of a node that stands at `id`. */
export function idBefore(id: Uint8Array, idStart: number, out: Uint8Array, outStart: number): void {
  let borrow = 1;
  for (let at = ID_BYTES - 1; at >= 0; at--) {
    const difference = id[idStart + at] - borrow;
    out[outStart + at] = difference & 255;
    borrow = difference < 0 ? 1 : 0;
  }
}

/** Writes how far it is clockwise from `from` to `to`, mod 2^160, to `out`: 0 when both are equal. */
export function arcLength(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
  out: Uint8Array,
  outStart: number,
): void {
  let borrow = 0;
  for (let at = ID_BYTES - 1; at >= 0; at--) {
    const difference = to[toStart + at] - from[fromStart + at] - borrow;
    out[outStart + at] = difference & 255;
    borrow = difference < 0 ? 1 : 0;
  }
}

/** Digits of a number as long as an id when it is written in binary: 0 for 0, 160 from 2^159 on. */
export function bitLength(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (ID_BYTES - first) * 8 - (Math.clz32(number[first]) - 24);
}

/** Share of the circle that [from, to) covers, 0 to 1, of its first 48 bits; 1 when both are equal. */
export function arcShare(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
): number {
  if (compareIds(from, fromStart, to, toStart) === 0) return 1;
  let share = 0;
  let unit = 1;
  for (let i = 0; i < ARC_SHARE_BYTES; i++) {
    unit /= 256;
    share += (to[toStart + i] - from[fromStart + i]) * unit;
  }
  return share < 0 ? share + 1 : share;
}

/** Six bytes are exact in a double. */
const ARC_SHARE_BYTES = 6;
