import { expect, test } from 'vitest';
import { divergenceOf, gammaBelow } from '../../../src/lab/attacks/likelihood.ts';

test('the law of the k-th closest is that of a sum of exponential gaps', () => {
  expect(gammaBelow(1, 0.5)).toBeCloseTo(1 - Math.exp(-0.5), 12);
  // Tables of the gamma distribution.
  expect(gammaBelow(8, 8)).toBeCloseTo(0.547, 3);
  expect(gammaBelow(8, 0.1) / (0.1 ** 8 / 40_320)).toBeCloseTo(0.915, 2);
  expect(gammaBelow(8, 1) - gammaBelow(8, 0.999999)).toBeLessThan(1e-6);
});

test('shared bits as the law has them do not diverge, more of them do', () => {
  // 8 of 1024: from 7 bits on, each further one is half as frequent.
  expect(divergenceOf([7, 7, 7, 7, 8, 8, 9, 10], 1024)).toBeLessThan(0.1);
  expect(divergenceOf([20, 20, 20, 20, 20, 20, 20, 20], 1024)).toBeGreaterThan(5);
});
