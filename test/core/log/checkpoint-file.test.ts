/** A checkpoint that is cut, spoilt, foreign or of another version is no checkpoint, and the log is read. */
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { CheckpointWriter, readCheckpoint } from '../../../src/core/log/checkpoint-file.ts';
import { Contents } from '../../../src/core/log/contents.ts';
import { Segment } from '../../../src/core/log/segment.ts';
import { entriesOf } from '../store-suite.ts';
import { openLog, SectorDisk } from './sector-disk.ts';

const key = (n: number) => new Uint8Array(20).fill(n);

/** A log of sixty records with a checkpoint, and some that came later. */
function checkpointed(seed: number) {
  const disk = new SectorDisk(seed);
  const { store, settle } = openLog(disk, 2000);
  for (let i = 1; i <= 60; i++) {
    store.put(key(i), 0, new Uint8Array(seed + 50).fill(i));
    store.keepFact('name', key(i));
    store.flush(i);
    settle();
  }
  return disk;
}

test('what is written is read again', () => {
  const contents = new Contents();
  const five = new Segment(5, 1000, 77);
  five.closed = 900;
  five.last = 12;
  contents.segments.push(five, new Segment(6, 2000, 78));
  for (const n of [9, 3, 255]) contents.put(five, key(n), 0, n, n, key(n + 1), 0);
  contents.keepFact('who', { value: key(4), segment: 6, offset: 600, bytes: 30 });
  const writer = new CheckpointWriter(crc32);
  const blocks = [writer.begin(contents.segments[1]!, 12, [five])];
  let after: Uint8Array | null = null;
  for (let rows = writer.rows(contents, after, 2); rows; rows = writer.rows(contents, after, 2)) {
    blocks.push(rows.block);
    after = rows.last;
  }
  expect(blocks.length).toBe(3);
  blocks.push(writer.fact('who', contents.facts.get('who')!), writer.end(14, 3, 1));
  const disk = new SectorDisk(1);
  disk.checkpoint = new Uint8Array(Buffer.concat(blocks));
  const read = new Contents();
  const { known, ...bounds } = readCheckpoint(disk, read)!;
  expect(bounds).toEqual({ segment: 6, salt: 78, number: 12, end: 14 });
  expect([...known.values()]).toEqual([
    { number: 5, salt: 77, bytes: 1000, closed: 900, last: 12 },
  ]);
  const { places, facts } = read;
  expect([...places.keys.rows(null, null)].map(([, row]) => places.lengths[row])).toEqual([
    3, 9, 255,
  ]);
  expect([...places.head(places.keys.get(key(9), 0)!)]).toEqual([...key(10).subarray(0, 9)]);
  expect(facts).toEqual(contents.facts);
  expect(read.byteLength).toBe(contents.byteLength);
});

test('one that was cut anywhere, or has a wrong byte anywhere, is left, and nothing else is found', () => {
  const disk = checkpointed(1);
  const whole = disk.checkpoint!;
  const state = JSON.stringify(entriesOf(openLog(disk.copy(1)).store));
  const isRead = () => readCheckpoint(disk, new Contents()) !== null;
  const found = () => JSON.stringify(entriesOf(openLog(disk.copy(1)).store));
  expect(isRead()).toBe(true);
  for (let length = 0; length < whole.length; length += 7) {
    disk.checkpoint = whole.slice(0, length);
    expect([length, isRead()]).toEqual([length, false]);
    if (length % 91 === 0) expect(found()).toBe(state);
  }
  for (let at = 0; at < whole.length; at += 5) {
    disk.checkpoint = whole.slice();
    disk.checkpoint[at]! ^= 1 << (at & 7);
    expect([at, isRead()]).toEqual([at, false]);
    if (at % 155 === 0) expect(found()).toBe(state);
  }
});

test('that of another log, or half of one and half of another, is left', () => {
  const [disk, other] = [checkpointed(1), checkpointed(2)];
  const state = JSON.stringify(entriesOf(openLog(disk.copy(1)).store));
  const own = disk.checkpoint!;
  const theirs = other.checkpoint!;
  disk.checkpoint = theirs;
  expect(JSON.stringify(entriesOf(openLog(disk.copy(1)).store))).toBe(state);
  const half = Math.floor(own.length / 2);
  disk.checkpoint = new Uint8Array([...own.slice(0, half), ...theirs.slice(half)]);
  expect(readCheckpoint(disk, new Contents())).toBeNull();
  expect(JSON.stringify(entriesOf(openLog(disk.copy(1)).store))).toBe(state);
});
