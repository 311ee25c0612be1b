/** A member as it is shown: every list that it has is a row. */
import { expect, test } from 'vitest';
import { NodeState, STORED_SHOWN } from '../../../src/scene.ts';
import { ringNodeView } from '../../../src/studio/ring/view.ts';
import { createRingTestnet } from '../../../src/testnet.ts';

const facts = {
  node: 3,
  home: '127.0.0.1:9',
  state: NodeState.up,
  info: null,
  records: [],
  nodeAt: () => 5,
  names: new Map<string, string>(),
  log: [],
  isOwn: true,
};

test('what it knows is there, with numbers of nodes and names of keys', async () => {
  await using ring = await createRingTestnet({ nodes: 4, k: 2, identities: 2 });
  const info = ring.nodes[1].info();
  const record = { key: 'ab'.repeat(20), version: '0', bytes: 7, isRemoved: false, isOwn: true };
  const removed = { ...record, key: 'cd'.repeat(20), bytes: 0, isRemoved: true, isOwn: false };
  const view = ringNodeView({
    ...facts,
    info,
    records: [record, removed],
    names: new Map([[record.key, 'apple']]),
  });
  expect(view.addresses).toEqual(ring.nodes[1].addresses);
  expect(view.ids).toEqual(info.identities.map(({ hash }) => hash));
  expect(view.rows).toHaveLength(8);
  for (const [i, identity] of info.identities.entries()) {
    const [successors, predecessors, fingers, backups] = view.rows.slice(4 * i, 4 * i + 4);
    expect(successors.label).toBe(`${identity.address} · successors`);
    expect(successors.contacts.map(({ address }) => address)).toEqual(
      identity.successors.map(({ address }) => address),
    );
    expect(predecessors.contacts).toHaveLength(identity.predecessors.length);
    expect(fingers.contacts).toHaveLength(identity.fingers.length);
    expect(backups.contacts.map(({ id, state }) => [id.length, state])).toEqual(
      identity.backups.map(({ isInStep }) => [40, isInStep ? 'good' : 'questionable']),
    );
    expect(backups.contacts.every(({ node }) => node === 5)).toBe(true);
  }
  expect(view.stored).toEqual([
    { key: record.key, name: 'apple', what: '7 bytes', role: 'owner' },
    { key: removed.key, name: null, what: 'removed', role: 'backup' },
  ]);
  const fact = (name: string) => view.facts.find((one) => one.name === name)!.value;
  expect(fact('backups')).toBe('2 of 2 in step');
  expect(fact('copies missing')).toBe('0');
  expect(fact('epoch')).toBe(info.identities.map(({ title }) => title!.epoch).join(', '));
  expect(fact('incarnation')).toBe(info.incarnation);
  expect(fact('clocks of others')).toMatch(/^[+-]?[\d,]+ ms at most \(127\.0\.0\.1:\d+, of \d\)$/);
});

test('a copy that is missing and a clock that is off are told', async () => {
  await using ring = await createRingTestnet({ nodes: 3, k: 2 });
  const info = ring.nodes[0].info();
  const [identity] = info.identities;
  const [near, far] = identity.successors;
  const changed = {
    ...info,
    copiesMissing: 1,
    identities: [
      {
        ...identity,
        title: null,
        successors: [
          { ...near, clockOffsetMs: 900 },
          { ...far, clockOffsetMs: -30_004 },
        ],
        predecessors: [],
        fingers: [],
      },
    ],
  };
  const told = ringNodeView({ ...facts, info: changed }).facts;
  expect(told).toContainEqual({ name: 'copies missing', value: '1' });
  expect(told).toContainEqual({ name: 'epoch', value: 'none' });
  const value = `-30,004 ms at most (${far.address}, of 2)`;
  expect(told).toContainEqual({ name: 'clocks of others', value });
});

test('one that says nothing of itself has an address', () => {
  const view = ringNodeView(facts);
  expect(view).toMatchObject({ node: 3, addresses: ['127.0.0.1:9'], rows: [], stored: [] });
  expect(view.facts[0].value).toMatch(/class program/);
});

test('a bounded number of records is shown', () => {
  const record = { key: 'ab'.repeat(20), version: '0', bytes: 7, isRemoved: false, isOwn: true };
  const records = Array.from({ length: STORED_SHOWN + 1 }, () => record);
  expect(ringNodeView({ ...facts, records }).stored).toHaveLength(STORED_SHOWN);
});
