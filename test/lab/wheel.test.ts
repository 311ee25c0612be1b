/**
 * The wheel against the simplest thing that does the same: an array kept sorted by time, and in one
 * millisecond by the order of putting. Events keep that order when they were put from within the same
 * horizon, so the model also notes in which list an event was put.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/core/assert.ts';
import { randomBelow, SeededRandom } from '../../src/core/random.ts';
import { Wheel } from '../../src/lab/wheel.ts';

const HOUR_MS = 3_600_000;
/** Near, far, later: how far ahead each list begins, roughly. */
const HORIZONS_MS = [1, 50, 4096, 60_000, HOUR_MS, 4 * HOUR_MS, 5 * HOUR_MS, 20 * HOUR_MS];

interface Entry {
  atMs: number;
  number: number;
}

/** Takes an event off the wheel, frees it and says which it was; -1 when there was none. */
function takeOne(wheel: Wheel, untilMs: number): number {
  const row = wheel.take(untilMs);
  if (row === 0) return -1;
  expect(wheel.at[row]).toBe(wheel.now);
  const number = wheel.a[row];
  expect(`${[wheel.kind[row], wheel.b[row], wheel.c[row]]}`).toBe(`${wordsOf(number)}`);
  wheel.free(row);
  return number;
}

/** What else an event says, so that mixed-up columns show. */
function wordsOf(number: number): number[] {
  return [number % 251, (number * 7919) >>> 0, ~number >>> 0];
}

function put(wheel: Wheel, atMs: number, number: number): void {
  const [kind, b, c] = wordsOf(number);
  wheel.put(atMs, kind, number, b, c);
}

