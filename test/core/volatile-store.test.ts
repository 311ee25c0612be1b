import { expect, test } from 'vitest';
import { VolatileStore } from '../../src/core/volatile-store.ts';
import { type StoreUnderTest, storeSuite } from './store-suite.ts';

function open(): StoreUnderTest {
  const reported: StoreUnderTest['reported'] = [];
  const store = new VolatileStore((token) => reported.push({ token, error: null }));
  return { store, reported, settled: async () => {}, close: async () => {} };
}

storeSuite('of a process that keeps nothing', open, 150);

test('says at once that a flush is over, and that nobody has to wait for one', () => {
  const tokens: number[] = [];
  const store = new VolatileStore((token) => tokens.push(token));
  store.flush(3);
  expect(tokens).toEqual([3]);
  expect(store.isVolatile).toBe(true);
});
