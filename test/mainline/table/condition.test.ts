/** The condition of a contact, by its row: good, questionable or bad. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowState, withFailure } from '../../../src/mainline/rows/slab.ts';
import {
  CHECKING,
  goodSinceSeconds,
  isBad,
  isGood,
  isGoodSince,
  QUIET_MS,
  quietSinceMs,
  SUSPECT,
} from '../../../src/mainline/table/condition.ts';

const NOW = 10 * QUIET_MS;

describe('a row', () => {
  test('is good for 15 minutes after it was heard', () => {
    const state = rowState(NOW, 0);
    expect(isGood(state, NOW)).toBe(true);
    expect(isGood(state, NOW + QUIET_MS - 1)).toBe(true);
    expect(isGood(state, NOW + QUIET_MS)).toBe(false);
    expect(isGood(rowState(NOW, 0, CHECKING), NOW)).toBe(true);
  });

  test('is good or not by the second, whichever way it is asked', () => {
    fc.assert(
      fc.property(
        fc.nat(4 * QUIET_MS),
        fc.nat(4 * QUIET_MS),
        fc.nat(3),
        fc.constantFrom(0, CHECKING, SUSPECT),
        (now, heardAtMs, failures, mark) => {
          const state = rowState(heardAtMs, failures, mark);
          const wanted = !isBad(state) && quietSinceMs(state) + QUIET_MS > now;
          expect(isGood(state, now)).toBe(wanted);
          expect(isGoodSince(state, goodSinceSeconds(now))).toBe(wanted);
        },
      ),
      { seed: 6, numRuns: 1000 },
    );
  });

  test('is bad after two failures in a row, not after one', () => {
    const once = withFailure(rowState(NOW, 0));
    expect([isBad(once), isGood(once, NOW)]).toEqual([false, true]);
    const twice = withFailure(once);
    expect([isBad(twice), isGood(twice, NOW)]).toEqual([true, false]);
    let often = twice;
    for (let i = 0; i < 20; i++) often = withFailure(often);
    expect(isBad(often)).toBe(true);
  });

  test('under suspicion is not good and wants a ping at once, also when the clock just began', () => {
    for (const now of [0, 1000, NOW]) {
      const state = rowState(now, 0, SUSPECT);
      expect(isGood(state, now)).toBe(false);
      expect(isBad(state)).toBe(false);
      expect(quietSinceMs(state) + QUIET_MS).toBeLessThanOrEqual(now);
    }
  });
});
