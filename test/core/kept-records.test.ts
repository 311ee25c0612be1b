import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeptRecords } from '../../src/core/kept-records.ts';

class Kept extends KeptRecords {
  flush(): void {}
}

const keyOf = (n: number): Uint8Array => new Uint8Array(20).fill(n);

test('holds what a map would hold, in the order of its keys', () => {
  const change = fc.record({ n: fc.nat(30), length: fc.option(fc.nat(200)), start: fc.nat(9) });
  const property = fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
    const store = new Kept();
    const expected = new Map<number, Uint8Array>();
    for (const { n, length, start } of changes) {
      const key = new Uint8Array(start + 20);
      key.set(keyOf(n), start);
      if (length === null) {
        store.remove(key, start);
        expected.delete(n);
      } else {
        const record = new Uint8Array(length).fill(n);
        store.put(key, start, record);
        expected.set(n, record);
      }
      key.fill(255);
    }
    const rows = [...expected].sort(([a], [b]) => a - b);
    const found: [number, Uint8Array][] = [];
    store.range(null, null, (key, record) => found.push([key[0], new Uint8Array(record)]) > 0);
    expect(found).toEqual(rows);
    expect(store.count).toBe(rows.length);
    expect(store.byteLength).toBe(rows.reduce((sum, [, { length }]) => sum + 20 + length, 0));
    for (const [n, record] of rows) expect(store.get(keyOf(n), 0)).toEqual(record);
  });
  fc.assert(property);
});

test('keeps no second copy of a record, but one of what is part of something larger', () => {
  const store = new Kept();
  const record = new Uint8Array(100).fill(1);
  store.put(keyOf(1), 0, record);
  expect(store.get(keyOf(1), 0)).toBe(record);
  const segment = new Uint8Array(1000).fill(2);
  store.put(keyOf(2), 0, segment.subarray(100, 200));
  segment.fill(3);
  expect(store.get(keyOf(2), 0)).toEqual(new Uint8Array(100).fill(2));
});

test('keeps a copy of each fact', () => {
  const store = new Kept();
  const value = Uint8Array.of(7);
  store.keepFact('who', value);
  value.fill(8);
  expect(store.fact('who')).toEqual(Uint8Array.of(7));
  expect(store.fact('else')).toBeNull();
});
