/** A member as it is shown: every list that it has is a row, every notice a line. */
import { expect, test } from 'vitest';
import type { RingNotice } from '../../../src/ring.ts';
import { NodeState, STORED_SHOWN } from '../../../src/scene.ts';
import { LOG_LINES, type Log, logOf, ringNodeView } from '../../../src/studio/ring/view.ts';
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
  const info = ring.nodes[1]!.info();
  const record = { key: 'ab'.repeat(20), version: '0', bytes: 7, isRemoved: false, isOwn: true };
  const removed = { ...record, key: 'cd'.repeat(20), bytes: 0, isRemoved: true, isOwn: false };
  const view = ringNodeView({
    ...facts,
    info,
    records: [record, removed],
    names: new Map([[record.key, 'apple']]),
  });
  expect(view.addresses).toEqual(ring.nodes[1]!.addresses);
  expect(view.ids).toEqual(info.identities.map(({ hash }) => hash));
  expect(view.rows).toHaveLength(8);
  for (const [i, identity] of info.identities.entries()) {
    const [successors, predecessors, fingers, backups] = view.rows.slice(4 * i, 4 * i + 4);
    expect(successors!.label).toBe(`${identity.address} · successors`);
    expect(successors!.contacts.map(({ address }) => address)).toEqual(
      identity.successors.map(({ address }) => address),
    );
    expect(predecessors!.contacts).toHaveLength(identity.predecessors.length);
    expect(fingers!.contacts).toHaveLength(identity.fingers.length);
    expect(backups!.contacts.map(({ id, state }) => [id.length, state])).toEqual(
      identity.backups.map(({ isInStep }) => [40, isInStep ? 'good' : 'questionable']),
    );
    expect(backups!.contacts.every(({ node }) => node === 5)).toBe(true);
  }
  expect(view.stored).toEqual([
    { key: record.key, name: 'apple', what: '7 bytes', role: 'owner' },
    { key: removed.key, name: null, what: 'removed', role: 'backup' },
  ]);
  expect(view.facts.find(({ name }) => name === 'backups')!.value).toBe('2 of 2 in step');
});

test('one that says nothing of itself has an address', () => {
  const view = ringNodeView(facts);
  expect(view).toMatchObject({ node: 3, addresses: ['127.0.0.1:9'], rows: [], stored: [] });
  expect(view.facts[0]!.value).toMatch(/class program/);
});

test('a bounded number of records and lines is shown', () => {
  const record = { key: 'ab'.repeat(20), version: '0', bytes: 7, isRemoved: false, isOwn: true };
  const records = Array.from({ length: STORED_SHOWN + 1 }, () => record);
  expect(ringNodeView({ ...facts, records }).stored).toHaveLength(STORED_SHOWN);
  let log: Log = [];
  for (let i = 0; i < LOG_LINES + 3; i++) log = logOf(log, i, { kind: 'joined' });
  expect(log).toHaveLength(LOG_LINES);
  expect(log.at(-1)).toEqual({ atMs: LOG_LINES + 2, text: 'has joined the ring' });
});

test('every notice has a line for people', () => {
  const peer = '127.0.0.1:7';
  const notices: RingNotice[] = [
    { kind: 'joined' },
    { kind: 'join-failed', reason: 'nobody answers' },
    { kind: 'left' },
    { kind: 'successor', successor: peer },
    { kind: 'predecessor', predecessor: peer },
    { kind: 'arc', end: 'ab'.repeat(20) },
    { kind: 'lost', peer },
    { kind: 'repaired', peer, records: 3 },
    { kind: 'store-error', message: 'disk full' },
  ];
  const lines = notices.map((notice) => logOf([], 1, notice)[0]!.text);
  expect(lines).toEqual([
    'has joined the ring',
    'could not join: nobody answers',
    'has handed its arc over',
    'successor is now 127.0.0.1:7',
    'predecessor is now 127.0.0.1:7',
    'owns up to abababab…',
    'gave up 127.0.0.1:7: it does not answer',
    'made copies equal with 127.0.0.1:7: 3 records moved',
    'its store failed: disk full',
  ]);
});
