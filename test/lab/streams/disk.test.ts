/** Disks: a write is there at once, durable later, and after a crash only what was durable is left. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import type { Store, StoreToken } from '../../../src/core/store.ts';
import { type DiskModel, Disks, FLUSH_MS } from '../../../src/lab/streams/disk.ts';
import { StreamWorld } from '../stream-world.ts';

class Desk {
  readonly streams = new StreamWorld(3);
  readonly disks: Disks;
  /** `time node token` of each report. */
  readonly log: string[] = [];

  constructor(model: DiskModel = {}, seed = 1) {
    const { world } = this.streams;
    this.disks = new Disks(world, model, new SeededRandom(seed), (node) => ({
      stored: (now, token, error) => {
        expect(error).toBeNull();
        this.log.push(`${now - this.streams.startMs} ${node} ${token}`);
      },
    }));
  }

  crash(node: number): void {
    this.streams.world.stop(node);
    this.disks.crash(node);
  }
}

function key(number: number): Uint8Array {
  return new Uint8Array(20).fill(number);
}

function put(store: Store, number: number, value = number): void {
  store.put(key(number), 0, Uint8Array.of(value));
}

function keysOf(store: Store): number[] {
  const keys: number[] = [];
  store.range(null, null, (bytes) => keys.push(bytes[0]) > 0);
  return keys;
}

describe('a flush', () => {
  test('is reported when the disk is done, in order, each once', () => {
    const desk = new Desk();
    const store = desk.disks.storeOf(1);
    put(store, 1);
    store.flush(7);
    expect(store.get(key(1), 0)).toEqual(Uint8Array.of(1));
    expect(desk.log).toEqual([]);
    desk.streams.pass(2);
    store.flush(8);
    desk.disks.storeOf(2).flush(9);
    desk.streams.pass(1000);
    expect(desk.log).toEqual([`${FLUSH_MS} 1 7`, `${FLUSH_MS + 2} 1 8`, `${FLUSH_MS + 2} 2 9`]);
  });

  test('never overtakes an earlier one, and takes all times between the bounds', () => {
    const desk = new Desk({ flushMs: 3, spreadMs: 20 });
    const store = desk.disks.storeOf(0);
    const tookMs = new Set<number>();
    for (let token = 1; token <= 500; token++) {
      const askedMs = desk.streams.elapsedMs;
      store.flush(token);
      if (token % 2 === 0) continue;
      desk.streams.pass(100);
      const [atMs, , reported] = desk.log.at(-1)!.split(' ').map(Number);
      expect(reported).toBe(token);
      tookMs.add(atMs - askedMs);
    }
    expect(desk.log.map((line) => Number(line.split(' ')[2]))).toEqual(
      Array.from({ length: 499 }, (_, i) => i + 1),
    );
    for (const ms of tookMs) expect(ms >= 3 && ms <= 23).toBe(true);
    expect(Math.max(...tookMs)).toBe(23);
  });

  test('that comes to pass while its process stands still is reported when that goes on', () => {
    const desk = new Desk();
    desk.disks.storeOf(1).flush(7);
    desk.streams.world.stop(1, 'silent');
    desk.streams.pass(1000);
    expect(desk.log).toEqual([]);
    desk.streams.world.start(1);
    expect(desk.log).toEqual(['1000 1 7']);
  });
});

