import { expect, test } from 'vitest';
import {
  SIZE_ESTIMATE_DEFAULTS,
  sizeEstimate,
} from '../../../src/lab/experiments/size-estimate.ts';

const SMALL = { ...SIZE_ESTIMATE_DEFAULTS, nodes: 3000, lookups: 3200, zones: 30 };

test('both estimates come out as published, and the same again', () => {
  const units = new Set<string>();
  const result = sizeEstimate(SMALL, ({ unit }) => units.add(unit));
  expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(result.checks.map(({ name }) => name)).toContain('zone, corrected');
  expect(result.metrics.exactRate).toBe(1);
  expect(units).toContain('zone');
  expect(result.traceHash).toMatchInlineSnapshot(`"c7b54f6df1971acb-c5837847d5c7bedf"`);
});

test('other bucket sizes have no published deviation to be held against', () => {
  const { checks, figures } = sizeEstimate({ ...SMALL, k: 8, lookups: 400, zones: 4 });
  expect(checks.map(({ name }) => name)).toEqual(['zone, plain count', 'zone, corrected']);
  // Fewer distances, a wider spread.
  expect(figures['densityDeviation1']).toBeGreaterThan(0.35);
});
