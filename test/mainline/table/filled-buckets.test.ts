/** Buckets that are filled at once are a table as any other: the same contacts, times, and what comes after. */
import { expect, test } from 'vitest';
import { randomIdSharing, sharedPrefixBits } from '../../../src/core/id.ts';
import { CONTACT_BYTES } from '../../../src/mainline/rows/contacts.ts';
import { QUIET_MS, REFRESH_MS } from '../../../src/mainline/table/condition.ts';
import { FilledBuckets } from '../../../src/mainline/table/filled-buckets.ts';
import { KBuckets } from '../../../src/mainline/table/kbuckets.ts';
import { Nearest } from '../../../src/mainline/table/nearest.ts';
import { hex, onLoopback } from '../small-world.ts';
import { closestOf, NOON, TableUnderTest } from './table-under-test.ts';

const kbuckets = (owner: ConstructorParameters<typeof KBuckets>[0]) => new KBuckets(owner);

function rowsOf({ shared }: TableUnderTest, table: KBuckets) {
  const rows: { id: string; heardSeconds: number; part: number }[] = [];
  table.visit((handle, heardSeconds, _failures, part) => {
    const start = handle * CONTACT_BYTES;
    rows.push({ id: hex(shared.contacts.bytes.slice(start, start + 20)), heardSeconds, part });
  });
  return rows;
}

function closestIn({ shared }: TableUnderTest, table: KBuckets, target: Uint8Array): string[] {
  const { contacts } = shared;
  const nearest = new Nearest(contacts, 20);
  nearest.begin(target, 0, 20);
  table.closest(NOON, nearest, false);
  return Array.from(nearest.handles.subarray(0, nearest.count), (handle) =>
    hex(contacts.bytes.slice(handle * CONTACT_BYTES, handle * CONTACT_BYTES + 20)),
  );
}

/** A table of filled buckets, and what was put into them. */
function filled(k: number, counts: number[]) {
  const place = new TableUnderTest(kbuckets, { k });
  const { contacts } = place.shared;
  const buckets = new FilledBuckets(place.shared);
  buckets.begin();
  let n = 0;
  const wanted: { id: string; heardSeconds: number; part: number }[] = [];
  for (const [part, count] of counts.entries()) {
    buckets.open(k);
    for (let i = 0; i < count; i++) {
      const id = new Uint8Array(20);
      randomIdSharing(place.selfId, 0, part, place.random, id);
      const handle = contacts.retain(id, 0, onLoopback(n));
      expect(buckets.has(handle)).toBe(false);
      buckets.add(handle, NOON - n * 1000);
      expect(buckets.has(handle)).toBe(true);
      contacts.release(handle); // only the table's reference is left
      wanted.push({ id: hex(id), heardSeconds: NOON / 1000 - n, part });
      n++;
    }
  }
  const { shared, self } = place;
  const table = new KBuckets({ shared, self, k, onePerIp: true, rows: buckets.end() });
  return { place, table, wanted };
}

test.each([
  ['one bucket', 8, [5]],
  ['an empty one', 8, [0]],
  ['full ones and a rest', 8, [8, 8, 8, 3]],
  ['an empty one in the middle', 8, [8, 0, 2]],
  // Far beyond the 64 rows of a fresh slab, so that columns move while it is filled.
  ['more than there was room for', 20, Array.from({ length: 60 }, () => 20)],
])('with %s holds each contact in its bucket, heard when it was said', (_text, k, counts) => {
  const { place, table, wanted } = filled(k, counts);
  expect(table.parts).toBe(counts.length);
  expect(table.count).toBe(wanted.length);
  expect(rowsOf(place, table)).toEqual(wanted);
  const { contacts } = place.shared;
  expect(contacts.count).toBe(1 + wanted.length);
  table.visit((handle) => expect(contacts.referencesTo(handle)).toBe(1));
  const ids = wanted.map(({ id }) => id);
  for (let i = 0; i < 5; i++) {
    const target = place.randomId();
    expect(closestIn(place, table, target)).toEqual(closestOf(ids, target, 20));
  }
  table.release();
  expect(contacts.count).toBe(1);
});

test('says of a bucket that it changed when its latest contact was heard', () => {
  const { table } = filled(8, [8, 3]);
  const out = new Uint8Array(20);
  // The second bucket was heard last by contact 8, at NOON - 8 s.
  expect(table.dueAt(NOON)).toBe(NOON - 10_000 + QUIET_MS);
  expect(table.refreshTarget(NOON - 9000 + REFRESH_MS, out)).toBe(false);
  expect(table.refreshTarget(NOON - 8000 + REFRESH_MS, out)).toBe(true);
  expect(table.refreshTarget(NOON - 8000 + REFRESH_MS, out)).toBe(false);
  expect(table.refreshTarget(NOON + REFRESH_MS, out)).toBe(true);
});

test('leaves a table that goes on as any other: it splits, replaces and forgets', () => {
  const { place, table } = filled(8, [8, 8, 8]);
  const near = () => {
    const id = new Uint8Array(20);
    randomIdSharing(place.selfId, 0, 10, place.random, id);
    return id;
  };
  for (let n = 0; n < 8; n++) table.answered(NOON, near(), 0, onLoopback(500 + n));
  expect(table.parts).toBeGreaterThan(3);
  expect(table.count).toBe(32);
  for (const { id, part } of rowsOf(place, table)) {
    const bytes = Uint8Array.from(Buffer.from(id, 'hex'));
    expect(part).toBe(Math.min(sharedPrefixBits(place.selfId, 0, bytes, 0), table.parts - 1));
  }
});