describe('the wheel', () => {
  test('gives every event at its time, like an array sorted by time', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(0, 1, 4095, 4096, HOUR_MS, 2 ** 32 - 5, 2 ** 40),
        fc.constantFrom(0, 1, 1024),
        (seed, startMs, capacity) => {
          const random = new SeededRandom(seed);
          const wheel = new Wheel(startMs, capacity);
          const model: Entry[] = [];
          let number = 0;
          for (let step = 0; step < 300; step++) {
            if (randomBelow(random, 5) < 3) {
              const horizonMs = HORIZONS_MS[randomBelow(random, HORIZONS_MS.length)];
              const atMs = wheel.now + randomBelow(random, horizonMs);
              put(wheel, atMs, ++number);
              model.push({ atMs, number });
            } else {
              const horizonMs = HORIZONS_MS[randomBelow(random, HORIZONS_MS.length)];
              const untilMs = wheel.now + randomBelow(random, horizonMs);
              const earliestMs = Math.min(...model.map(({ atMs }) => atMs));
              const taken = takeOne(wheel, untilMs);
              if (earliestMs > untilMs) {
                expect(taken).toBe(-1);
                expect(wheel.now).toBe(untilMs);
              } else {
                expect(wheel.now).toBe(earliestMs);
                const place = model.findIndex((entry) => entry.number === taken);
                expect(model[place]?.atMs).toBe(earliestMs);
                model.splice(place, 1);
              }
            }
            expect(wheel.count).toBe(model.length);
          }
          model.sort((a, b) => a.atMs - b.atMs);
          for (const { atMs } of model) {
            expect(takeOne(wheel, Infinity)).toBeGreaterThan(0);
            expect(wheel.now).toBe(atMs);
          }
          expect(wheel.count).toBe(0);
        },
      ),
      { seed: 5, numRuns: 40 },
    );
  });

  test('gives events of one millisecond in the order in which they were put', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...HORIZONS_MS),
        fc.nat(10_000),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }),
        (aheadMs, startMs, offsets) => {
          const wheel = new Wheel(startMs);
          // All at once, so that those of one millisecond lie within one horizon.
          for (const [number, offset] of offsets.entries()) {
            put(wheel, startMs + aheadMs + offset, number);
          }
          const expected = offsets
            .map((offset, number) => ({ offset, number }))
            .sort((a, b) => a.offset - b.offset || a.number - b.number)
            .map(({ number }) => number);
          expect(offsets.map(() => takeOne(wheel, Infinity))).toEqual(expected);
        },
      ),
      { seed: 6, numRuns: 200 },
    );
  });

  test('gives an event put for this very millisecond after those that wait in it', () => {
    const wheel = new Wheel(1000);
    put(wheel, 1000, 1);
    put(wheel, 1000, 2);
    expect(takeOne(wheel, 1000)).toBe(1);
    put(wheel, 1000, 3);
    expect([takeOne(wheel, 1000), takeOne(wheel, 1000), takeOne(wheel, 1000)]).toEqual([2, 3, -1]);
  });

  test('shows who waits behind one that was taken, in the same millisecond', () => {
    const wheel = new Wheel(0);
    for (const number of [1, 2, 3]) put(wheel, 7, number);
    put(wheel, 8, 4);
    const first = wheel.take(Infinity);
    const second = wheel.after(first);
    expect([wheel.a[first], wheel.a[second]]).toEqual([1, 2]);
    expect([wheel.a[wheel.after(second)], wheel.after(wheel.after(second))]).toEqual([3, 0]);
    expect(wheel.count).toBe(3);
  });

  test('runs the same twice, whatever lists the events of a millisecond were put in', () => {
    const run = () => {
      const random = new SeededRandom(3);
      const wheel = new Wheel(0);
      const order: number[] = [];
      for (let number = 1; number <= 3000; number++) {
        // Few different times, reached from near and from far.
        put(
          wheel,
          (Math.floor(wheel.now / HOUR_MS) + 1 + randomBelow(random, 8)) * HOUR_MS,
          number,
        );
        if (number % 5 === 0) order.push(takeOne(wheel, wheel.now + randomBelow(random, HOUR_MS)));
      }
      while (wheel.count > 0) order.push(takeOne(wheel, Infinity));
      return order;
    };
    const order = run();
    expect(order.filter((number) => number > 0)).toHaveLength(3000);
    expect(run()).toEqual(order);
  });

  test('moves time exactly to the limit when nothing is left before it, and never back', () => {
    const wheel = new Wheel(100);
    expect(wheel.take(5000)).toBe(0);
    expect(wheel.now).toBe(5000);
    expect(wheel.take(4000)).toBe(0);
    expect(wheel.now).toBe(5000);
    put(wheel, 5000 + 6 * HOUR_MS, 1);
    for (const untilMs of [5001, 4096 * 7, 4096 * 4096, 5000 + 6 * HOUR_MS - 1]) {
      expect(wheel.take(untilMs)).toBe(0);
      expect(wheel.now).toBe(untilMs);
    }
    expect(takeOne(wheel, Infinity)).toBe(1);
    expect(wheel.now).toBe(5000 + 6 * HOUR_MS);
  });

  test('keeps an event of now from those who ask for what was before', () => {
    const wheel = new Wheel(5000);
    put(wheel, 5000, 1);
    expect(wheel.take(4999)).toBe(0);
    expect([wheel.now, wheel.count]).toEqual([5000, 1]);
    expect(takeOne(wheel, 5000)).toBe(1);
  });

  test('without events has no end of time to go to', () => {
    const wheel = new Wheel(100);
    put(wheel, 300, 1);
    expect(takeOne(wheel, Infinity)).toBe(1);
    expect(wheel.take(Infinity)).toBe(0);
    expect(wheel.now).toBe(300);
    put(wheel, 301, 2);
    expect(takeOne(wheel, Infinity)).toBe(2);
  });

  test('takes no event that lies in the past', () => {
    const wheel = new Wheel(100);
    expect(() => put(wheel, 99, 1)).toThrow(InvariantError);
    expect(wheel.count).toBe(0);
  });

  test('uses free rows again, and grows when all are taken', () => {
    const wheel = new Wheel(0, 16);
    const bytes = wheel.byteLength;
    for (let number = 1; number <= 16; number++) put(wheel, number, number);
    for (let number = 17; number <= 5000; number++) {
      expect(takeOne(wheel, Infinity)).toBe(number - 16);
      put(wheel, number, number);
    }
    expect(wheel.byteLength).toBe(bytes);
    for (let number = 5001; number <= 5100; number++) put(wheel, number, number);
    expect(wheel.byteLength).toBeGreaterThan(bytes);
    const { at, kind, a, b, c } = wheel;
    const columns = at.byteLength + kind.byteLength + a.byteLength + b.byteLength + c.byteLength;
    expect(wheel.byteLength).toBe(columns + at.length * 4); // and the links
    for (let number = 4985; number <= 5100; number++) expect(takeOne(wheel, 6000)).toBe(number);
    expect(takeOne(wheel, 6000)).toBe(-1);
  });

  test('does not hand out a row that its taker still has', () => {
    const wheel = new Wheel(0, 4);
    put(wheel, 1, 1);
    const row = wheel.take(10);
    for (let number = 2; number <= 20; number++) put(wheel, 5, number);
    expect(wheel.a[row]).toBe(1);
    wheel.free(row);
    for (let number = 2; number <= 20; number++) expect(takeOne(wheel, 10)).toBe(number);
  });
});
