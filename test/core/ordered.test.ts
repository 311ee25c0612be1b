/** Ordered records: the edges that the stores' own suite does not press on. */
import { describe, expect, test } from 'vitest';
import { ID_BYTES } from '../../src/core/id.ts';
import { OrderedRecords } from '../../src/core/ordered.ts';

const keyOf = (n: number) => {
  const key = new Uint8Array(ID_BYTES);
  new DataView(key.buffer).setUint32(16, n);
  return key;
};
const numbersOf = (records: OrderedRecords) => {
  const found: number[] = [];
  records.range(null, null, (key) => {
    found.push(new DataView(key.buffer, key.byteOffset).getUint32(16));
    return true;
  });
  return found;
};
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('ordered records', () => {
  test.each([1, 127, 128, 129, 1000])('%i keys come in either direction', (count) => {
    const up = new OrderedRecords();
    const down = new OrderedRecords();
    for (const n of upTo(count)) up.put(keyOf(n), 0, new Uint8Array(1));
    for (const n of upTo(count).reverse()) down.put(keyOf(n), 0, new Uint8Array(1));
    expect(numbersOf(up)).toEqual(upTo(count));
    expect(numbersOf(down)).toEqual(upTo(count));
    expect(up.count).toBe(count);
  });

  test('put and remove tell what was there', () => {
    const records = new OrderedRecords();
    const first = new Uint8Array([1]);
    expect(records.put(keyOf(1), 0, first)).toBeNull();
    expect(records.put(keyOf(1), 0, new Uint8Array([2]))).toBe(first);
    expect(records.remove(keyOf(2), 0)).toBeNull();
    expect(records.remove(keyOf(1), 0)).toEqual(new Uint8Array([2]));
    expect(records.remove(keyOf(1), 0)).toBeNull();
  });

  test('chunks that shrink are joined: what is left is found wherever it was', () => {
    const records = new OrderedRecords();
    for (const n of upTo(4000)) records.put(keyOf(n), 0, new Uint8Array(1));
    for (const n of upTo(4000)) if (n % 97 !== 5) records.remove(keyOf(n), 0);
    const left = upTo(4000).filter((n) => n % 97 === 5);
    expect(numbersOf(records)).toEqual(left);
    for (const n of left) expect(records.get(keyOf(n), 0)).not.toBeNull();
    for (const n of left) expect(records.get(keyOf(n + 1), 0)).toBeNull();
    for (const n of upTo(4000)) records.put(keyOf(n), 0, new Uint8Array(1));
    expect(numbersOf(records)).toEqual(upTo(4000));
  });
});
