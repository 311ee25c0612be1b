import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  areaOf,
  areaOnPaper,
  DETECTORS_DEFAULTS,
  detectors,
  rightAt,
} from '../../../src/lab/experiments/detectors.ts';

test('on paper four of eight are told in 0.887 of all pairs, none in half, eight in all', () => {
  // Four heads before eight tails: at least four in eleven throws.
  expect(areaOnPaper(4)).toBeCloseTo(1 - (1 + 11 + 55 + 165) / 2048, 12);
  expect(areaOnPaper(0)).toBeCloseTo(0.5, 12);
  expect(areaOnPaper(8)).toBe(1);
  expect(areaOnPaper(100)).toBe(1);
});

test('the line lets through as many false alarms as are allowed, and no more', () => {
  const clean = [5, 4, 3, 2, 1];
  expect(rightAt(clean, [6, 4.5, 0], 0)).toBeCloseTo(1 / 3);
  expect(rightAt(clean, [6, 4.5, 0], 0.2)).toBeCloseTo(2 / 3);
  expect(rightAt(clean, [6, 4.5, 0], 1)).toBe(1);
  const suspicions = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(suspicions, fc.double({ min: 0, max: 0.999, noNaN: true }), (seen, share) => {
      expect(rightAt(seen, seen, share)).toBeLessThanOrEqual(share);
    }),
  );
});

test('the area is the share of pairs in which the attacked one is more suspicious; a tie is half of one', () => {
  expect(areaOf([1, 2], [3, 4])).toBe(1);
  expect(areaOf([3, 4], [1, 2])).toBe(0);
  expect(areaOf([1, 2], [1, 2])).toBe(0.5);
  const suspicions = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(suspicions, suspicions, (one, other) => {
      expect(areaOf(one, other) + areaOf(other, one)).toBeCloseTo(1);
    }),
  );
});

test('whoever takes all places is seen; the checks hold, and curves only rise', () => {
  const [seed] = fc.sample(fc.nat(2 ** 32 - 1), 1) as [number];
  const small = { nodes: 150, sybils: [4, 8], bits: 11, keys: 5, trials: 40 };
  const { checks, figures, sweeps } = detectors({ ...DETECTORS_DEFAULTS, ...small, seed });
  const at = `seed ${seed}`;
  expect(
    checks.filter(({ pass }) => !pass),
    at,
  ).toEqual([]);
  expect(figures['densityArea8'], at).toBeGreaterThan(0.9);
  expect(sweeps!.map(({ name }) => name)).toEqual(['roc-density', 'roc-divergence', 'roc-closest']);
  for (const { series } of sweeps!) {
    for (const { points } of series) {
      const heights = points.map(({ y }) => y);
      expect(heights, at).toEqual([...heights].sort((a, b) => a - b));
      expect(heights.at(-1), at).toBe(1);
    }
  }
});
