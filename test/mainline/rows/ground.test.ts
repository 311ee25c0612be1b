/** The ground that nodes share: each tenant has a number, and all stand on the same columns. */
import { expect, test } from 'vitest';
import { ID_BYTES } from '../../../src/core/id.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { Ground } from '../../../src/mainline/rows/ground.ts';

test('every tenant has a number of its own, and none has 0', () => {
  const ground = new Ground(new SeededRandom(1));
  const tenants = Array.from({ length: 100 }, () => ground.admit());
  expect(new Set(tenants).size).toBe(100);
  expect(tenants).not.toContain(0);
});

test('a fresh ground is small, and its size is that of all its columns', () => {
  const ground = new Ground(new SeededRandom(1));
  const { contacts, slab, requests } = ground;
  const sum = () => contacts.byteLength + slab.byteLength + requests.byteLength;
  expect(ground.byteLength).toBe(sum());
  expect(ground.byteLength).toBeLessThan(4096);
  const before = ground.byteLength;
  for (let i = 0; i < 100; i++) {
    contacts.retain(new Uint8Array(ID_BYTES).fill(i), 0, i);
    slab.allocate(8);
    requests.take(1, i, 0, 0);
  }
  expect(ground.byteLength).toBe(sum());
  expect(ground.byteLength).toBeGreaterThan(before + 100 * (26 + 64 + 41));
});

test('the same seed lays the same ground', () => {
  const transaction = (seed: number) => {
    const { requests } = new Ground(new SeededRandom(seed));
    const bytes = new Uint8Array(4);
    requests.writeTransaction(requests.take(1, 1, 0, 0), bytes, 0);
    return [...bytes];
  };
  expect(transaction(7)).toEqual(transaction(7));
  expect(transaction(7)).not.toEqual(transaction(8));
});

test('lookups are used again', () => {
  const { lookups } = new Ground(new SeededRandom(1));
  const first = lookups.take();
  const second = lookups.take();
  expect(second).not.toBe(first);
  lookups.release(first);
  expect(lookups.take()).toBe(first);
});

test('a ground that is told its size has that room from the start', () => {
  const size = { contacts: 5000, rows: 20_000, slotBits: 16, idleLookups: 100 };
  const ground = new Ground(new SeededRandom(1), size);
  const { contacts, slab } = ground;
  const before = [contacts.byteLength, slab.byteLength];
  expect(slab.byteLength).toBe(20_000 * 8);
  const id = new Uint8Array(ID_BYTES);
  for (let i = 0; i < 5000; i++) {
    id[0] = i;
    id[1] = i >> 8;
    contacts.retain(id, 0, i);
  }
  for (let i = 0; i < 2221; i++) slab.allocate(9); // and row 0
  expect([contacts.byteLength, slab.byteLength]).toEqual(before);
  slab.allocate(20);
  expect(slab.byteLength).toBeGreaterThan(before[1]!);
});

test.each([10, 16])('with %i slot bits as many requests are under way at most', (slotBits) => {
  const { requests } = new Ground(new SeededRandom(1), { slotBits });
  let taken = 0;
  while (requests.take(1, taken, 0, 0) !== 0) taken++;
  expect(taken).toBeGreaterThanOrEqual(2 ** slotBits - 1);
  expect(taken).toBeLessThanOrEqual(2 ** slotBits);
});

test.each([
  ['16', {}, 16],
  ['as many as it was told', { idleLookups: 3 }, 3],
])('a ground keeps %s idle lookups', (_text, size, expected) => {
  const { lookups } = new Ground(new SeededRandom(1), size);
  const finished = Array.from({ length: 40 }, () => lookups.take());
  for (const lookup of finished) lookups.release(lookup);
  const known = Array.from({ length: 40 }, () => lookups.take());
  expect(known.filter((lookup) => finished.includes(lookup))).toHaveLength(expected);
});
