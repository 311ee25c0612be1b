import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInArc } from '../../../src/core/arc.ts';
import { compareIds } from '../../../src/core/id.ts';
import { Stretches, spansOf } from '../../../src/ring/titles/stretches.ts';
import { point } from './samples.ts';

const place = fc.integer({ min: 0, max: 9 });

test('an arc is one span of the line, or two over zero', () => {
  expect(spansOf(point(2), point(5))).toEqual([{ from: point(2), end: point(5) }]);
  expect(spansOf(point(5), point(0))).toEqual([{ from: point(5), end: null }]);
  expect(spansOf(point(5), point(2))).toHaveLength(2);
  expect(spansOf(point(5), point(5))).toHaveLength(2);
  expect(spansOf(point(0), point(0))).toEqual([{ from: point(0), end: null }]);
});

test('after any changes every point says what was said of it last', () => {
  const change = fc.tuple(place, place, fc.integer({ min: 1, max: 4 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const stretches = new Stretches();
      const last = new Map<number, number>();
      for (const [from, end, number] of changes) {
        stretches.change(point(from), point(end), (its) => {
          its.promised = { number, claimant: 1 };
        });
        for (let at = 0; at < 10; at++) {
          if (isInArc(point(at), 0, point(from), 0, point(end), 0)) last.set(at, number);
        }
        for (let at = 0; at < 10; at++) {
          expect(stretches.at(point(at))?.promised.number).toBe(last.get(at));
        }
      }
      // Neither overlapping nor out of order, and neighbours that say the same are one.
      const { list } = stretches;
      for (let i = 1; i < list.length; i++) {
        const before = list[i - 1];
        const order = compareIds(before.end!, 0, list[i].from, 0);
        expect(order).toBeLessThanOrEqual(0);
        if (order === 0) expect(before.promised.number).not.toBe(list[i].promised.number);
      }
    }),
  );
});

test('overlapping finds what has a point in common', () => {
  const stretches = new Stretches();
  stretches.change(point(2), point(5), (its) => {
    its.promised = { number: 1, claimant: 1 };
  });
  const count = (from: number, end: number) =>
    stretches.overlapping(point(from), point(end)).length;
  expect(count(5, 2)).toBe(0);
  expect(count(4, 6)).toBe(1);
  expect(count(0, 2)).toBe(0);
  expect(count(7, 7)).toBe(1);
});

test('an arc says something all over when each of its points does', () => {
  const change = fc.tuple(place, place, fc.integer({ min: 1, max: 2 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), place, place, (changes, from, end) => {
      const stretches = new Stretches();
      for (const [first, last, number] of changes) {
        stretches.change(point(first), point(last), (its) => {
          its.promised = { number, claimant: 1 };
        });
      }
      let isAll = true;
      for (let at = 0; at < 10; at++) {
        if (!isInArc(point(at), 0, point(from), 0, point(end), 0)) continue;
        if (stretches.at(point(at))?.promised.number !== 1) isAll = false;
      }
      // Arcs over zero end at the end of the line, which no stretch that was asked for up to a point reaches.
      const says = stretches.isAll(point(from), point(end), (its) => its.promised.number === 1);
      if (says) expect(isAll).toBe(true);
      else if (from < end) expect(isAll).toBe(false);
    }),
  );
});
