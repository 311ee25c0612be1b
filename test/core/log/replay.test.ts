/** Opening: the unfinished end of a log is told from damage, and damage is never read over. */
import { describe, expect, test } from 'vitest';
import { SECTOR_BYTES } from '../../../src/core/log/batch.ts';
import { LogError } from '../../../src/core/log/replay.ts';
import { entriesOf } from '../store-suite.ts';
import { openLog, SectorDisk } from './sector-disk.ts';

const keyOf = (n: number) => {
  const key = new Uint8Array(20);
  new DataView(key.buffer).setUint32(0, n);
  return key;
};

const kindOf = (disk: SectorDisk) => {
  try {
    openLog(disk.copy(1));
    return 'opens';
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return error.kind;
  }
};

/** Batches of one write each, and the keys that are there after all of them. */
function written(batches: number, bytes: number) {
  const disk = new SectorDisk(9);
  const log = openLog(disk);
  for (let i = 1; i <= batches; i++) {
    log.store.put(keyOf(i), 0, new Uint8Array(bytes).fill(i));
    log.store.flush(i);
    log.settle();
  }
  return { disk, ...log };
}

describe('a log', () => {
  test('of which any sector is spoilt opens as damaged; its last batch may be one that never was', () => {
    const { disk, store } = written(6, 900);
    const state = JSON.stringify(entriesOf(store));
    const bytes = disk.files.get(1)!;
    // Five batches of two sectors; of the sixth nobody can tell that it was acknowledged.
    for (let at = 0; at < 11 * SECTOR_BYTES; at += 101) {
      const before = bytes[at]!;
      bytes[at] = before ^ 0x40;
      const isPadding = kindOf(disk) === 'opens';
      if (isPadding) expect(JSON.stringify(entriesOf(openLog(disk.copy(1)).store))).toBe(state);
      bytes[at] = before;
    }
    for (const at of [0, 9, 512, 530, 600, 1400, 5 * 1024 - 500]) {
      const before = bytes[at]!;
      bytes[at] = before ^ 0x40;
      expect([at, kindOf(disk)]).toEqual([at, 'damaged']);
      bytes[at] = before;
    }
    bytes[512 + 5 * 1024] = 1;
    expect(openLog(disk.copy(1)).store.count).toBe(5);
  });

  test('of another version, of another size, or without one of its files, says so', () => {
    const { disk } = written(9, 100_000);
    expect(disk.found().length).toBeGreaterThan(2);
    for (const file of disk.found()) {
      const bytes = disk.files.get(file)!;
      disk.files.delete(file);
      expect([file, kindOf(disk)]).toEqual([file, 'damaged']);
      disk.files.set(file, bytes.subarray(0, bytes.length - 512));
      expect([file, kindOf(disk)]).toEqual([file, 'damaged']);
      disk.files.set(file, bytes);
    }
    disk.files.get(2)![7]!++;
    expect(kindOf(disk)).toBe('version');
  });

  test('whose disk has lied is damaged where what came later shows it, and never wrong', () => {
    const disk = new SectorDisk(3);
    const { store, reported, settle } = openLog(disk);
    for (let i = 1; i <= 3; i++) {
      disk.isLying = i === 2;
      store.put(keyOf(i), 0, new Uint8Array(700).fill(i));
      store.flush(i);
      settle();
    }
    expect(reported.at(-1)).toEqual({ token: 3, error: null });
    expect(kindOf(disk)).toBe('damaged');
    const last = new SectorDisk(4);
    const log = openLog(last);
    for (let i = 1; i <= 3; i++) {
      last.isLying = i === 3;
      log.store.put(keyOf(i), 0, new Uint8Array(700).fill(i));
      log.store.flush(i);
      log.settle();
    }
    // Nothing shows it; what is there is all of what was so before.
    expect(entriesOf(openLog(last).store).length).toBe(2);
  });

  test('does not go on where whole batches of an unfinished write lie', () => {
    const disk = new SectorDisk(5);
    const { store, settle } = openLog(disk);
    store.flush(1);
    settle();
    // One write of three batches, of which the first sector is missing.
    for (let i = 1; i <= 3; i++) store.put(keyOf(i), 0, new Uint8Array(70_000 * 3).fill(i));
    store.flush(2);
    while (disk.write_ === null) disk.step(store);
    const torn = disk.write_;
    const left = disk.copy(6);
    left.files.get(1)!.set(torn.bytes.subarray(SECTOR_BYTES), torn.position + SECTOR_BYTES);
    const again = openLog(left);
    expect(again.store.count).toBe(0);
    again.store.put(keyOf(7), 0, new Uint8Array(210_000 + 5).fill(7));
    again.store.flush(1);
    again.settle();
    const third = openLog(left);
    expect(entriesOf(third.store).map(([key]) => key.slice(0, 8))).toEqual(['00000007']);
  });

  test('a value that looks like a batch is never taken for one', () => {
    // What an attacker can know: the bytes of a batch of this very log, but not the salt of its file.
    const { disk } = written(2, 200);
    const stolen = disk.files.get(1)!.slice(1024, 1536);
    const other = new SectorDisk(77);
    const { store, settle } = openLog(other);
    const value = new Uint8Array(60_000);
    for (let at = 512 - 65; at + 512 <= value.length; at += 512) value.set(stolen, at);
    store.put(keyOf(5), 0, value);
    store.flush(1);
    settle();
    // The batch loses its head, so that all of the value lies behind the end of the log.
    other.files.get(1)!.fill(0, 512, 1024);
    const again = openLog(other);
    expect(again.store.count).toBe(0);
    again.store.put(keyOf(6), 0, new Uint8Array(1));
    again.store.flush(1);
    again.settle();
    expect(entriesOf(openLog(other).store).length).toBe(1);
  });
});
