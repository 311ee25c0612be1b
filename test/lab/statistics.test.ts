import { expect, test } from 'vitest';
import {
  deviation,
  groupedError,
  mean,
  percentile,
  slopeOf,
  standardError,
} from '../../src/lab/statistics.ts';

test('mean', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});

test('deviation and error of a textbook sample', () => {
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138, 3);
  expect(standardError([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138 / Math.sqrt(8), 3);
  expect(deviation([3])).toBeNaN();
});

test('values that are alike in groups count as groups, if there are enough of them', () => {
  const groups = Array.from({ length: 8 }, (_, group) => [group, group, group, group]);
  const means = groups.map(mean);
  expect(groupedError(groups)).toBeCloseTo(standardError(means), 12);
  expect(groupedError(groups.slice(0, 7))).toBe(standardError(groups.slice(0, 7).flat()));
  // Never less than without groups.
  const mixed = Array.from({ length: 8 }, () => [0, 7]);
  expect(groupedError(mixed)).toBe(standardError(mixed.flat()));
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
