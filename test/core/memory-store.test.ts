/** The store in memory: the contract, and what a crash leaves of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ID_BYTES } from '../../src/core/id.ts';
import { MemoryStore } from '../../src/core/memory-store.ts';
import { entriesOf, type StoreUnderTest, storeSuite } from './store-suite.ts';

function open(): StoreUnderTest {
  const reported: StoreUnderTest['reported'] = [];
  const store = new MemoryStore((token) => {
    store.harden(token);
    reported.push({ token, error: null });
  });
  return { store, reported, settled: async () => {}, close: async () => {} };
}

storeSuite('in memory', open, 150);

const keyOf = (n: number) => new Uint8Array(ID_BYTES).fill(n);
const one = (n: number) => new Uint8Array(1).fill(n);

describe('a crash', () => {
  test('leaves what was durable, and the first of what was not', () => {
    const write = fc.record({
      action: fc.constantFrom('put', 'put', 'remove', 'fact', 'flush', 'harden'),
      n: fc.nat(6),
      value: fc.nat(255),
    });
    const property = fc.property(fc.array(write, { maxLength: 60 }), fc.nat(8), (writes, more) => {
      const flushes: number[] = [];
      const store = new MemoryStore((token) => flushes.push(token));
      /** How the store looked after each of its writes, and at each flush which write that was. */
      const history = [{ records: entriesOf(store), facts: '' }];
      const facts: string[] = [];
      const writtenAt = new Map<number, number>();
      let durable = 0;
      let tokens = 0;
      for (const { action, n, value } of writes) {
        const before = store.undurable;
        if (action === 'put') store.put(keyOf(n), 0, one(value));
        if (action === 'remove') store.remove(keyOf(n), 0);
        if (action === 'fact') {
          store.keepFact('f', one(value));
          facts[0] = String(value);
        }
        if (action === 'flush') {
          store.flush(++tokens);
          writtenAt.set(tokens, history.length - 1);
        }
        if (action === 'harden' && flushes.length > 0) {
          durable = writtenAt.get(flushes[0])!;
          store.harden(flushes.shift()!);
        }
        if (store.undurable > before) {
          history.push({ records: entriesOf(store), facts: facts.join() });
        }
        expect(store.undurable).toBe(history.length - 1 - durable);
      }
      store.crash(more);
      const expected = history[Math.min(history.length - 1, durable + more)];
      expect(entriesOf(store)).toEqual(expected.records);
      expect(String(store.fact('f') ?? '')).toBe(expected.facts);
      expect(store.undurable).toBe(0);
      const bytes = expected.records.reduce((sum, [, record]) => sum + 20 + record.length / 2, 0);
      expect(store.byteLength).toBe(bytes);
    });
    fc.assert(property, { seed: 2, numRuns: 300 });
  });

  test('forgets the flushes that were under way', () => {
    const flushes: number[] = [];
    const store = new MemoryStore((token) => flushes.push(token));
    store.put(keyOf(1), 0, one(1));
    store.flush(1);
    store.crash();
    expect(store.count).toBe(0);
    store.put(keyOf(2), 0, one(2));
    store.flush(2);
    store.harden(2);
    expect(() => store.harden(1)).toThrow('in the order');
    expect(store.undurable).toBe(0);
  });
});

test('what a lab has put there beforehand is durable', () => {
  const store = new MemoryStore(() => {});
  store.put(keyOf(1), 0, one(1));
  store.hardenAll();
  expect(store.undurable).toBe(0);
  store.put(keyOf(2), 0, one(2));
  store.crash();
  expect(store.get(keyOf(1), 0)).toEqual(one(1));
  expect(store.get(keyOf(2), 0)).toBeNull();
  // Flushes go on as if nothing had been.
  store.put(keyOf(3), 0, one(3));
  store.flush(7);
  expect(() => store.hardenAll()).toThrow('no flush is under way');
  store.harden(7);
  store.crash();
  expect(store.get(keyOf(3), 0)).toEqual(one(3));
});