describe('a crash', () => {
  test('leaves what was durable, and nobody hears of the flushes that were under way', () => {
    const desk = new Desk();
    const store = desk.disks.storeOf(1);
    put(store, 1);
    store.flush(1);
    desk.streams.pass(10);
    put(store, 2);
    store.flush(2);
    desk.crash(1);
    desk.streams.world.start(1);
    expect(desk.disks.storeOf(1)).toBe(store);
    expect(keysOf(store)).toEqual([1]);
    put(store, 3);
    store.flush(3);
    desk.streams.pass(1000);
    expect(desk.log).toEqual([`${FLUSH_MS} 1 1`, `${10 + FLUSH_MS} 1 3`]);
    expect(keysOf(store)).toEqual([1, 3]);
  });

  test('of a node without a disk, and a wiped disk, leave nothing', () => {
    const desk = new Desk();
    desk.crash(0);
    const store = desk.disks.storeOf(1);
    put(store, 1);
    store.flush(1);
    desk.disks.wipe(1);
    const next = desk.disks.storeOf(1);
    expect(next.count).toBe(0);
    put(next, 2);
    desk.streams.pass(2);
    next.flush(2);
    desk.streams.pass(1000);
    expect(desk.log).toEqual([`${2 + FLUSH_MS} 1 2`]);
  });

  test('may leave the first of what was not durable, as often as was asked for', () => {
    let ahead = 0;
    for (let seed = 0; seed < 200; seed++) {
      const desk = new Desk({ ahead: 0.5 }, seed);
      const store = desk.disks.storeOf(0);
      for (let number = 1; number <= 9; number++) put(store, number);
      desk.crash(0);
      const keys = keysOf(store);
      expect(keys).toEqual(Array.from({ length: keys.length }, (_, i) => i + 1));
      if (keys.length > 0) ahead++;
    }
    expect(Math.abs(ahead / 200 - 0.5 * 0.9)).toBeLessThan(0.1);
  });
});

test('whatever happens, what was reported durable is there, and what is there was written', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0, 1), (seed, ahead) => {
      const random = new SeededRandom(seed);
      const desk = new Desk({ flushMs: 4, spreadMs: 30, ahead }, seed);
      const store = desk.disks.storeOf(0);
      /** The newest value of each key at each flush; the newest flush that was reported. */
      const atFlush = new Map<StoreToken, Map<number, number>>([[0, new Map()]]);
      let values = new Map<number, number>();
      let token = 0;
      for (let i = 1; i < 200; i++) {
        const number = 1 + randomBelow(random, 6);
        const step = randomBelow(random, 12);
        if (step < 6) {
          put(store, number, i);
          values.set(number, i & 255);
        } else if (step < 10) {
          atFlush.set(++token, new Map(values));
          store.flush(token);
        } else if (step === 10) {
          desk.streams.pass(randomBelow(random, 30));
        } else {
          desk.crash(0);
          const reported = Number(desk.log.at(-1)?.split(' ')[2] ?? 0);
          for (const [number, value] of atFlush.get(reported)!) {
            const there = store.get(key(number), 0)![0];
            const isNewer = ahead === 1 && there > value;
            expect(there === value || isNewer).toBe(true);
          }
          values = new Map(keysOf(store).map((number) => [number, store.get(key(number), 0)![0]]));
          atFlush.set(++token, new Map(values));
          desk.streams.world.start(0);
          store.flush(token);
          desk.streams.pass(100);
        }
      }
    }),
    { seed: 3, numRuns: 60 },
  );
});

describe('a disk in trouble', () => {
  test('that hangs makes nothing durable until it goes on, and then all in order', () => {
    const desk = new Desk();
    const { world } = desk.streams;
    const store = desk.disks.storeOf(1);
    desk.disks.hang(1, true);
    for (const token of [7, 8]) {
      put(store, token);
      store.flush(token);
    }
    world.run(world.now + 1000);
    expect(desk.log).toEqual([]);
    expect(store.undurable).toBe(2);
    desk.disks.hang(1, false);
    expect(desk.log).toEqual(['1000 1 7', '1000 1 8']);
    expect(store.undurable).toBe(0);
  });

  test('that hangs when its process dies keeps nothing of what was not durable', () => {
    const desk = new Desk();
    const { world } = desk.streams;
    const store = desk.disks.storeOf(1);
    desk.disks.hang(1, true);
    put(store, 1);
    store.flush(1);
    world.run(world.now + 100);
    desk.crash(1);
    desk.disks.hang(1, false);
    expect(keysOf(store)).toEqual([]);
    expect(desk.log).toEqual([]);
  });

  test('that is broken says so with every flush', () => {
    const { world } = new StreamWorld(3);
    const errors: (string | null)[] = [];
    const disks = new Disks(world, {}, new SeededRandom(1), () => ({
      stored: (_now, _token, error) => errors.push(error),
    }));
    disks.fail(1, 'disk full');
    disks.storeOf(1).flush(1);
    world.run(world.now + 100);
    disks.fail(1, null);
    disks.storeOf(1).flush(2);
    world.run(world.now + 100);
    expect(errors).toEqual(['disk full', null]);
  });
});
