/** A Mainline node as it is shown, and its lookups. */
import { expect, test } from 'vitest';
import { NodeState } from '../../../src/scene.ts';
import { lookupViewOf, mainlineNodeView } from '../../../src/studio/mainline/view.ts';
import { createTestnet } from '../../../src/testnet.ts';

test('its table is rows of buckets, each contact with its age', async () => {
  await using testnet = await createTestnet({ nodes: 12 });
  const node = testnet.nodes[4];
  const hash = 'ab'.repeat(20);
  await testnet.nodes[1].announce(hash, { port: 99 });
  const view = mainlineNodeView({
    number: 4,
    name: `${node.id}@127.0.0.1:${node.port}`,
    state: NodeState.up,
    node,
    nodeAt: (address) => testnet.nodes.findIndex(({ port }) => address.endsWith(`:${port}`)),
    names: new Map([[hash, 'song']]),
    log: [{ atMs: 1, text: 'x' }],
  });
  expect(view).toMatchObject({
    type: 'node',
    node: 4,
    ids: [node.id],
    addresses: [`127.0.0.1:${node.port}`],
    log: [{ atMs: 1, text: 'x' }],
  });
  const contacts = view.rows.flatMap((row) => row.contacts);
  expect(contacts).toHaveLength(node.table.size);
  for (const { id, node: number, ageMs, state } of contacts) {
    expect(testnet.nodes[number].id).toBe(id);
    expect(ageMs).toBeGreaterThanOrEqual(0);
    expect(state).toBe('good');
  }
  expect(view.rows.every(({ label }) => /^bucket \d+$/.test(label))).toBe(true);
  expect(view.rows.every(({ capacity, contacts: its }) => its.length <= capacity)).toBe(true);
  expect(view.stored).toEqual(
    node.stored().map(() => ({ key: hash, name: 'song', what: 'peers: 1', role: 'peers' })),
  );
  expect(view.storedCount).toBe(view.stored.length);
});

test('one outside has an id, an address and nothing else', () => {
  const view = mainlineNodeView({
    number: 7,
    name: `${'cd'.repeat(20)}@1.2.3.4:5`,
    state: NodeState.crashed,
    node: null,
    nodeAt: () => -1,
    names: new Map(),
    log: [],
  });
  expect(view).toMatchObject({ ids: ['cd'.repeat(20)], addresses: ['1.2.3.4:5'], rows: [] });
});

test('a lookup is drawn as it went', async () => {
  await using testnet = await createTestnet({ nodes: 10 });
  const { lookup } = await testnet.nodes[3].findNode('ef'.repeat(20));
  const view = lookupViewOf(9, 3, lookup, 10_000, 'name', () => 1);
  expect(view).toMatchObject({
    id: 9,
    from: 3,
    kind: 'find_node',
    label: 'name',
    target: 'ef'.repeat(20),
    endedMs: 10_000,
    state: 'succeeded',
  });
  expect(view.startedMs).toBeCloseTo(10_000 - lookup.durationMs);
  expect(view.steps).toHaveLength(lookup.steps.length);
  for (const [i, step] of view.steps.entries()) {
    const { toldBy, rttMs, sentMs } = lookup.steps[i];
    expect(step.toldBy).toBe(typeof toldBy === 'number' ? toldBy : -1);
    expect(step.toldBy).toBeLessThan(i);
    expect(step.sentMs).toBeCloseTo(view.startedMs + sentMs);
    if (rttMs !== null) expect(step.endedMs! - step.sentMs).toBeCloseTo(rttMs);
  }
  const failed = lookupViewOf(1, 0, { ...lookup, answered: 0 }, 1, undefined, () => -1);
  expect(failed).toMatchObject({
    state: 'failed',
    result: 'nobody answered',
    label: lookup.target,
  });
});
