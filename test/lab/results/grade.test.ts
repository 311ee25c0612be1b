import { expect, test } from 'vitest';
import { type Grade, summaryOf } from '../../../src/lab/results/grade.ts';

const grade: Grade = {
  node: 0,
  exact: true,
  found: 8,
  wanted: 8,
  rpcs: 10,
  hops: 2,
  latencyMs: 100,
  failed: false,
};

test('a summary keeps failures apart from the times of those that found somebody', () => {
  const failed = { ...grade, exact: false, found: 0, hops: 0, latencyMs: 9000, failed: true };
  const late = { ...grade, exact: false, found: 4, hops: 4, latencyMs: 300 };
  expect(summaryOf([grade, late, failed, grade])).toEqual({
    lookups: 4,
    successRate: 0.75,
    exactRate: 0.5,
    recall: 20 / 32,
    hopsMean: 8 / 3,
    rpcsMean: 10,
    latencyMs: { p50: 100, p90: 100, p99: 100 },
  });
});
