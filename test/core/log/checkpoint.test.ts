/** Checkpoints: a log that has one opens as if it had none, whenever the process died, and faster. */
import { describe, expect, test } from 'vitest';
import { ROW_BYTES } from '../../../src/core/log/checkpoint-file.ts';
import type { LogStore } from '../../../src/core/log/log-store.ts';
import { LogError } from '../../../src/core/log/replay.ts';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { HEAD_BYTES, StoreReadError } from '../../../src/core/store.ts';
import { entriesOf } from '../store-suite.ts';
import { openLog, SectorDisk } from './sector-disk.ts';

const keyOf = (n: number) => {
  const key = new Uint8Array(20);
  new DataView(key.buffer).setUint32(0, Math.imul(n, 0x9e3779b1));
  return key;
};

/** All that a store says. */
const stateOf = (store: LogStore) => {
  const heads: string[] = [];
  store.heads(null, null, (_key, head) => heads.push(Buffer.from(head).toString('hex')) > 0);
  const fact = Buffer.from(store.fact('round') ?? []).toString('hex');
  const { count, byteLength, neededBytes, logBytes } = store;
  return JSON.stringify([entriesOf(store), heads, fact, count, byteLength, neededBytes, logBytes]);
};

/** What is there is the same, and is kept by the same segments, as if there were no checkpoint. */
function expectTheSame(disk: SectorDisk, say: string): LogStore {
  const without = disk.copy(1);
  without.checkpoint = null;
  const withIt = openLog(disk.copy(1)).store;
  if (stateOf(withIt) !== stateOf(openLog(without).store)) expect.fail(say);
  return withIt;
}

function written(records: number, bytes: number, checkpointBytes: number) {
  const disk = new SectorDisk(3);
  const log = openLog(disk, checkpointBytes);
  for (let i = 1; i <= records; i++) {
    log.store.put(keyOf(i), 0, new Uint8Array(bytes).fill(i));
    log.store.keepFact('round', keyOf(i));
    if (i % 20 !== 0) continue;
    log.store.flush(i);
    log.settle();
  }
  return { disk, ...log };
}

describe('a log with checkpoints', () => {
  test('is opened by the last of them and what came behind it', () => {
    const { disk, store } = written(3000, 400, 100_000);
    expect(disk.placed).toBeGreaterThan(3);
    const { openedBytes } = expectTheSame(disk, 'another state');
    // Segments are read whole, the one in which it was begun, too.
    expect(openedBytes).toBeLessThan(store.logBytes / 2);
    // As much is written for checkpoints as was put into the log since the one before.
    expect(disk.checkpoint!.length).toBeLessThan(3000 * ROW_BYTES + 1000);
  });

  test('does not give what its disk does not give, and says so; how it begins is known', () => {
    const { disk } = written(3000, 400, 100_000);
    const { store } = openLog(disk);
    disk.read = () => {
      throw new Error('EIO');
    };
    expect(() => store.get(keyOf(1), 0)).toThrow(StoreReadError);
    expect(store.head(keyOf(1), 0)).toEqual(new Uint8Array(HEAD_BYTES).fill(1));
    expect(store.get(keyOf(3000), 0)?.length).toBe(400);
  });

  test('makes no more of them than the log is worth', () => {
    const { disk, store } = written(4000, 30, 1000);
    // Ten keys a kilobyte of places: each has to be paid for by as much log.
    expect(disk.placed).toBeLessThan(30);
    expect(store.count).toBe(4000);
  });

  test('finds the same after any crash, with any sectors of a write', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = new SeededRandom(seed);
      const disk = new SectorDisk(seed);
      let token = 0;
      for (let life = 0; life < 6; life++) {
        const { store } = openLog(disk, 3000);
        for (let i = 0; i < 40; i++) {
          for (let n = randomBelow(random, 12); n > 0; n--) {
            const key = keyOf(randomBelow(random, 60));
            if (randomBelow(random, 3) === 0) store.remove(key, 0);
            else
              store.put(key, 0, new Uint8Array(randomBelow(random, 9) === 0 ? 30_000 : 60).fill(i));
          }
          store.keepFact('round', keyOf(token));
          store.flush(++token);
          for (let n = randomBelow(random, 7); n > 0; n--) disk.step(store);
          if (i === 25) {
            const now = disk.copy(seed);
            expectTheSame(now, `seed ${seed}, life ${life}, round ${i}`);
          }
        }
        disk.crash();
        expectTheSame(disk, `seed ${seed}, life ${life}`);
      }
      expect(disk.placed).toBeGreaterThan(3);
    }
  }, 60_000);

  test('keeps removed what was removed, when tidying has given up all that said so', () => {
    const disk = new SectorDisk(5);
    const log = openLog(disk, 2 ** 40);
    const kept = new Uint8Array(40_000);
    for (let i = 0; i < 10; i++) log.store.put(keyOf(i), 0, kept);
    log.store.flush(1);
    log.settle();
    const early = openLog(disk, 1);
    early.settle();
    expect(disk.placed).toBe(1);
    const { checkpoint } = disk;
    for (let i = 0; i < 10; i += 2) early.store.remove(keyOf(i), 0);
    for (let i = 0; i < 2500; i++) {
      early.store.put(keyOf(100 + (i % 20)), 0, kept);
      early.store.flush(i + 2);
      early.settle();
    }
    expect(disk.found()[0]).toBeGreaterThan(3);
    // The oldest checkpoint there is: it says that all ten are in a segment that is gone.
    disk.checkpoint = checkpoint;
    const found = expectTheSame(disk, 'another state');
    expect(found.get(keyOf(2), 0)).toBeNull();
    expect(found.get(keyOf(3), 0)?.length).toBe(40_000);
  });

  test('goes on when a checkpoint cannot be written, and makes the next one', () => {
    const disk = new SectorDisk(6);
    const { store, reported, settle } = openLog(disk, 5000);
    disk.checkpointError = 'no room';
    for (let i = 1; i <= 200; i++) {
      if (i === 100) disk.checkpointError = null;
      if (i === 99) expect(disk.placed).toBe(0);
      store.put(keyOf(i), 0, new Uint8Array(500));
      store.flush(i);
      settle();
    }
    expect(reported.every(({ error }) => error === null)).toBe(true);
    expect(disk.placed).toBeGreaterThan(0);
    expectTheSame(disk, 'another state');
  });

  test('that ends before its checkpoint is damaged: its disk has lied', () => {
    const { disk } = written(400, 400, 20_000);
    const last = disk.found().at(-1)!;
    const [copy, bytes] = [disk.copy(1), disk.files.get(last)!];
    // All that was ever written to the last two files is not there.
    for (const file of [last - 1, last]) copy.files.get(file)!.fill(0, 512);
    expect(bytes.length).toBeGreaterThan(0);
    expect(() => openLog(copy)).toThrow(LogError);
  });
});
