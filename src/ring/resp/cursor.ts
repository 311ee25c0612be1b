/**
 * The cursor of SCAN: a place on the circle, so that it means the same thing whoever owns that place by the
 * time it comes back. Clients take it for a whole number, some of them for one that fits a double:
 *
 *     12 bits           40 bits
 *     ┌────────────────┬──────────────────────────────┐
 *     │ mark of ring   │ the first bits of the place  │     0: the beginning, and the end
 *     └────────────────┴──────────────────────────────┘
 *
 * A place in the middle of 40 equal bits is rounded down: what lies there may be told twice, never not at all.
 */
import { ID_BYTES } from '../../core/id.ts';

const PLACE_BYTES = 5;
const PLACES = 2 ** 40;
const MARKS = 4096;

/** A mark by which cursors of another ring are told; never 0, so that no cursor is 0 but the end. */
export function markOf(ringId: Uint8Array): number {
  let mark = 0;
  for (const byte of ringId) mark = (mark * 31 + byte) % (MARKS - 1);
  return mark + 1;
}

export function cursorAt(place: Uint8Array, mark: number): number {
  let prefix = 0;
  for (let i = 0; i < PLACE_BYTES; i++) prefix = prefix * 256 + place[i];
  return prefix === 0 ? 0 : mark * PLACES + prefix;
}

/** The place of a cursor, null when it is none of this ring. */
export function placeOf(text: string, mark: number): Uint8Array | null {
  if (!/^\d{1,16}$/.test(text)) return null;
  const cursor = Number(text);
  const place = new Uint8Array(ID_BYTES);
  if (cursor === 0) return place;
  if (!Number.isSafeInteger(cursor) || Math.floor(cursor / PLACES) !== mark) return null;
  let rest = cursor % PLACES;
  for (let i = PLACE_BYTES - 1; i >= 0; i--) {
    place[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return place;
}

/** Do two places share a cursor? */
export function isSamePlace(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < PLACE_BYTES; i++) if (a[i] !== b[i]) return false;
  return true;
}
