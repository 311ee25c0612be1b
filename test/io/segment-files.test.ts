/** Files of a log on a real disk: what was asked for is told, and only when it is so. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { SegmentFiles } from '../../src/io/segment-files.ts';

const base = mkdtempSync(join(tmpdir(), 'ringlight-segments-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function opened(free = 1e12) {
  const directory = mkdtempSync(join(base, 'log-'));
  const files = new SegmentFiles(
    directory,
    () => free,
    () => 7,
  );
  const told: unknown[] = [];
  files.listen({
    turn: () => told.push('turn'),
    made: (file, error) => told.push(['made', file, error]),
    written: (error) => told.push(['written', error]),
    retrieved: (error) => told.push(['retrieved', error]),
    saved: (error) => told.push(['saved', error]),
  });
  return { directory, files, told };
}

test('a file is made of its head and zeros, written over, read and retrieved', async () => {
  const { directory, files, told } = opened();
  files.make(1, 600_000, new Uint8Array(512).fill(5), 0);
  expect(told).toEqual([]);
  await files.rest();
  expect(files.found()).toEqual([1]);
  expect(readdirSync(directory)).toEqual(['00000001.log']);
  const bytes = new Uint8Array(300_000).fill(9);
  files.write(1, 1024, bytes);
  expect(told).toEqual([['made', 1, null]]);
  await files.rest();
  const into = new Uint8Array(4);
  files.read(1, 1022, into);
  expect([...into]).toEqual([0, 0, 9, 9]);
  files.retrieve(1, 510, into);
  await files.rest();
  expect([...into]).toEqual([5, 5, 0, 0]);
  expect(told.slice(1)).toEqual([
    ['written', null],
    ['retrieved', null],
  ]);
  expect(files.load(1).length).toBe(600_000);
  files.close();
});

test('a spare becomes the next file with what it has, under a head of its own', async () => {
  const { directory, files } = opened();
  files.make(1, 4096, new Uint8Array(512).fill(1), 0);
  await files.rest();
  files.write(1, 512, new Uint8Array(512).fill(7));
  await files.rest();
  files.make(4, 4096, new Uint8Array(512).fill(4), 1);
  await files.rest();
  expect(files.found()).toEqual([4]);
  const bytes = readFileSync(join(directory, '00000004.log'));
  expect([bytes.length, bytes[511], bytes[512], bytes[1024]]).toEqual([4096, 4, 7, 0]);
  files.drop(4);
  expect(files.found()).toEqual([]);
  files.drop(4); // one that is gone is no fault
  files.close();
});

test('failures are told in one line, and whatever else is in the folder is left alone', async () => {
  const { directory, files, told } = opened(0);
  writeFileSync(join(directory, 'notes.txt'), 'mine');
  files.make(1, 4096, new Uint8Array(512), 0);
  await files.rest();
  expect(told.pop()).toEqual(['made', 1, `cannot write to ${directory}: the disk is full`]);
  files.make(2, 4096, new Uint8Array(512), 1);
  await files.rest();
  expect(told.pop()).toEqual(['made', 2, expect.stringContaining('ENOENT')]);
  files.retrieve(3, 0, new Uint8Array(1));
  await files.rest();
  expect(told.pop()).toEqual(['retrieved', expect.stringContaining('ENOENT')]);
  expect(files.found()).toEqual([]);
  files.close();
});

test('what lies beyond the end of a file is not read as zeros', async () => {
  const { directory, files, told } = opened();
  writeFileSync(join(directory, '00000001.log'), 'short');
  expect(() => files.read(1, 0, new Uint8Array(6))).toThrow('ends at byte 5');
  files.retrieve(1, 0, new Uint8Array(6));
  await files.rest();
  expect(told).toEqual([['retrieved', expect.stringContaining('ends at byte 5')]]);
  files.close();
});

test('a hundred files are read, of which not all are open at a time', async () => {
  const { directory, files } = opened();
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = process.platform === 'linux' ? descriptors() : 0;
  for (let i = 1; i <= 100; i++) {
    writeFileSync(join(directory, `${String(i).padStart(8, '0')}.log`), new Uint8Array(10).fill(i));
  }
  const into = new Uint8Array(1);
  for (let round = 0; round < 2; round++) {
    for (let i = 1; i <= 100; i++) {
      files.read(i, 3, into);
      expect(into[0]).toBe(i);
    }
  }
  if (process.platform === 'linux') expect(descriptors() - before).toBeLessThan(90);
  files.close();
});

test('turns are taken one for all that ask for one', async () => {
  const { files, told } = opened();
  files.soon(0);
  files.soon(0);
  expect(told).toEqual([]);
  await files.rest();
  expect(told).toEqual(['turn']);
  files.close();
});

test('a turn for a few entries is put off after a slow write of a few, and comes at once for enough of them', async () => {
  const { files, told } = opened();
  files.make(1, 1 << 20, new Uint8Array(512), 0);
  await files.rest();
  const bytes = new Uint8Array(512);
  for (let i = 0; i < 40; i++) {
    files.soon(4);
    await files.rest();
    files.write(1, 512, bytes);
    await files.rest();
  }
  // However quick this disk is, nobody is forgotten, and nobody waits twice.
  told.length = 0;
  files.soon(2);
  files.soon(3);
  await files.rest();
  expect(told).toEqual(['turn']);
  files.soon(2);
  files.soon(8);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(told).toEqual(['turn', 'turn']);
  files.soon(2);
  files.soon(0); // what does not wait for others
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(told).toEqual(['turn', 'turn', 'turn']);
  await files.rest();
  expect(told.length).toBe(3);
  files.close();
});
