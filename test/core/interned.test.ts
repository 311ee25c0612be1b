/**
 * Interned keys against a Map that does the same by text. Few different keys and small tables, so
 * that chains collide, close after removals, and rows are used again, many thousand times over.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/core/assert.ts';
import { InternedKeys } from '../../src/core/interned.ts';
import { randomBelow, SeededRandom } from '../../src/core/random.ts';

/** Key number `n` of a family: half of them differ in the last byte only, the others in the first. */
function keyOf(n: number, keyBytes: number): Uint8Array {
  const key = new Uint8Array(keyBytes).fill(0x11);
  key[n % 2 === 0 ? keyBytes - 1 : 0] = n >> 1;
  key[1] = n % 2;
  key[keyBytes >> 1] = n >> 9;
  return key;
}

/** Walks at random and checks every step against a Map; rounds of growth alternate with decline. */
function walk(keyBytes: number, capacity: number, seed: number, steps: number, keys: number) {
  const random = new SeededRandom(seed);
  const interned = new InternedKeys(keyBytes, capacity, random.uint32());
  const model = new Map<number, number>();
  const rowsInUse = new Set<number>();
  let rowsEver = 0;
  let recycled = 0;
  for (let step = 0; step < steps; step++) {
    const n = randomBelow(random, keys);
    const offset = randomBelow(random, 4);
    const bytes = new Uint8Array(offset + keyBytes + 2).fill(0xee);
    bytes.set(keyOf(n, keyBytes), offset);
    const known = model.get(n) ?? 0;
    expect(interned.find(bytes, offset)).toBe(known);
    const growing = Math.floor(step / 150) % 2 === 0;
    if (randomBelow(random, 4) < (growing ? 3 : 1)) {
      const row = interned.intern(bytes, offset);
      if (known !== 0) {
        expect(row).toBe(known);
      } else {
        expect(row).toBeGreaterThan(0);
        if (rowsInUse.has(row)) expect.fail(`row ${row} was given out twice`);
        rowsInUse.add(row);
        if (row <= rowsEver) recycled++;
        rowsEver = Math.max(rowsEver, row);
        model.set(n, row);
      }
    } else if (known !== 0) {
      interned.remove(known);
      model.delete(n);
      rowsInUse.delete(known);
    }
    expect(interned.count).toBe(model.size);
    if (step % 50 !== 0) continue;
    expect(interned.rowEnd).toBe(rowsEver + 1);
    checkAll(interned, model, keys);
  }
  checkAll(interned, model, keys);
  return { recycled, rowsEver };
}

function checkAll(interned: InternedKeys, model: Map<number, number>, keys: number) {
  const wrong: number[] = [];
  for (let n = 0; n < keys; n++) {
    const key = keyOf(n, interned.keyBytes);
    const row = interned.find(key, 0);
    const start = row * interned.keyBytes;
    const kept = row === 0 || key.every((byte, i) => interned.keys[start + i] === byte);
    if (row !== (model.get(n) ?? 0) || !kept) wrong.push(n);
  }
  expect(wrong).toEqual([]);
}

describe('interned keys', () => {
  test.each([
    [4, 0],
    [5, 1],
    [20, 2],
    [26, 3],
    [26, 64],
  ])('of %i bytes with room for %i do what a Map does', (keyBytes, capacity) => {
    for (let seed = 0; seed < 4; seed++) {
      const { recycled, rowsEver } = walk(keyBytes, capacity, seed, 1500, 12 + seed * 40);
      // The walk proves nothing unless it grew the store and used freed rows again.
      expect(rowsEver).toBeGreaterThan(8);
      expect(recycled).toBeGreaterThan(50);
    }
  });

  test('do what a Map does for any sequence of steps, shrunk to the shortest that fails', () => {
    const step = fc.record({ n: fc.nat(15), remove: fc.boolean() });
    const property = fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer(),
      fc.nat(4),
      (steps, seed, capacity) => {
        const interned = new InternedKeys(6, capacity, seed);
        const model = new Map<number, number>();
        for (const { n, remove } of steps) {
          const row = model.get(n);
          if (!remove) model.set(n, interned.intern(keyOf(n, 6), 0));
          else if (row !== undefined) {
            interned.remove(row);
            model.delete(n);
          }
          checkAll(interned, model, 16);
        }
        expect(new Set(model.values()).size).toBe(model.size);
      },
    );
    fc.assert(property, { seed: 1, numRuns: 300 });
  });

  test('use every freed row again before a new one is taken', () => {
    const interned = new InternedKeys(20, 4, 1);
    const rows = Array.from({ length: 100 }, (_, n) => interned.intern(keyOf(n, 20), 0));
    const bytes = interned.byteLength;
    for (const row of rows) interned.remove(row);
    expect(interned.count).toBe(0);
    const again = Array.from({ length: 100 }, (_, n) => interned.intern(keyOf(n + 100, 20), 0));
    expect([...again].sort((a, b) => a - b)).toEqual(rows);
    expect(interned.rowEnd).toBe(101);
    expect(interned.byteLength).toBe(bytes);
  });

  test('keep a quarter of the slots free, so that chains stay short', () => {
    const interned = new InternedKeys(20, 0, 1);
    for (let n = 0; n < 2000; n++) {
      interned.intern(keyOf(n, 20), 0);
      const slots = (interned.byteLength - interned.keys.byteLength) / 4;
      if (interned.count > slots * 0.75) expect.fail(`${interned.count} keys in ${slots} slots`);
    }
  });

  test('never hand out row 0, which is "none"', () => {
    const interned = new InternedKeys(4, 0, 0);
    expect(interned.find(new Uint8Array(4), 0)).toBe(0);
    expect(interned.intern(new Uint8Array(4), 0)).toBe(1);
    expect(interned.find(new Uint8Array(4), 0)).toBe(1);
  });

  test('take a key out of their own bytes while those grow', () => {
    const interned = new InternedKeys(4, 1, 3);
    const row = interned.intern(Uint8Array.of(1, 2, 3, 4), 0);
    for (let n = 0; n < 40; n++) {
      // A key that straddles nothing: the same bytes must lead to the same row.
      expect(interned.intern(interned.keys, row * 4)).toBe(row);
      interned.intern(Uint8Array.of(9, 9, 9, n), 0);
    }
    // Two halves of neighbouring rows make a key that was not there, read from the store itself.
    const straddling = [...interned.keys.subarray(row * 4 + 2, row * 4 + 6)];
    const added = interned.intern(interned.keys, row * 4 + 2);
    expect([...interned.keys.subarray(added * 4, added * 4 + 4)]).toEqual(straddling);
  });

  test('a row cannot be removed twice', () => {
    const interned = new InternedKeys(20, 4, 1);
    const rows = Array.from({ length: 5 }, (_, n) => interned.intern(keyOf(n, 20), 0));
    interned.remove(rows[2]);
    expect(() => interned.remove(rows[2])).toThrow(InvariantError);
    expect(interned.count).toBe(4);
  });

  test('are told apart under every seed', () => {
    for (const seed of [0, 1, -1, 0x7fffffff, -0x80000000, 0xffffffff]) {
      const interned = new InternedKeys(26, 4, seed);
      for (let n = 0; n < 3000; n++) interned.intern(keyOf(n, 26), 0);
      const rows = Array.from({ length: 3000 }, (_, n) => interned.find(keyOf(n, 26), 0));
      expect(rows).toEqual(Array.from({ length: 3000 }, (_, n) => n + 1));
    }
  });
});
