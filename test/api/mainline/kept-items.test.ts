/** Items that are kept alive, by a desk that stands in for the network and by real nodes. */
import { afterEach, expect, test } from 'vitest';
import { storedItem } from '../../../src/api/mainline/item-results.ts';
import { KeptItems, PUT_EVERY_MS } from '../../../src/api/mainline/kept-items.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import type { Item } from '../../../src/mainline/krpc/item.ts';
import { createTestnet, type Testnet } from '../../../src/testnet.ts';
import { ManualClock } from '../../io/memory-network.ts';
import { KEY, MUTABLE, SEED } from '../../vectors/bep44.ts';
import { oneItem } from './one-item.ts';

const opened: Testnet[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

function setup() {
  const clock = new ManualClock();
  const { world, desk, run } = oneItem(clock);
  const items = new KeptItems(desk, clock, new SeededRandom(1));
  return { clock, world, items, run };
}

const version = (n: number): Item => {
  const { salt, seq, value, signature } = MUTABLE[n];
  return { value, key: KEY, salt, seq, signature };
};

test('a value is put at once and every hour or so, as the same version', async () => {
  const { clock, world, items, run } = setup();
  const kept = items.put('Hello World!', { secretKey: SEED, seq: 1 });
  expect(kept.item).toBeNull();
  await run(10 * PUT_EVERY_MS);
  expect(world.puts.length).toBeGreaterThanOrEqual(9);
  expect(world.puts.length).toBeLessThanOrEqual(12);
  expect(new Set(world.puts.map((item) => item?.seq))).toEqual(new Set([1n]));
  expect(kept.latest).toMatchObject({ stored: 8, error: null, item: { seq: 1n } });
  kept.stop();
  expect(clock.timerCount).toBe(0);
});

test('a newer version that somebody put takes its place', async () => {
  const { world, items, run } = setup();
  const [older, newer] = [version(0), version(1)];
  expect(newer.seq).toBeGreaterThan(older.seq);
  const kept = items.keep(storedItem(older));
  await run(60_000);
  world.newest = newer;
  await run(1.2 * PUT_EVERY_MS);
  expect(kept.item!.seq).toBe(newer.seq);
  expect(items.saved).toMatchObject([{ seq: String(newer.seq), everyMs: PUT_EVERY_MS }]);
});

test('a failure is tried again sooner, and nothing is saved that was never put', async () => {
  const { world, items, run } = setup();
  world.stored = 0;
  const kept = items.put('x', {});
  await run(20 * 60_000);
  expect(world.puts.length).toBeGreaterThanOrEqual(4);
  expect(kept.latest!.error).toMatchObject({ code: 'NOT_STORED' });
  expect(items.saved).toEqual([]);
  world.stored = 8;
  await run(20 * 60_000);
  expect(items.saved).toHaveLength(1);
});

test('what is saved goes on, and what is wrong is refused by name', () => {
  const { items } = setup();
  items.keep(storedItem(version(1)), { everyMs: 600_000 });
  const next = setup();
  for (const saved of items.saved) next.items.resume(saved);
  expect(next.items.saved).toEqual(items.saved);
  expect(next.world.puts).toHaveLength(1);
  expect(() => items.put('x', { everyMs: 599_999 })).toThrow('"everyMs"');
  expect(() => items.put('x', { salt: 's' })).toThrow('"salt" belongs to a mutable item');
  expect(() => items.put('x', { secretkey: SEED } as never)).toThrow('did you mean "secretKey"');
  const forged = { ...storedItem(version(1)), raw: storedItem(version(0)).raw.slice(1) };
  expect(() => items.keep(forged)).toThrow('"item" expected an item whose signature holds');
});

test('an item is kept by the next run of the node that put it', async () => {
  const testnet = await createTestnet({ nodes: 12 });
  opened.push(testnet);
  const { openMainline } = await import('../../../src/mainline.ts');
  const place = {
    state: null as unknown,
    load: () => place.state,
    save: (state: unknown) => {
      place.state = JSON.parse(JSON.stringify(state));
    },
  };
  const quiet = { host: '127.0.0.1', bootstrap: testnet.bootstrap, state: place };
  const first = await openMainline(quiet);
  const kept = first.putEvery('Hello World!', { secretKey: SEED, salt: 'kept' });
  for await (const { stored } of kept) {
    expect(stored).toBe(8);
    break;
  }
  await first.close();
  await using second = await openMainline({ ...quiet, bootstrap: false });
  const [again] = second.keptItems;
  expect(again).toMatchObject({ target: kept.target, item: { seq: 1n } });
  await expect.poll(() => again.latest?.error, { timeout: 10_000 }).toBeNull();
  const { item } = await testnet.nodes[3].get(kept.target, { salt: 'kept' });
  expect(item?.seq).toBe(1n);
});
