import { expect, test } from 'vitest';
import { createLab } from '../../../src/lab.ts';

test('a lookup is exact only when all of the closest are found, in order', async () => {
  const lab = createLab({ nodes: 400, upkeep: false });
  const { nodes, grade: whole } = await lab.nodes[7].findNode(lab.nodes[200].id);
  expect(whole).toMatchObject({ exact: true, found: 8, wanted: 8, failed: false, node: 7 });
  // The closest of all lives, but answers nobody any more that could tell of it in time.
  expect(nodes[0].id).toBe(lab.nodes[200].id);
  lab.crash(200);
  const { grade: without } = await lab.nodes[7].findNode(lab.nodes[200].id);
  expect(without.exact).toBe(true); // the dead one is nobody to be found
});
