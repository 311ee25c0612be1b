/** A log keeps what it has reported, whatever the disk does to the write under way. */
import { describe, expect, test } from 'vitest';
import { ID_BYTES } from '../../../src/core/id.ts';
import type { LogStore } from '../../../src/core/log/log-store.ts';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { entriesOf, storeSuite } from '../store-suite.ts';
import { openLog, SectorDisk } from './sector-disk.ts';

storeSuite(
  'as a log',
  () => {
    const { store, reported, settle } = openLog(new SectorDisk(1));
    return {
      store,
      reported,
      settled: async () => settle(),
      close: async () => {},
    };
  },
  60,
);

const keyOf = (n: number) => {
  const key = new Uint8Array(ID_BYTES);
  new DataView(key.buffer).setUint32(0, n);
  return key;
};

/** All that a store says, as one text. */
const stateOf = (store: LogStore) =>
  JSON.stringify([
    entriesOf(store),
    Buffer.from(store.fact('round') ?? []).toString('hex'),
    store.byteLength,
  ]);

test('opens as it was closed', () => {
  const disk = new SectorDisk(1);
  const { store, settle } = openLog(disk);
  for (let i = 0; i < 500; i++) store.put(keyOf(i), 0, new Uint8Array(i).fill(i));
  store.remove(keyOf(7), 0);
  store.keepFact('round', new Uint8Array(3));
  store.flush(1);
  settle();
  const again = openLog(disk);
  expect(stateOf(again.store)).toBe(stateOf(store));
  expect(again.store.count).toBe(499);
  again.store.put(keyOf(7), 0, new Uint8Array(1));
  again.store.flush(1);
  again.settle();
  expect(openLog(disk).store.count).toBe(500);
});

describe('a crash', () => {
  test('at every byte of a write leaves what was reported, or all of a batch more', () => {
    const disk = new SectorDisk(2);
    const { store, settle } = openLog(disk);
    const lengths = [1, 90, 470, 0];
    let opened = 0;
    lengths.forEach((length, round) => {
      const before = stateOf(store);
      for (let i = 0; i <= round % 3; i++)
        store.put(keyOf(i), 0, new Uint8Array(length).fill(round));
      if (round % 2 === 1) store.remove(keyOf(2), 0);
      store.keepFact('round', keyOf(round));
      const after = stateOf(store);
      store.flush(round + 1);
      while (disk.write_ === null) disk.step(store);
      const { bytes } = disk.write_;
      for (let cut = 0; cut <= bytes.length; cut++) {
        const left = disk.copy(cut);
        left.write_ = disk.write_;
        left.cut(cut);
        const found = stateOf(openLog(left).store);
        if (found !== before) expect([cut, found]).toEqual([cut, after]);
        if (cut === 0) expect(found).toBe(before);
        if (cut === bytes.length) expect(found).toBe(after);
        opened++;
      }
      settle();
    });
    expect(opened).toBeGreaterThan(2000);
  }, 60_000);

  test('again and again, with any sectors of a write, loses nothing that was reported', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new SeededRandom(seed);
      const disk = new SectorDisk(seed);
      /** States by the token that was asked for when they were the last, from the last one reported on. */
      let states = new Map<number, string>();
      let least = 0;
      let token = 0;
      for (let life = 0; life < 6; life++) {
        const log = openLog(disk);
        const { store, reported } = log;
        const found = stateOf(store);
        const possible = [...states].filter(([asked]) => asked >= least);
        if (states.size > 0 && !possible.some(([, state]) => state === found)) {
          expect.fail(
            `seed ${seed}, life ${life}: found neither what was reported nor anything later`,
          );
        }
        states = new Map([[token, found]]);
        least = token;
        for (let i = 0; i < 25; i++) {
          for (let n = randomBelow(random, 6); n > 0; n--) {
            const key = keyOf(randomBelow(random, 30));
            if (randomBelow(random, 4) === 0) store.remove(key, 0);
            else
              store.put(key, 0, new Uint8Array(randomBelow(random, 9) === 0 ? 3000 : 60).fill(i));
          }
          store.keepFact('round', keyOf(token));
          store.flush(++token);
          states.set(token, stateOf(store));
          for (let n = randomBelow(random, 4); n > 0; n--) disk.step(store);
          least = Math.max(least, reported.at(-1)?.token ?? 0);
        }
        disk.crash();
      }
    }
  }, 60_000);
});
