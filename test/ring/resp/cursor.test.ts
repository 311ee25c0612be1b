import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorAt, isSamePlace, markOf, placeOf } from '../../../src/ring/resp/cursor.ts';

const place = fc.uint8Array({ minLength: 20, maxLength: 20 });

describe('a cursor', () => {
  it('is a place, rounded down, and a number that a double holds', () => {
    fc.assert(
      fc.property(place, place, (at, ringId) => {
        const mark = markOf(ringId);
        const cursor = cursorAt(at, mark);
        expect(Number.isSafeInteger(cursor)).toBe(true);
        const back = placeOf(String(cursor), mark)!;
        expect(isSamePlace(at, back)).toBe(true);
        expect(back.slice(5).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  it('of another ring, or of nobody, is told', () => {
    const [here, there] = [markOf(new Uint8Array(16)), markOf(new Uint8Array(16).fill(7))];
    const cursor = String(cursorAt(new Uint8Array(20).fill(1), here));
    expect(placeOf(cursor, here)).not.toBeNull();
    for (const other of [cursor, '12', '-1', 'x', '', '99999999999999999999', '1.5']) {
      expect(placeOf(other, there), other).toBeNull();
    }
    expect(placeOf('0', there)).toEqual(new Uint8Array(20));
  });
});
