import { expect, test } from 'vitest';
import {
  getsThrough,
  SYBIL_ECLIPSE_DEFAULTS,
  sybilEclipse,
} from '../../../src/lab/experiments/sybil-eclipse.ts';

test('on paper one way of several at least gets through', () => {
  expect(getsThrough(0.3, 3, 1)).toBeCloseTo(0.343, 3);
  expect(getsThrough(0.3, 3, 4)).toBeCloseTo(0.814, 3);
  expect(getsThrough(0.5, 3, 8)).toBeCloseTo(0.656, 3);
  expect(getsThrough(0, 5, 2)).toBe(1);
});

test('eight paths find what one does not, and all checks hold at a small size', () => {
  const result = sybilEclipse({
    ...SYBIL_ECLIPSE_DEFAULTS,
    ...{ nodes: 300, shares: [0.5], paths: [1, 8], lookups: 40 },
    ...{ sybils: [20], honest: 100, trials: 20 },
  });
  const { figures, checks, sweeps } = result;
  expect(figures['found50d8']).toBeGreaterThan(figures['found50d1'] + 0.2);
  expect(figures['none20']).toBeLessThan(0.3);
  expect(figures['expectedDistance20']).toBeGreaterThan(0.7);
  expect(checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(sweeps![0].series.map(({ name }) => name)).toEqual(['d = 1', 'd = 8']);
});
