import { expect, test } from 'vitest';
import { type Grade, summaryOf } from '../../../src/lab/mainline/grade.ts';
import { createLab } from '../../../src/lab.ts';

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

test('a lookup is exact only when all of the closest are found, in order', async () => {
  const lab = createLab({ nodes: 400, upkeep: false });
  const { nodes, grade: whole } = await lab.nodes[7]!.findNode(lab.nodes[200]!.id);
  expect(whole).toMatchObject({ exact: true, found: 8, wanted: 8, failed: false, node: 7 });
  // The closest of all lives, but answers nobody any more that could tell of it in time.
  expect(nodes[0]!.id).toBe(lab.nodes[200]!.id);
  lab.crash(200);
  const { grade: without } = await lab.nodes[7]!.findNode(lab.nodes[200]!.id);
  expect(without.exact).toBe(true); // the dead one is nobody to be found
});
