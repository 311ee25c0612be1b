/** Layers of writes: what lies over what, one by one and in a range. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ID_BYTES } from '../../src/core/id.ts';
import { Layer, merged, REMOVED, type Row } from '../../src/io/store-layer.ts';

const keyOf = (n: number) => new Uint8Array(ID_BYTES).fill(n);
const layerOf = (...entries: [n: number, record: Uint8Array][]) => {
  const layer = new Layer();
  for (const [n, record] of entries) layer.write(keyOf(n), 0, record);
  return layer;
};
const shown = (rows: Iterable<Row>) => [...rows].map(([key, record]) => [key[0], [...record]]);
const rowsOf = (layer: Layer) => layer.records.rows(null, null);
const one = (n: number) => new Uint8Array(1).fill(n);

describe('a layer', () => {
  test('knows its bytes, also when a record takes the place of another', () => {
    const layer = layerOf([1, new Uint8Array(5)], [2, new Uint8Array(3)]);
    expect(layer.bytes).toBe(8);
    layer.write(keyOf(1), 0, new Uint8Array(1));
    layer.write(keyOf(2), 0, REMOVED);
    expect(layer.bytes).toBe(1);
    expect(layer.isEmpty).toBe(false);
    expect(new Layer().isEmpty).toBe(true);
  });

  test('takes over what is newer, and what is older only where it has nothing', () => {
    const older = layerOf([1, one(1)], [2, one(1)]);
    const newer = layerOf([2, one(2)], [3, REMOVED]);
    older.facts.set('a', one(1)).set('b', one(1));
    newer.facts.set('b', one(2));
    older.sum = 1;
    newer.sum = 2;
    const over = new Layer();
    over.overlay(older);
    over.overlay(newer);
    const under = new Layer();
    under.underlay(newer);
    under.underlay(older);
    for (const layer of [over, under]) {
      expect(shown(rowsOf(layer))).toEqual([
        [1, [1]],
        [2, [2]],
        [3, []],
      ]);
      expect(layer.records.get(keyOf(3), 0)).toBe(REMOVED);
      expect([...layer.facts].sort()).toEqual([
        ['a', one(1)],
        ['b', one(2)],
      ]);
      expect(layer.sum).toBe(2);
      expect(layer.bytes).toBe(2);
    }
  });
});

test('two rows of records are one, in which the upper has the say', () => {
  const entries = fc.uniqueArray(fc.nat(30), { maxLength: 20 });
  const property = fc.property(entries, entries, fc.nat(40), (upper, lower, limit) => {
    const over = layerOf(...upper.map((n) => [n, one(1)] as [number, Uint8Array]));
    const under = layerOf(...lower.map((n) => [n, one(2)] as [number, Uint8Array]));
    const all = new Map<number, number>();
    for (const n of lower) all.set(n, 2);
    for (const n of upper) all.set(n, 1);
    const expected = [...all].sort(([a], [b]) => a - b).map(([n, by]) => [n, [by]]);
    const found = [];
    for (const [key, record] of merged(rowsOf(over), rowsOf(under))) {
      if (found.length >= limit) break;
      found.push([key[0], [...record]]);
    }
    expect(found).toEqual(expected.slice(0, limit));
  });
  fc.assert(property, { seed: 9, numRuns: 300 });
});
