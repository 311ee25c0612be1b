/**
 * Buckets as they lie in the slab: one behind the other or mixed with those of others, filled at once,
 * handed from table to table, given back.
 */
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../src/core/assert.ts';
import { randomIdSharing, sharedPrefixBits } from '../../../src/core/id.ts';
import { QUIET_MS, REFRESH_MS } from '../../../src/mainline/table/condition.ts';
import { KBuckets } from '../../../src/mainline/table/kbuckets.ts';
import { hex, idOf, onLoopback } from '../small-world.ts';
import { closestOf, NOON, TableUnderTest } from './table-under-test.ts';

const kbuckets = (owner: ConstructorParameters<typeof KBuckets>[0]) => new KBuckets(owner);

describe('fill', () => {
  /** A filled table and one that met the same contacts one by one. */
  function filled(k: number, counts: number[]) {
    const place = new TableUnderTest(kbuckets, { k });
    const { contacts } = place.shared;
    const table = place.table as KBuckets;
    let n = 0;
    const wanted: { id: string; heardSeconds: number; part: number }[] = [];
    for (const [part, count] of counts.entries()) {
      const handles = new Uint32Array(k);
      const heardAtMs = new Float64Array(k);
      const isLast = part === counts.length - 1;
      for (let i = 0; i < count; i++) {
        const id = new Uint8Array(20);
        randomIdSharing(place.selfId, 0, part, place.random, id);
        handles[i] = contacts.retain(id, 0, onLoopback(n));
        heardAtMs[i] = NOON - n * 1000;
        wanted.push({ id: hex(id), heardSeconds: heardAtMs[i] / 1000, part });
        n++;
      }
      table.fill(handles, heardAtMs, count, isLast);
      for (let i = 0; i < count; i++) contacts.release(handles[i]); // only the table's is left
    }
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
    const rows = place.rows().map(({ id, heardSeconds, part }) => ({ id, heardSeconds, part }));
    expect(rows).toEqual(wanted);
    const { contacts } = place.shared;
    expect(contacts.count).toBe(1 + wanted.length);
    table.visit((handle) => expect(contacts.referencesTo(handle)).toBe(1));
    const ids = wanted.map(({ id }) => id);
    for (let i = 0; i < 5; i++) {
      const target = place.randomId();
      expect(place.closest(NOON, target, 20)).toEqual(closestOf(ids, target, 20));
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
    for (const { id, part } of place.rows()) {
      const bytes = Uint8Array.from(Buffer.from(id, 'hex'));
      expect(part).toBe(Math.min(sharedPrefixBits(place.selfId, 0, bytes, 0), table.parts - 1));
    }
  });
});

describe('the chain', () => {
  test('tables that grow in turns, so that their chains lie mixed, are as if each were alone', () => {
    const together = new TableUnderTest(kbuckets);
    const selves = [1, 2, 3].map((n) =>
      together.shared.contacts.retain(together.randomId(), 0, onLoopback(5000 + n)),
    );
    const { shared } = together;
    const mixed = selves.map((self) => kbuckets({ shared, self, k: 4, onePerIp: true }));
    const alone = selves.map((self) => kbuckets({ shared, self, k: 4, onePerIp: true }));
    const near = (self: number, n: number) => {
      const id = shared.contacts.bytes.slice(self * 26, self * 26 + 20);
      id[n >> 3] ^= 0x80 >>> (n & 7);
      id[19] ^= n;
      return id;
    };
    const ids = selves.map((self) => Array.from({ length: 60 }, (_, n) => near(self, n % 30)));
    for (let n = 0; n < 60; n++) {
      for (const [i, table] of mixed.entries()) table.answered(NOON, ids[i][n], 0, onLoopback(n));
    }
    for (const [i, table] of alone.entries()) {
      for (let n = 0; n < 60; n++) table.answered(NOON, ids[i][n], 0, onLoopback(n));
    }
    const rowsOf = (table: KBuckets) => {
      const rows: (number | boolean)[][] = [];
      table.visit((...row) => rows.push(row));
      return rows;
    };
    expect(mixed.map((table) => table.isStraight)).toEqual([false, false, false]);
    expect(mixed.map(rowsOf)).toEqual(alone.map(rowsOf));
    for (const [i, table] of mixed.entries()) {
      const same = alone[i];
      expect(table.parts).toBe(same.parts);
      expect(table.parts).toBeGreaterThan(10);
      for (const [n, id] of ids[i].entries()) {
        const found = table.find(id, 0, onLoopback(n));
        expect(found).toBe(same.find(id, 0, onLoopback(n)));
      }
    }
  });

  test('a table is made of rows that were filled before, and moves from rows to rows', () => {
    const { shared, self } = new TableUnderTest(kbuckets);
    const handles = Uint32Array.from({ length: 8 }, (_, n) =>
      shared.contacts.retain(idOf(`0${n}`), 0, onLoopback(n)),
    );
    const heardAtMs = new Float64Array(8).fill(NOON);
    const filled = [3, 8].map((count) => {
      const table = kbuckets({ shared, self, k: 8, onePerIp: true });
      table.fill(handles, heardAtMs, count, false);
      table.fill(handles, heardAtMs, 2, true);
      expect(table.isStraight).toBe(true);
      return { first: table.first, parts: table.parts, count: table.count };
    });
    const table = kbuckets({ shared, self, k: 8, onePerIp: true, rows: filled[0] });
    const look = () => {
      const seen: number[] = [];
      table.visit((handle, _heard, _failures, part) => seen.push(part * 1000 + handle));
      return [table.count, table.parts, seen.length];
    };
    expect(look()).toEqual([5, 2, 5]);
    table.move(self, filled[1]);
    expect(look()).toEqual([10, 2, 10]);
    expect(() => table.move(self, null)).toThrow(InvariantError);
  });

  test('rows given back are used again: a thousand tables in turn take the room of one', () => {
    const place = new TableUnderTest(kbuckets);
    const taken = () => place.shared.contacts.byteLength + place.shared.slab.byteLength;
    let bytes = 0;
    for (let round = 0; round < 1000; round++) {
      const table = new KBuckets({ shared: place.shared, self: place.self, k: 8, onePerIp: true });
      for (let n = 0; n < 60; n++) table.answered(NOON, place.randomId(), 0, onLoopback(n));
      table.release();
      if (round === 20) bytes = taken();
    }
    expect(taken()).toBeLessThanOrEqual(bytes * 2);
  });
});
