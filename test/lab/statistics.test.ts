import { expect, test } from 'vitest';
import { mean, percentile, slopeOf } from '../../src/lab/statistics.ts';

test('mean', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});

test('percentiles are values that are there, sorted as numbers', () => {
  const values = [10, 9, 2, 1];
  expect(percentile(values, 0)).toBe(1);
  expect(percentile(values, 0.5)).toBe(2);
  expect(percentile(values, 1)).toBe(10);
  const hundred = Array.from({ length: 101 }, (_, i) => i);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 0.01)).toBe(1);
});

test('a slope is that of the line, whatever is added', () => {
  expect(slopeOf([3, 5, 7, 9])).toBe(2);
  expect(slopeOf([1, 1, 1])).toBe(0);
  expect(slopeOf([0, 1, 0, 1])).toBeCloseTo(0.2, 12);
});
