import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInArc } from '../../../src/core/arc.ts';
import { MemoryStore } from '../../../src/core/memory-store.ts';
import { fillRandom, SeededRandom } from '../../../src/core/random.ts';
import {
  cutArc,
  Digest,
  Digests,
  PARTS,
  SCANNED_RECORDS,
  visitArc,
} from '../../../src/ring/records/digests.ts';
import { blankRecord } from '../../../src/ring/records/record.ts';

function filled(count: number, seed: number) {
  const random = new SeededRandom(seed);
  const store = new MemoryStore(() => {});
  const keys: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const key = new Uint8Array(20);
    fillRandom(random, key, 0, 20);
    const record = blankRecord(key, 0, 3);
    fillRandom(random, record, 0, 16);
    store.put(key, 0, record);
    keys.push(key);
  }
  return { store, keys, random };
}

function digestOf(digests: Digests, from: Uint8Array, to: Uint8Array): Digest {
  const digest = new Digest();
  digests.of(from, to, digest);
  return digest;
}

const number = (id: Uint8Array) => BigInt(`0x${Buffer.from(id).toString('hex')}`);
const idOf = (value: bigint) =>
  Uint8Array.from(Buffer.from((value % 2n ** 160n).toString(16).padStart(40, '0'), 'hex'));
const anyId = fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }).map(idOf);

describe('a digest', () => {
  it.each([100, SCANNED_RECORDS * 3])(
    'of %i records is the same by cells and by scanning',
    (count) => {
      const { store } = filled(count, 1);
      const few = filled(10, 2).store;
      const byCells = new Digests(store);
      fc.assert(
        fc.property(anyId, anyId, (from, to) => {
          // Scanned anew, from a store so small that it never makes cells.
          const scanned = new Digest();
          const part = new MemoryStore(() => {});
          const sum = new Digest();
          store.range(null, null, (key, record) => {
            if (!isInArc(key, 0, from, 0, to, 0)) return true;
            part.put(key, 0, record);
            return true;
          });
          let expected = 0;
          part.range(null, null, (key, record) => {
            const one = new MemoryStore(() => {});
            one.put(key, 0, record);
            new Digests(one).of(key, key, sum);
            scanned.high = (scanned.high ^ sum.high) >>> 0;
            scanned.low = (scanned.low ^ sum.low) >>> 0;
            expected++;
            return true;
          });
          const digest = digestOf(byCells, from, to);
          expect(digest.count).toBe(expected);
          expect([digest.high, digest.low]).toEqual([scanned.high, scanned.low]);
        }),
        { numRuns: 8 },
      );
      expect(few.count).toBe(10);
    },
  );

  it('follows every change', () => {
    const { store, keys, random } = filled(SCANNED_RECORDS * 2, 3);
    const digests = new Digests(store);
    const all = new Uint8Array(20);
    digestOf(digests, all, all); // makes the cells
    for (let i = 0; i < 300; i++) {
      const key = keys[i * 3];
      const before = store.get(key, 0);
      if (i % 3 === 0) {
        digests.changed(key, 0, before, null);
        store.remove(key, 0);
      } else {
        const record = blankRecord(key, 0, 5);
        fillRandom(random, record, 0, 16);
        digests.changed(key, 0, before, record);
        store.put(key, 0, record);
      }
    }
    const [from, to] = [keys[5], keys[9]];
    expect(digestOf(digests, from, to)).toEqual(digestOf(new Digests(store), from, to));
    expect(digestOf(digests, all, all)).toEqual(digestOf(new Digests(store), all, all));
  });

  it('tells a version from another, and a key', () => {
    const { store, keys } = filled(20, 4);
    const all = new Uint8Array(20);
    const before = digestOf(new Digests(store), all, all);
    const record = new Uint8Array(store.get(keys[3], 0)!);
    record[7] = record[7] ^ 1;
    store.put(keys[3], 0, record);
    expect(digestOf(new Digests(store), all, all).equals(before)).toBe(false);
  });
});

describe('an arc', () => {
  it('is visited clockwise, over zero', () => {
    const { store, keys } = filled(200, 5);
    fc.assert(
      fc.property(anyId, anyId, (from, to) => {
        const seen: bigint[] = [];
        visitArc(store, from, to, (key) => seen.push(number(key)) > 0);
        const way = (key: bigint) => (key - number(from) + 2n ** 160n) % 2n ** 160n;
        const expected = keys
          .filter((key) => isInArc(key, 0, from, 0, to, 0))
          .map(number)
          .sort((a, b) => (way(a) < way(b) ? -1 : 1));
        expect(seen).toEqual(expected);
      }),
    );
  });

  it('stops being visited when the visitor has enough', () => {
    const { store } = filled(50, 6);
    const high = new Uint8Array(20).fill(0xf0);
    let count = 0;
    visitArc(store, high, high, () => ++count < 20);
    expect(count).toBe(20);
  });

  it('is cut in parts of equal length', () => {
    fc.assert(
      fc.property(anyId, anyId, (from, to) => {
        const bounds = cutArc(from, to).map(number);
        const whole = 2n ** 160n;
        const span = (number(to) - number(from) + whole) % whole || whole;
        expect(bounds.length).toBe(PARTS + 1);
        for (let i = 0; i < PARTS; i++) {
          expect(bounds[i]).toBe((number(from) + (span * BigInt(i)) / BigInt(PARTS)) % whole);
        }
        expect(bounds[PARTS]).toBe(number(to));
      }),
    );
  });
});
