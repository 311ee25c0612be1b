import { describe, expect, test } from 'vitest';
import { chanceOf, check, EXACT, shareError, within } from '../../../src/lab/results/experiment.ts';

const HALF = { reason: 'half a hop is nothing', allowed: 0.5 };

test('a check passes up to its tolerance, on both sides', () => {
  expect(check('hops', 4, HALF, 4.5)).toEqual({
    ...{ name: 'hops', expected: 4, tolerance: 0.5, allowed: 0.5, measured: 4.5, pass: true },
    ...{ error: 0, jump: 0 },
    reason: 'half a hop is nothing',
  });
  expect(check('hops', 4, HALF, 3.5).pass).toBe(true);
  expect(check('hops', 4, HALF, 4.501).pass).toBe(false);
  expect(check('hops', 4, HALF, 3.499).pass).toBe(false);
  expect([check('lost', 0, EXACT, 0).pass, check('lost', 0, EXACT, 1).pass]).toEqual([true, false]);
});

test('what could not be measured does not pass', () => {
  expect(check('hops', 4, HALF, Number.NaN).pass).toBe(false);
  expect(within('hops', 3, 5, EXACT, Number.NaN).pass).toBe(false);
});

test('a range is its middle and half its width', () => {
  expect(within('share', 0.25, 0.75, EXACT, 0.75)).toMatchObject({
    expected: 0.5,
    tolerance: 0.25,
  });
  expect(within('share', 0.25, 0.75, EXACT, 0.75).pass).toBe(true);
  expect(within('share', 0.25, 0.75, EXACT, 0.8).pass).toBe(false);
});

describe('chance', () => {
  test('is 5.4 standard errors of a normal law, and shrinks with the sample', () => {
    expect(chanceOf(1)).toBeCloseTo(5.39, 2);
    expect(chanceOf(shareError(0.5, 10_000))).toBeCloseTo(chanceOf(shareError(0.5, 100)) / 10, 12);
    expect(chanceOf(0)).toBe(0);
    const { allowed, tolerance } = check('hops', 4, { ...HALF, error: 0.1 }, 4);
    expect([allowed, tolerance]).toEqual([0.5, 0.5 + chanceOf(0.1)]);
  });

  test('covers rare events too: fewer than one binomial value in a million is farther off', () => {
    for (const [count, share] of [
      [100, 0.001],
      [100, 0.01],
      [1000, 0.003],
      [50, 0.5],
      [2000, 0.02],
    ] as const) {
      const tolerance = chanceOf(shareError(share, count), 1 / count);
      let term = (1 - share) ** count;
      let beyond = 0;
      for (let hits = 0; hits <= count; hits++) {
        if (Math.abs(hits / count - share) > tolerance) beyond += term;
        term *= ((count - hits) / (hits + 1)) * (share / (1 - share));
      }
      expect(beyond).toBeLessThan(1e-6);
      // A normal law alone would not do where hits are rare.
      if (share * count < 1) expect(chanceOf(shareError(share, count))).toBeLessThan(tolerance / 2);
    }
  });
});
