/**
 * Buckets as they lie in the slab: one behind the other or mixed with those of others, handed from table to
 * table, given back.
 */
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../src/core/assert.ts';
import { FilledBuckets } from '../../../src/mainline/table/filled-buckets.ts';
import { KBuckets } from '../../../src/mainline/table/kbuckets.ts';
import { idOf, onLoopback } from '../small-world.ts';
import { NOON, TableUnderTest } from './table-under-test.ts';

const kbuckets = (owner: ConstructorParameters<typeof KBuckets>[0]) => new KBuckets(owner);

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
    const buckets = new FilledBuckets(shared);
    const filled = [3, 8].map((count) => {
      buckets.begin();
      for (const size of [count, 2]) {
        buckets.open(8);
        for (const handle of handles.subarray(0, size)) buckets.add(handle, NOON);
      }
      return { ...buckets.end() };
    });
    const table = kbuckets({ shared, self, k: 8, onePerIp: true, rows: filled[0] });
    expect(table.isStraight).toBe(true);
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
