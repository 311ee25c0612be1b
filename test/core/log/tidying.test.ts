/** A log stays in proportion to what is needed of it, in short steps, and loses nothing by that. */
import { describe, expect, test } from 'vitest';
import {
  BATCH_BYTES,
  IMAGE_BYTES_MAX,
  LOG_BYTES_FAR_FACTOR,
  LOG_BYTES_MIN,
  LOG_FACTOR,
  SEGMENT_BYTES_MAX,
  SPARES_MAX,
  TIDY_BYTES,
} from '../../../src/core/log/limits.ts';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { entriesOf } from '../store-suite.ts';
import { openLog, SectorDisk } from './sector-disk.ts';

const MB = 1024 * 1024;
const keyOf = (n: number) => {
  const key = new Uint8Array(20);
  new DataView(key.buffer).setUint32(0, n);
  return key;
};

/** Writes `megabytes` in records of `bytes`, each to a key that `choose` gives, flushed a few at a time. */
function load(
  { store, settle }: ReturnType<typeof openLog>,
  megabytes: number,
  bytes: number,
  choose: (i: number) => number,
  beforeSettling: () => void = () => {},
) {
  const record = new Uint8Array(bytes);
  const count = Math.ceil((megabytes * MB) / bytes);
  for (let i = 0; i < count; i++) {
    record.fill(i & 255);
    store.put(keyOf(choose(i)), 0, record);
    if (i % 16 !== 15 && i !== count - 1) continue;
    store.flush(i + 1);
    beforeSettling();
    settle();
  }
}

const onDisk = (disk: SectorDisk) =>
  [...disk.files.values()].reduce((sum, { length }) => sum + length, 0);
/** Files that are kept for later, the one that is made ahead, and the one that is being left. */
const BESIDE = (SPARES_MAX + 3) * SEGMENT_BYTES_MAX;

describe('a log that is written over and over', () => {
  test('takes no more than its least, and never looks at what nobody needs', () => {
    const disk = new SectorDisk(1);
    const log = openLog(disk);
    let most = 0;
    load(
      log,
      150,
      4000,
      (i) => i % 500,
      () => {
        most = Math.max(most, onDisk(disk));
      },
    );
    expect(most).toBeLessThanOrEqual(LOG_BYTES_MIN + BESIDE);
    expect(disk.retrievals).toBe(0);
    expect(log.store.count).toBe(500);
    // Files are used again: hardly any was made of zeros since the log had grown.
    expect(disk.spared).toBeGreaterThan(5);
    const again = openLog(disk);
    expect(entriesOf(again.store)).toEqual(entriesOf(log.store));
  });

  test('takes twice what is needed of it, when much is, and moves it in short steps', () => {
    const disk = new SectorDisk(2);
    const log = openLog(disk);
    const random = new SeededRandom(5);
    load(log, 40, 20_000, (i) => i);
    const keys = log.store.count;
    let most = 0;
    let largest = 0;
    load(
      log,
      120,
      20_000,
      () => randomBelow(random, keys),
      () => {
        most = Math.max(most, onDisk(disk) / log.store.neededBytes);
        largest = Math.max(largest, disk.write_?.bytes.length ?? 0);
      },
    );
    expect(log.store.count).toBe(keys);
    expect(most).toBeLessThan(LOG_FACTOR * LOG_BYTES_FAR_FACTOR + BESIDE / log.store.neededBytes);
    expect(disk.retrievals).toBeGreaterThan(20);
    expect(disk.largestRetrieval).toBeLessThanOrEqual(Math.max(TIDY_BYTES, BATCH_BYTES + 25_000));
    expect(entriesOf(openLog(disk).store)).toEqual(entriesOf(log.store));
  }, 30_000);

  test('has those wait who write faster than it can be tidied', () => {
    const disk = new SectorDisk(3);
    const { store, reported, settle } = openLog(disk);
    // All of it in one turn.
    for (let i = 0; i < 6000; i++) store.put(keyOf(i % 10), 0, new Uint8Array(20_000));
    expect(store.logBytes).toBeGreaterThan(100 * MB);
    store.flush(1);
    while (disk.write_ === null) disk.step(store);
    store.put(keyOf(1), 0, new Uint8Array(1));
    store.flush(2);
    while (reported.at(-1)?.token !== 2) disk.step(store);
    expect(store.logBytes).toBeLessThanOrEqual(LOG_BYTES_FAR_FACTOR * LOG_BYTES_MIN);
    settle();
    expect(reported.every(({ error }) => error === null)).toBe(true);
  });

  test('that cannot be read just now goes on growing, and is tidied when it can', () => {
    const disk = new SectorDisk(8);
    const log = openLog(disk);
    load(log, 40, 20_000, (i) => i);
    disk.retrievalError = 'not now';
    load(log, 80, 20_000, (i) => i % 200);
    expect(log.reported.every(({ error }) => error === null)).toBe(true);
    const grown = log.store.logBytes;
    expect(grown).toBeGreaterThan(110 * MB);
    disk.retrievalError = null;
    load(log, 1, 20_000, (i) => i % 200);
    expect(log.store.logBytes).toBeLessThan(grown - 20 * MB);
  });
});

