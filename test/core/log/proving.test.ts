/** What was not read when a log was opened is read afterwards, and what a disk has spoilt is told. */
import { expect, test } from 'vitest';
import { openLog, SectorDisk } from './sector-disk.ts';

const keyOf = (n: number) => {
  const key = new Uint8Array(20);
  new DataView(key.buffer).setUint32(0, Math.imul(n, 0x9e3779b1));
  return key;
};

/** A log of some segments with a checkpoint at their end. */
function checkpointed() {
  const disk = new SectorDisk(3);
  const { store, settle } = openLog(disk, 100_000);
  for (let i = 1; i <= 1500; i++) {
    store.put(keyOf(i), 0, new Uint8Array(i === 700 ? 300_000 : 900).fill(i));
    if (i % 20 !== 0) continue;
    store.flush(i);
    settle();
  }
  return disk;
}

function written(disk: SectorDisk) {
  const { store, reported, settle } = openLog(disk);
  settle();
  store.put(keyOf(1), 0, new Uint8Array(9));
  store.flush(1);
  settle();
  return reported.at(-1)!.error;
}

test('all of it is read, and nothing is told of what is as it was written', () => {
  const disk = checkpointed();
  expect(written(disk)).toBeNull();
  expect(disk.retrievals).toBeGreaterThan(5);
});

test('a byte that is wrong is told with the next write, wherever it is', () => {
  for (const [file, at] of [
    [1, 520],
    [1, 100_000],
    [2, 200_000],
    [3, 5000],
  ] as const) {
    const disk = checkpointed();
    disk.files.get(file)![at]! ^= 1;
    expect([file, at, written(disk)]).toEqual([
      file,
      at,
      expect.stringMatching(new RegExp(`^segment ${file} of the log is damaged at byte \\d+$`)),
    ]);
  }
});

test('what cannot be read is passed over, and the log goes on', () => {
  const disk = checkpointed();
  disk.retrievalError = 'not now';
  expect(written(disk)).toBeNull();
});
