import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clockwise,
  nextPlace,
  ownerAt,
  ranksBelow,
  sortPlaces,
  turnsApart,
} from '../../../web/src/stage/circle-order.ts';

const turn = fc.integer({ min: 0, max: 999 }).map((value) => value / 1000);
const circle = fc.array(turn, { minLength: 1, maxLength: 40 });

describe('the order of the circle', () => {
  test('has every place once, by turn', () => {
    fc.assert(
      fc.property(circle, (turns) => {
        const { order, sorted, rankOf } = sortPlaces(Float64Array.from(turns), turns.length);
        expect([...order].sort((a, b) => a - b)).toEqual(turns.map((_, place) => place));
        expect([...sorted]).toEqual([...turns].sort((a, b) => a - b));
        for (const [rank, place] of order.entries()) expect(rankOf[place]).toBe(rank);
      }),
    );
  });

  test('ranks are found as by counting', () => {
    fc.assert(
      fc.property(circle, turn, (turns, at) => {
        const { sorted } = sortPlaces(Float64Array.from(turns), turns.length);
        expect(ranksBelow(sorted, at)).toBe(turns.filter((each) => each < at).length);
      }),
    );
  });

  test('the owner is the last that counts at or before a turn, as by looking at all', () => {
    fc.assert(
      fc.property(circle, turn, fc.integer({ min: 1, max: 5 }), (turns, at, every) => {
        const counts = (place: number) => place % every === 0;
        const found = ownerAt(sortPlaces(Float64Array.from(turns), turns.length), at, counts);
        const ways = turns
          .map((each, place) => (counts(place) ? clockwise(each, at) : 2))
          .filter((way) => way <= 1);
        expect(counts(found)).toBe(true);
        expect(clockwise(turns[found]!, at)).toBe(Math.min(...ways));
      }),
    );
  });

  test('where nobody counts nobody owns, and nobody is next', () => {
    const order = sortPlaces(Float64Array.of(0.1, 0.5), 2);
    expect(ownerAt(order, 0.3, () => false)).toBe(-1);
    expect(nextPlace(order, 0, 1, () => false)).toBe(-1);
    expect(ownerAt(sortPlaces(new Float64Array(0), 0), 0.3, () => true)).toBe(-1);
  });

  test('going round visits all that count and comes back', () => {
    const turns = [0.3, 0.9, 0.1, 0.5, 0.7];
    const order = sortPlaces(Float64Array.from(turns), 5);
    const counts = (place: number) => place !== 3;
    const visited = [2];
    for (let i = 0; i < 4; i++) visited.push(nextPlace(order, visited.at(-1)!, 1, counts));
    expect(visited).toEqual([2, 0, 4, 1, 2]);
    expect(nextPlace(order, 2, -1, counts)).toBe(1);
  });

  test('ways along the circle', () => {
    expect(clockwise(0.9, 0.1)).toBeCloseTo(0.2);
    expect(clockwise(0.1, 0.9)).toBeCloseTo(0.8);
    expect(clockwise(0.4, 0.4)).toBe(0);
    expect(turnsApart(0.95, 0.05)).toBeCloseTo(0.1);
    expect(turnsApart(0.2, 0.6)).toBeCloseTo(0.4);
  });
});
