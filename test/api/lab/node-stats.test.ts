import { expect, test } from 'vitest';
import { createLab } from '../../../src/api/lab/create-lab.ts';

const HASH = '0123456789abcdef0123456789abcdef01234567';
const QUIET = { nodes: 200, upkeep: false, latency: { kind: 'constant', ms: 50 } } as const;

test('a node counts what passes through it, and all of them together what the wire carried', async () => {
  const lab = createLab({ ...QUIET, counts: true });
  const { grade } = await lab.nodes[3]!.getPeers(HASH);
  await lab.nodes[3]!.ping(4);
  const { out, in: into, table, id } = lab.nodes[3]!.stats;
  expect(id).toBe(lab.nodes[3]!.id);
  expect(table.size).toBe(lab.nodes[3]!.table.size);
  expect(out!.queries).toBe(grade.rpcs + 1);
  expect(into!.replies).toBe(grade.rpcs + 1);
  expect(lab.nodes[4]!.stats.in!.queries.ping).toBe(1);
  const all = lab.nodes.map(({ stats }) => stats);
  const sum = (of: (stats: (typeof all)[number]) => number) =>
    all.reduce((total, stats) => total + of(stats), 0);
  expect(sum((stats) => stats.in!.datagrams)).toBe(lab.stats.delivered);
  expect(sum((stats) => stats.in!.queries.getPeers)).toBe(grade.rpcs);
});

test('many nodes on few machines keep their counts apart', async () => {
  // More than there are machines on loan, so that each is handed on from node to node.
  const lab = createLab({ ...QUIET, nodes: 3000, counts: true });
  let rpcs = 0;
  for (let i = 0; i < 300; i++) {
    rpcs += (await lab.nodes[i * 10]!.findNode(lab.nodes[2999 - i * 7]!.id)).grade.rpcs;
  }
  let answered = 0;
  for (const node of lab.nodes) answered += node.stats.in!.queries.findNode;
  expect(answered).toBe(rpcs);
});

test('a new process counts from nothing; without counts there are none; counting changes nothing', async () => {
  const hashes = [];
  for (const counts of [true, false]) {
    const lab = createLab({ ...QUIET, counts });
    await lab.nodes[3]!.findNode(HASH);
    hashes.push(lab.traceHash);
    if (!counts) {
      expect(lab.nodes[3]!.stats).toMatchObject({ in: null, out: null, readOnly: false });
      continue;
    }
    expect(lab.nodes[3]!.stats.out!.queries).toBeGreaterThan(0);
    lab.restart(3);
    expect(lab.nodes[3]!.stats.in!.replies).toBe(0);
  }
  expect(hashes[0]).toBe(hashes[1]);
  expect(() => createLab({ counts: 1 as unknown as boolean })).toThrow(/"counts"/);
});
