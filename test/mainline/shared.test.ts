/** What nodes share: each has a number of its own, and all have the same columns. */
import { expect, test } from 'vitest';
import { ID_BYTES } from '../../src/core/id.ts';
import { SeededRandom } from '../../src/core/random.ts';
import { verify } from '../../src/io/signatures.ts';
import { NODES_PER_REPLY } from '../../src/mainline/krpc/fields.ts';
import { MainlineShared } from '../../src/mainline/shared.ts';
import { sha1 } from './small-world.ts';

test('every node has a number of its own, and none has 0', () => {
  const shared = new MainlineShared(new SeededRandom(1), sha1, verify);
  const tenants = Array.from({ length: 100 }, () => shared.admit());
  expect(new Set(tenants).size).toBe(100);
  expect(tenants).not.toContain(0);
});

test('what is shared is small at first, and its size is that of all its columns', () => {
  const shared = new MainlineShared(new SeededRandom(1), sha1, verify);
  const { contacts, slab, requests } = shared;
  const sum = () => contacts.byteLength + slab.byteLength + requests.byteLength;
  expect(shared.byteLength).toBe(sum());
  expect(shared.byteLength).toBeLessThan(4096);
  const before = shared.byteLength;
  for (let i = 0; i < 100; i++) {
    contacts.retain(new Uint8Array(ID_BYTES).fill(i), 0, i);
    slab.allocate(8);
    requests.take(1, i, 0, 0);
  }
  expect(shared.byteLength).toBe(sum());
  expect(shared.byteLength).toBeGreaterThan(before + 100 * (26 + 64 + 41));
});

test('the same seed begins the same', () => {
  const transaction = (seed: number) => {
    const { requests } = new MainlineShared(new SeededRandom(seed), sha1, verify);
    const bytes = new Uint8Array(4);
    requests.writeTransaction(requests.take(1, 1, 0, 0), bytes, 0);
    return [...bytes];
  };
  expect(transaction(7)).toEqual(transaction(7));
  expect(transaction(7)).not.toEqual(transaction(8));
});

test('lookups are used again', () => {
  const { lookups } = new MainlineShared(new SeededRandom(1), sha1, verify);
  const first = lookups.take();
  const second = lookups.take();
  expect(second).not.toBe(first);
  lookups.release(first);
  expect(lookups.take()).toBe(first);
});

test('told its size, it has that room from the start', () => {
  const size = { contacts: 5000, rows: 20_000, slotBits: 16, idleLookups: 100 };
  const shared = new MainlineShared(new SeededRandom(1), sha1, verify, size);
  const { contacts, slab } = shared;
  const before = [contacts.byteLength, slab.byteLength];
  // States, and a bit for every 64 of them.
  expect(slab.byteLength).toBe(20_000 * 4 + 40);
  const id = new Uint8Array(ID_BYTES);
  for (let i = 0; i < 5000; i++) {
    id[0] = i;
    id[1] = i >> 8;
    contacts.retain(id, 0, i);
  }
  for (let i = 0; i < 2221; i++) slab.allocate(9); // and row 0
  expect([contacts.byteLength, slab.byteLength]).toEqual(before);
  slab.allocate(20);
  expect(slab.byteLength).toBeGreaterThan(before[1]);
});

test.each([10, 16])('with %i slot bits as many requests are under way at most', (slotBits) => {
  const { requests } = new MainlineShared(new SeededRandom(1), sha1, verify, { slotBits });
  let taken = 0;
  while (requests.take(1, taken, 0, 0) !== 0) taken++;
  expect(taken).toBeGreaterThanOrEqual(2 ** slotBits - 1);
  expect(taken).toBeLessThanOrEqual(2 ** slotBits);
});

test.each([
  ['16', {}, 16],
  ['as many as it was told', { idleLookups: 3 }, 3],
])('%s idle lookups are kept', (_text, size, expected) => {
  const { lookups } = new MainlineShared(new SeededRandom(1), sha1, verify, size);
  const finished = Array.from({ length: 40 }, () => lookups.take());
  for (const lookup of finished) lookups.release(lookup);
  const known = Array.from({ length: 40 }, () => lookups.take());
  expect(known.filter((lookup) => finished.includes(lookup))).toHaveLength(expected);
});

test('a query sent while a reply is being written does not write over it', () => {
  const { reply, query } = new MainlineShared(new SeededRandom(1), sha1, verify);
  const id = new Uint8Array(ID_BYTES).fill(0x61);
  reply.beginReply(0x7f0000010001, id, 0);
  const before = reply.bytes.slice(0, reply.length);
  query.ping(id, 0);
  expect(reply.bytes.slice(0, reply.length)).toEqual(before);
});

test('the nearest contacts of the longest reply fit', () => {
  const { nearest } = new MainlineShared(new SeededRandom(1), sha1, verify);
  expect(nearest.handles.length).toBe(NODES_PER_REPLY);
});
