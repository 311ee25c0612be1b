/** The ground that nodes share: each tenant has a number, and all stand on the same columns. */
import { expect, test } from 'vitest';
import { Ground } from '../../src/core/ground.ts';
import { ID_BYTES } from '../../src/core/id.ts';
import { SeededRandom } from '../../src/core/random.ts';

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
