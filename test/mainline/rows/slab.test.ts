/** Extents of the slab never overlap and always begin empty; a row's state keeps its three parts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../src/core/assert.ts';
import {
  failuresOf,
  heardSeconds,
  roomFor,
  rowState,
  SLAB_ROWS_MAX,
  Slab,
  withFailure,
} from '../../../src/mainline/rows/slab.ts';

const steps = fc.array(
  fc.record({ allocate: fc.boolean(), rows: fc.integer({ min: 1, max: 9 }), which: fc.nat() }),
  { minLength: 1, maxLength: 200 },
);

describe('extents', () => {
  test('never overlap, begin zeroed, and keep what was written to them', () => {
    fc.assert(
      fc.property(steps, fc.nat(8), fc.nat(2), (steps, capacity, fresh) => {
        const slab = new Slab(capacity, fresh);
        const statesOf = (start: number, rows: number) =>
          Array.from({ length: rows }, (_, i) => slab.stateOf(start + i));
        const live: { start: number; rows: number; mark: number }[] = [];
        let marks = 0;
        for (const { allocate, rows, which } of steps) {
          if (allocate || live.length === 0) {
            const isExtended = which % 3 === 0;
            const start = isExtended ? slab.extend(rows) : slab.allocate(rows);
            const end = start + rows;
            expect([...slab.handles.slice(start, end)]).toEqual(new Array(rows).fill(0));
            expect(statesOf(start, rows)).toEqual(new Array(rows).fill(isExtended ? fresh : 0));
            slab.handles.fill(++marks, start, end);
            for (let row = start; row < end; row++) slab.setState(row, marks);
            live.push({ start, rows, mark: marks });
          } else {
            const [gone] = live.splice(which % live.length, 1);
            slab.free(gone.start, gone.rows);
          }
        }
        // An overlap would have overwritten somebody's mark.
        for (const { start, rows, mark } of live) {
          const own = [...slab.handles.slice(start, start + rows), ...statesOf(start, rows)];
          expect(own).toEqual(new Array(2 * rows).fill(mark));
        }
      }),
      { seed: 1 },
    );
  });

  test('an extent that was freed is used again, and the slab stops growing', () => {
    const slab = new Slab(8);
    const tenants = Array.from({ length: 50 }, () => slab.allocate(8));
    const bytes = slab.byteLength;
    for (let round = 0; round < 10; round++) {
      for (const start of tenants) slab.free(start, 8);
      const again = tenants.map(() => slab.allocate(8));
      expect([...again].sort((a, b) => a - b)).toEqual([...tenants].sort((a, b) => a - b));
    }
    expect(slab.byteLength).toBe(bytes);
  });

  test('the slab doubles, so that a million tenants are moved some twenty times', () => {
    const slab = new Slab(1);
    let moves = 0;
    let before = slab.handles;
    for (let i = 0; i < 10_000; i++) {
      slab.allocate(1);
      if (slab.handles !== before) moves++;
      before = slab.handles;
    }
    expect(moves).toBe(14);
    // Nobody wrote a state.
    const marks = 16_384 / 8 / 64; // a bit for 64 rows
    expect(slab.byteLength).toBe(16_384 * 4 + marks);
    slab.setState(1, 7);
    expect(slab.byteLength).toBe(16_384 * 8 + marks);
  });

  test('an extent larger than the whole slab fits', () => {
    const slab = new Slab(2);
    const start = slab.allocate(1000);
    expect(slab.handles.length).toBeGreaterThanOrEqual(start + 1000);
  });

  test('an empty extent is a mistake of the caller', () => {
    expect(() => new Slab(4).allocate(0)).toThrow(InvariantError);
  });

  test('room ends at the longest array there is, and what does not fit breaks an invariant', () => {
    // One row too many is refused before anything is allocated for it.
    expect(() => new Slab(1).allocate(SLAB_ROWS_MAX)).toThrow(InvariantError);
  });

  test('where a system does not lend so much, there is less to begin with, and it grows', () => {
    const refused: number[] = [];
    const upTo = (limit: number) => (length: number) => {
      if (length <= limit) return new Uint32Array(8);
      refused.push(length);
      throw new RangeError('Array buffer allocation failed');
    };
    expect(roomFor(8_000_000, upTo(3_000_000))).toHaveLength(8);
    expect(refused).toEqual([8_000_000, 4_000_000]);
    expect(() => roomFor(8_000_000, upTo(100))).toThrow('allocation failed');
    expect(() => roomFor(50, upTo(40))).toThrow('allocation failed');
  });
});

describe('the state of a row', () => {
  /** Two years and some, an hour short of what 26 bits can tell apart. */
  const lastSecond = 2 ** 26 - 1 - 3600;
  const second = fc.nat(lastSecond);

  test('keeps time, failures and mark apart', () => {
    fc.assert(
      fc.property(second, fc.nat(999), fc.nat(7), fc.nat(7), (seconds, ms, failures, mark) => {
        const state = rowState(seconds * 1000 + ms, failures, mark);
        expect(heardSeconds(state)).toBe(seconds);
        expect(failuresOf(state)).toBe(failures);
        expect(state & 7).toBe(mark);
        // It is what a cell of the slab can hold.
        expect(Uint32Array.of(state)[0]).toBe(state);
      }),
      { seed: 2 },
    );
  });

  test('grows with the time it was heard at, whatever else it says', () => {
    fc.assert(
      fc.property(second, second, fc.nat(7), fc.nat(7), (earlier, later, failures, mark) => {
        fc.pre(earlier < later);
        expect(rowState(earlier * 1000, failures, mark)).toBeLessThan(rowState(later * 1000, 0));
      }),
      { seed: 3 },
    );
  });

  test('counts failures up to seven and changes nothing else', () => {
    let state = rowState(lastSecond * 1000, 0, 5);
    for (let failures = 1; failures <= 20; failures++) {
      state = withFailure(state);
      expect(failuresOf(state)).toBe(Math.min(7, failures));
      expect(heardSeconds(state)).toBe(lastSecond);
      expect(state & 7).toBe(5);
    }
  });

  test('tells the seconds of two years apart', () => {
    const twoYearsMs = 2 * 365 * 86_400_000;
    expect(heardSeconds(rowState(twoYearsMs, 0))).toBe(twoYearsMs / 1000);
    expect(heardSeconds(rowState(999, 0))).toBe(0);
    expect(heardSeconds(rowState(1000, 0))).toBe(1);
  });
});
