/**
 * What any store has to keep, whatever it keeps it in: run over those in memory and over the one
 * on disk. The oracle is the contract written down plainly: a map, and an array sorted on demand.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ID_BYTES } from '../../src/core/id.ts';
import { SeededRandom } from '../../src/core/random.ts';
import { HEAD_BYTES, type Store, type StoreToken } from '../../src/core/store.ts';
import { someId } from './ids.ts';

/** A store under test, and what was reported of its flushes. */
export interface StoreUnderTest {
  store: Store;
  reported: { token: StoreToken; error: string | null }[];
  /** Resolves when all flushes asked for so far are reported. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex');
/** Few keys, so that they meet; their order is not that of their numbers. */
const keyOf = (n: number) => new Uint8Array(ID_BYTES).fill((n * 89) & 255).fill(n, 19);

interface Step {
  action: 'put' | 'remove' | 'get' | 'range' | 'flush' | 'fact';
  n: number;
  other: number;
  bytes: Uint8Array;
}

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom('put', 'put', 'put', 'remove', 'get', 'range', 'flush', 'fact'),
  n: fc.nat(40),
  other: fc.nat(40),
  bytes: fc.uint8Array({ maxLength: 12 }),
});

export function entriesOf(
  store: Store,
  from: Uint8Array | null = null,
  to: Uint8Array | null = null,
  limit = Infinity,
): [string, string][] {
  const found: [string, string][] = [];
  store.range(from, to, (key, record) => {
    found.push([text(key)!, text(record)!]);
    return found.length < limit;
  });
  return found;
}

/** The contract as a map of texts; hexadecimal digits sort as the bytes do. */
class Model {
  readonly records = new Map<string, string>();

  entries(from: Uint8Array | null, to: Uint8Array | null): [string, string][] {
    return [...this.records]
      .filter(([key]) => (from === null || key >= text(from)!) && (to === null || key < text(to)!))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  get byteLength(): number {
    return [...this.records.values()].reduce(
      (sum, record) => sum + ID_BYTES + record.length / 2,
      0,
    );
  }
}

/** Reports rise up to the last flush, which none of them outruns; one may stand for several. */
function expectInOrder(reported: StoreUnderTest['reported'], last: StoreToken) {
  const tokens = reported.map(({ token }) => token);
  expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
  expect(tokens.at(-1) ?? 0).toBe(last);
  expect(reported.every(({ error }) => error === null)).toBe(true);
}

export function storeSuite(name: string, open: () => StoreUnderTest, runs: number): void {
  describe(`a store ${name}`, () => {
    test('is the sorted map of its contract', async () => {
      const property = fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const { store, reported, settled, close } = open();
        const model = new Model();
        const facts = new Map<string, string>();
        let tokens = 0;
        for (const { action, n, other, bytes } of steps) {
          const key = keyOf(n);
          if (action === 'put') {
            store.put(key, 0, bytes);
            model.records.set(text(key)!, text(bytes)!);
          } else if (action === 'remove') {
            store.remove(key, 0);
            model.records.delete(text(key)!);
          } else if (action === 'fact') {
            store.keepFact(`fact ${n % 3}`, bytes);
            facts.set(`fact ${n % 3}`, text(bytes)!);
          } else if (action === 'flush') {
            store.flush(++tokens);
            if (n % 4 === 0) await settled();
          } else if (action === 'range') {
            const limit = (n % 5) + 1;
            const expected = model.entries(key, keyOf(other));
            expect(entriesOf(store, key, keyOf(other))).toEqual(expected);
            expect(entriesOf(store, key, null, limit)).toEqual(
              model.entries(key, null).slice(0, limit),
            );
          }
          const record = model.records.get(text(key)!) ?? null;
          expect(text(store.get(key, 0))).toBe(record);
          expect(text(store.head(key, 0))?.slice(0, 2 * HEAD_BYTES) ?? null).toBe(
            record?.slice(0, 2 * HEAD_BYTES) ?? null,
          );
          expect(text(store.fact(`fact ${n % 3}`))).toBe(facts.get(`fact ${n % 3}`) ?? null);
          expect(store.count).toBe(model.records.size);
          expect(store.byteLength).toBe(model.byteLength);
        }
        expect(entriesOf(store)).toEqual(model.entries(null, null));
        const heads: string[] = [];
        store.heads(null, null, (key, head) => heads.push(`${text(key)} ${text(head)}`) > 0);
        expect(heads).toEqual(model.entries(null, null).map(([key, record]) => `${key} ${record}`));
        await settled();
        expect(entriesOf(store)).toEqual(model.entries(null, null));
        expectInOrder(reported, tokens);
        await close();
      });
      await fc.assert(property, { seed: 4, numRuns: runs });
    });

    test('reports flushes in their order, also those that have nothing to write', async () => {
      const { store, reported, settled, close } = open();
      store.flush(1);
      for (let token = 2; token < 60; token++) {
        if (token % 3 === 0) store.put(keyOf(token % 40), 0, new Uint8Array(token));
        if (token % 20 === 0) await settled();
        store.flush(token);
      }
      await settled();
      expectInOrder(reported, 59);
      await close();
    });

    test('copies what it is given, reads keys at an offset, and takes empty and large records', async () => {
      const { store, settled, close } = open();
      const page = new Uint8Array(60).fill(9);
      page.set(keyOf(5), 7);
      const record = new Uint8Array(3).fill(1);
      store.put(page, 7, record);
      record.fill(2);
      const large = new Uint8Array(3_000_000).fill(7);
      store.put(keyOf(6), 0, large);
      store.put(keyOf(7), 0, new Uint8Array(0));
      page.fill(0);
      for (const round of ['before', 'after']) {
        expect([round, text(store.get(keyOf(5), 0))]).toEqual([round, '010101']);
        expect(store.get(keyOf(6), 0)?.length).toBe(3_000_000);
        expect(store.get(keyOf(6), 0)![2_999_999]).toBe(7);
        expect(store.get(keyOf(7), 0)?.length).toBe(0);
        expect(store.count).toBe(3);
        if (round === 'before') store.flush(1);
        await settled();
      }
      store.remove(keyOf(7), 0);
      expect(store.get(keyOf(7), 0)).toBeNull();
      expect(store.count).toBe(2);
      await close();
    });

    test('keeps thousands of keys in order while they come and go', async () => {
      const { store, settled, close } = open();
      const random = new SeededRandom(11);
      const kept = new Map<string, Uint8Array>();
      for (let i = 0; i < 5000; i++) {
        const key = someId(random);
        store.put(key, 0, key.subarray(0, 4));
        kept.set(text(key)!, key);
        if (i % 3 === 0) {
          const [name, old] = kept.entries().next().value!;
          store.remove(old, 0);
          kept.delete(name);
        }
        if (i === 2500) {
          store.flush(1);
          await settled();
        }
      }
      expect(entriesOf(store).map(([key]) => key)).toEqual([...kept.keys()].sort());
      const [one, two] = [...kept.values()];
      const [from, to] = text(one)! < text(two)! ? [one, two] : [two, one];
      expect(entriesOf(store, from, to).map(([key]) => key)).toEqual(
        [...kept.keys()].sort().filter((key) => key >= text(from)! && key < text(to)!),
      );
      for (const key of kept.values()) store.remove(key, 0);
      expect(store.count).toBe(0);
      expect(store.byteLength).toBe(0);
      expect(entriesOf(store)).toEqual([]);
      store.flush(2);
      await settled();
      expect(entriesOf(store)).toEqual([]);
      await close();
    });
  });
}
