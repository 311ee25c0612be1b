import { expect, test } from 'vitest';
import { labHandler } from '../../../src/api/lab/query-hook.ts';
import { createLab } from '../../../src/lab.ts';

const HASH = 'ab'.repeat(20);

test('a query hook is told which node was asked, and may answer in its place', async () => {
  const asked = new Map<number, number>();
  const lab = createLab({
    nodes: 300,
    onQuery(node, query, next) {
      asked.set(node, (asked.get(node) ?? 0) + 1);
      if (query.method === 'get_peers' && node % 2 === 0) return null;
      return node === 7 ? { error: [201, 'not now'] } : next();
    },
  });
  const { lookup } = await lab.nodes[7].getPeers(HASH);
  for (const { id, verdict } of lookup.steps) {
    const node = lab.nodes.findIndex((other) => other.id === id);
    expect(asked.get(node), `node ${node}`).toBeGreaterThan(0);
    expect(verdict === 'answered', `node ${node}`).toBe(node % 2 === 1);
  }
  expect(asked.size).toBeGreaterThanOrEqual(lookup.steps.length);
});

test('what is no function is refused', () => {
  expect(() => labHandler('no' as never, () => 0)).toThrow('"onQuery" expected a function');
  expect(() => createLab({ onQuery: 'no' as never })).toThrow('"onQuery" expected a function');
});
