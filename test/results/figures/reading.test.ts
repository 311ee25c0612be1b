import { expect, test } from 'vitest';
import {
  expected,
  isRing,
  mean,
  numbers,
  rankOf,
  tableNamed,
} from '../../../src/results/figures/reading.ts';
import { ofExperiment, run, tables } from './drawn.ts';

test('a column is read as numbers: true is 1, and what is not there is none', () => {
  const lookups = tableNamed(tables, 'lookups');
  const exact = numbers(lookups, 'exact');
  expect(exact).toHaveLength(lookups.rows);
  expect(new Set(exact).size).toBeLessThanOrEqual(2);
  expect(exact.every((value) => value === 0 || value === 1)).toBe(true);
  const column = { ...lookups.columns[0], name: 'x', values: { length: 2, at: () => null } };
  expect(numbers({ ...lookups, rows: 2, columns: [column] }, 'x')).toEqual(
    new Float64Array([Number.NaN, Number.NaN]),
  );
});

test('what was expected is found by the name of its check', () => {
  const [check] = run.result.checks;
  expect(expected(run.result.checks, check.name)).toBe(check.expected);
  expect(expected(run.result.checks, 'nothing')).toBeNull();
});

test('a mean, and the rank of a share', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect([rankOf(0, 5), rankOf(0.5, 5), rankOf(1, 5)]).toEqual([0, 2, 4]);
});

test('a run of a ring is known by its experiment', () => {
  expect(isRing(tables)).toBe(false);
  for (const name of ['chord-path', 'ring-split']) expect(isRing(ofExperiment(name))).toBe(true);
});
