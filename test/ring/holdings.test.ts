/** What a node keeps, told without its values. */
import { expect, test } from 'vitest';
import { openRing } from '../../src/ring.ts';
import { createRingTestnet } from '../../src/testnet.ts';

test('records are listed by key, tombstones among them, at most so many', async () => {
  await using ring = await openRing();
  await ring.ready();
  for (let i = 0; i < 20; i++) await ring.insert(`key ${i}`, 'x'.repeat(i));
  await ring.remove('key 7');
  const records = ring.records();
  expect(records).toHaveLength(20);
  const keys = records.map(({ key }) => key);
  expect(keys).toEqual([...keys].sort());
  expect(records.filter(({ isRemoved }) => isRemoved)).toHaveLength(1);
  const sizes = records.filter(({ isRemoved }) => !isRemoved).map(({ bytes }) => bytes);
  expect(sizes.sort((a, b) => a - b)).toEqual([
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    ...Array.from({ length: 12 }, (_, i) => i + 8),
  ]);
  expect(records.every(({ isOwn }) => isOwn)).toBe(true);
  expect(ring.records(3).map(({ key }) => key)).toEqual(keys.slice(0, 3));
  expect(ring.records(0)).toEqual([]);
});

test('the newer version is the larger, and copies have the same', async () => {
  await using ring = await createRingTestnet({ nodes: 3, k: 2 });
  const versions = () => ring.nodes.map((node) => node.records()[0]);
  await ring.nodes[0].insert('hello', 'first', { level: 'all' });
  const [first, ...others] = versions();
  expect(others.map((other) => other.version)).toEqual([first.version, first.version]);
  expect(versions().filter((one) => one.isOwn)).toHaveLength(1);
  await ring.nodes[1].insert('hello', 'second', { level: 'all' });
  expect(versions()[0].version > first.version).toBe(true);
});

test('a member that was closed has none', async () => {
  const ring = await openRing();
  await ring.ready();
  await ring.insert('hello', 'world');
  await ring.close();
  expect(ring.records()).toEqual([]);
});