describe('tidying', () => {
  test('keeps facts, and what was removed stays removed', () => {
    const disk = new SectorDisk(4);
    const log = openLog(disk);
    log.store.keepFact('who', keyOf(1));
    for (let i = 0; i < 100; i++) log.store.put(keyOf(100_000 + i), 0, new Uint8Array(9));
    load(log, 5, 4000, (i) => 1000 + i);
    for (let i = 0; i < 100; i += 2) log.store.remove(keyOf(100_000 + i), 0);
    load(log, 80, 4000, (i) => i % 100);
    expect(disk.found()[0]).toBeGreaterThan(3);
    const { store } = openLog(disk);
    expect(store.fact('who')).toEqual(keyOf(1));
    for (let i = 0; i < 100; i++) {
      expect([i, store.get(keyOf(100_000 + i), 0)?.length]).toEqual([
        i,
        i % 2 === 0 ? undefined : 9,
      ]);
    }
    expect(store.count).toBe(log.store.count);
    expect(store.byteLength).toBe(log.store.byteLength);
  });

  test('that a crash breaks off, wherever, loses nothing and revives nothing', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const random = new SeededRandom(seed);
      const disk = new SectorDisk(seed);
      let log = openLog(disk);
      /** What each key has for certain, and what it may have since. */
      const kept = new Map<number, number>();
      const maybe = new Map<number, number[]>();
      const bytesOf = (n: number) => log.store.get(keyOf(n), 0)?.length ?? 0;
      for (let life = 0; life < 8; life++) {
        for (let round = 0; round < 60; round++) {
          for (let i = 0; i < 8; i++) {
            const n = randomBelow(random, 60);
            const bytes = randomBelow(random, 5) === 0 ? 0 : 1 + randomBelow(random, 60_000);
            if (bytes === 0) log.store.remove(keyOf(n), 0);
            else log.store.put(keyOf(n), 0, new Uint8Array(bytes));
            maybe.set(n, [...(maybe.get(n) ?? []), bytes]);
          }
          log.store.flush(life * 60 + round + 1);
          if (round === 59) break;
          log.settle();
          for (const [n, values] of maybe) kept.set(n, values.at(-1)!);
          maybe.clear();
        }
        for (let n = randomBelow(random, 12); n > 0; n--) disk.step(log.store);
        disk.crash();
        log = openLog(disk);
        for (let n = 0; n < 60; n++) {
          const possible = [kept.get(n) ?? 0, ...(maybe.get(n) ?? [])];
          if (!possible.includes(bytesOf(n)))
            expect.fail(`seed ${seed}, life ${life}, key ${n}: ${bytesOf(n)}`);
          kept.set(n, bytesOf(n));
        }
        maybe.clear();
      }
      expect(disk.found()[0]).toBeGreaterThan(3);
    }
  }, 60_000);

  test('does not carry on what a disk has spoilt, and says so', () => {
    const disk = new SectorDisk(7);
    const log = openLog(disk);
    load(log, 2 * (IMAGE_BYTES_MAX / MB), 20_000, (i) => i);
    const eldest = disk.files.get(1)!;
    eldest[5000]! ^= 1;
    // Nothing of the first segment is replaced, so it has to be moved.
    load(log, 200, 20_000, (i) => 500 + (i % 2000));
    expect(log.reported.at(-1)?.error).toBe('segment 1 of the log is damaged at byte 512');
  });
});
