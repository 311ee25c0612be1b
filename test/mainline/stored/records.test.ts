/** Records against a Map that remembers when each key was touched, on a clock that only moves on. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ID_BYTES } from '../../../src/core/id.ts';
import { Records } from '../../../src/mainline/stored/records.ts';

const keyOf = (n: number) => new Uint8Array(ID_BYTES).fill(0x33).fill(n, 19);
const numberOf = (key: Uint8Array) => key[19];

const step = fc.record({
  n: fc.nat(23),
  action: fc.constantFrom('put', 'put', 'put', 'get', 'expire'),
  laterMs: fc.constantFrom(0, 0, 1, 10, 99, 100, 101, 350),
});

describe('records', () => {
  test('are those of a Map whose entries are dropped when they get too old', () => {
    const property = fc.property(
      fc.array(step, { minLength: 1, maxLength: 150 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer(),
      (steps, limit, seed) => {
        const records = new Records<string>(limit, 100, seed);
        // Insertion order of this map is the order of touching: a touched key is deleted first.
        const model = new Map<number, { value: string; touchedMs: number }>();
        let now = 1_000_000;
        for (const [i, { n, action, laterMs }] of steps.entries()) {
          now += laterMs;
          if (action === 'put') {
            const fits = model.has(n) || model.size < limit;
            expect(records.put(now, keyOf(n), 0, `value ${i}`)).toBe(fits);
            if (fits) {
              model.delete(n);
              model.set(n, { value: `value ${i}`, touchedMs: now });
            }
          } else if (action === 'expire') {
            const old = [...model].filter(([, entry]) => now - entry.touchedMs >= 100);
            for (const [key] of old) model.delete(key);
            expect(records.expire(now)).toBe(old.length);
          }
          expect(records.get(keyOf(n), 0)).toBe(model.get(n)?.value);
          expect(records.count).toBe(model.size);
          expect(records.full).toBe(model.size >= limit);
          expect([...records].map(([key, value]) => [numberOf(key), value])).toEqual(
            [...model].map(([key, { value }]) => [key, value]),
          );
        }
      },
    );
    fc.assert(property, { seed: 1, numRuns: 200 });
  });

  test('a key lives for its time to the millisecond, counted from the last touch', () => {
    const records = new Records<number>(10, 1000, 1);
    records.put(5000, keyOf(1), 0, 1);
    records.put(5500, keyOf(2), 0, 2);
    records.put(5900, keyOf(1), 0, 3);
    expect(records.expire(6499)).toBe(0);
    expect(records.expire(6500)).toBe(1);
    expect(records.get(keyOf(2), 0)).toBeUndefined();
    expect(records.expire(6899)).toBe(0);
    expect(records.get(keyOf(1), 0)).toBe(3);
    expect(records.expire(6900)).toBe(1);
    expect(records.count).toBe(0);
    expect(records.expire(9999)).toBe(0);
  });

  test('a full store refuses a new key, renews a known one, and has room after an expiry', () => {
    const records = new Records<string>(2, 100, 1);
    records.put(0, keyOf(1), 0, 'a');
    records.put(50, keyOf(2), 0, 'b');
    expect(records.full).toBe(true);
    expect(records.put(60, keyOf(3), 0, 'c')).toBe(false);
    expect(records.get(keyOf(3), 0)).toBeUndefined();
    expect(records.put(60, keyOf(2), 0, 'd')).toBe(true);
    expect(records.expire(100)).toBe(1);
    expect(records.full).toBe(false);
    expect(records.put(100, keyOf(3), 0, 'c')).toBe(true);
    expect([...records].map(([, value]) => value)).toEqual(['d', 'c']);
  });

  test('a key that is removed is gone, and its neighbours are not', () => {
    const records = new Records<string>(3, 100, 1);
    for (const [n, name] of ['a', 'b', 'c'].entries()) records.put(n, keyOf(n), 0, name);
    expect(records.touchedAtMs(keyOf(1), 0)).toBe(1);
    records.remove(keyOf(1), 0);
    records.remove(keyOf(9), 0);
    expect([...records].map(([, value]) => value)).toEqual(['a', 'c']);
    expect(records.touchedAtMs(keyOf(1), 0)).toBe(-Infinity);
    expect(records.put(3, keyOf(5), 0, 'd')).toBe(true);
    const gone: string[] = [];
    expect(records.expire(102, (value) => gone.push(value))).toBe(2);
    expect(gone).toEqual(['a', 'c']);
  });

  test('keys are read at their offset, and handed out as copies', () => {
    const records = new Records<string>(4, 100, 1);
    const bytes = new Uint8Array(30);
    bytes.set(keyOf(7), 5);
    records.put(0, bytes, 5, 'a');
    bytes.fill(0);
    const [[key]] = [...records] as [[Uint8Array, string]];
    expect(key).toEqual(keyOf(7));
    key.fill(0);
    expect(records.get(keyOf(7), 0)).toBe('a');
  });

  test('a store of a thousand keys grows out of its first eight rows', () => {
    const records = new Records<number>(1000, 100, 1);
    const wide = (n: number) => new Uint8Array(ID_BYTES).fill(n & 255, 0, 9).fill(n >> 8, 9);
    for (let n = 0; n < 1000; n++) expect(records.put(n / 100, wide(n), 0, n)).toBe(true);
    expect(records.put(10, wide(1000), 0, 0)).toBe(false);
    expect([...records].map(([, value]) => value)).toEqual(
      Array.from({ length: 1000 }, (_, n) => n),
    );
    expect(records.expire(1000)).toBe(1000);
    expect([...records]).toEqual([]);
  });
});
