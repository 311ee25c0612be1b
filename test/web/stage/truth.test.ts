import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arcEnd,
  DEVIATIONS_SHOWN,
  findDeviations,
  newDeviations,
} from '../../../web/src/stage/truth.ts';

describe('what is believed and is not so', () => {
  test('a whole ring has none', () => {
    const found = findDeviations(
      newDeviations(),
      [{ places: Uint32Array.of(2, 0, 1) }],
      Int32Array.of(1, 2, 0),
    );
    expect(found).toMatchObject({ count: 0, total: 0 });
  });

  test('a ring that has split closes over the other half: two polygons', () => {
    // 0 2 4 and 1 3 5 each know of themselves only.
    const successors = Int32Array.of(2, 3, 4, 5, 0, 1);
    const found = findDeviations(
      newDeviations(),
      [{ places: Uint32Array.of(0, 1, 2, 3, 4, 5) }],
      successors,
    );
    expect(found.count).toBe(6);
    const links = new Map<number, number>();
    for (let i = 0; i < found.count; i++) links.set(found.links[2 * i]!, found.links[2 * i + 1]!);
    const around = (from: number) => {
      const seen = [from];
      for (let at = links.get(from)!; at !== from; at = links.get(at)!) seen.push(at);
      return seen;
    };
    expect(around(0)).toEqual([0, 2, 4]);
    expect(around(1)).toEqual([1, 3, 5]);
  });

  test('where they do not hold together each camp has its own circle, and is right about it', () => {
    const successors = Int32Array.of(2, 3, 4, 5, 0, 1);
    const camps = [{ places: Uint32Array.of(0, 2, 4) }, { places: Uint32Array.of(1, 3, 5) }];
    expect(findDeviations(newDeviations(), camps, successors).total).toBe(0);
    successors[4] = 5;
    expect(findDeviations(newDeviations(), camps, successors).total).toBe(1);
  });

  test('who knows of nobody draws no line; a single member cannot be wrong', () => {
    expect(
      findDeviations(newDeviations(), [{ places: Uint32Array.of(0, 1) }], Int32Array.of(-1, 0))
        .total,
    ).toBe(0);
    expect(
      findDeviations(newDeviations(), [{ places: Uint32Array.of(0) }], Int32Array.of(5)).total,
    ).toBe(0);
  });

  test('counts all and keeps so many', () => {
    const count = DEVIATIONS_SHOWN + 100;
    const members = Uint32Array.from({ length: count }, (_, i) => i);
    const found = findDeviations(
      newDeviations(),
      [{ places: members }],
      new Int32Array(count).fill(7),
    );
    // Only number 6 is right.
    expect(found.total).toBe(count - 1);
    expect(found.count).toBe(DEVIATIONS_SHOWN);
  });
});

describe('the end of an arc', () => {
  test('is the next member clockwise, as by looking at all', () => {
    const turn = fc.integer({ min: 0, max: 9999 }).map((value) => value / 10_000);
    fc.assert(
      fc.property(fc.uniqueArray(turn, { minLength: 2, maxLength: 30 }), (values) => {
        const turns = Float64Array.from(values);
        const members = Uint32Array.from(turns.keys()).sort((a, b) => turns[a]! - turns[b]!);
        for (const place of members) {
          const ways = [...turns]
            .map((each) => (each - turns[place]! + 1) % 1)
            .filter((w) => w > 1e-9);
          const end = arcEnd(members, turns, place);
          expect((end - turns[place]! + 1) % 1).toBeCloseTo(Math.min(...ways), 9);
        }
      }),
    );
  });
});
