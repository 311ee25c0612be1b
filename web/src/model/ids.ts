/**
 * Ids of 160 bits as they stand in columns, 20 bytes each, and as turns: what part of the circle lies
 * before an id. A turn is for drawing and bisecting; which of two neighbours comes first the bytes say.
 */
import { keyOf } from 'ringlight/scene';

export const ID_BYTES = 20;

/** What a name stands for, as 40 hexadecimal digits. */
export function hashText(name: string): string {
  return hexOf(keyOf(name), 0);
}

const TURN_BYTES = 7; // 56 bits: all that a double can tell apart, and a little more

/** The turn of the id at `start`: its leading bits as a fraction, 0 ≤ turn < 1. */
export function turnOf(ids: Uint8Array, start: number): number {
  let turn = 0;
  for (let i = TURN_BYTES - 1; i >= 0; i--) turn = (turn + ids[start + i]) / 256;
  return Math.min(turn, 1 - Number.EPSILON / 2);
}

/** The same for 40 hexadecimal digits. */
export function turnOfText(key: string): number {
  const bytes = new Uint8Array(TURN_BYTES);
  for (let i = 0; i < TURN_BYTES; i++) bytes[i] = Number.parseInt(key.slice(i * 2, i * 2 + 2), 16);
  return turnOf(bytes, 0);
}

/** The id at `start` as 40 hexadecimal digits. */
export function hexOf(bytes: Uint8Array, start: number): string {
  let text = '';
  for (let i = 0; i < ID_BYTES; i++) text += (bytes[start + i] + 256).toString(16).slice(1);
  return text;
}

/** Ids `a` and `b` of a column, in their order; of two that are alike the first of the column first. */
export function compareIds(ids: Uint8Array, a: number, b: number): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const difference = ids[a * ID_BYTES + i] - ids[b * ID_BYTES + i];
    if (difference !== 0) return difference;
  }
  return a - b;
}
