/** Folders of older versions become logs with all that was in them, or stay as they are. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ID_BYTES } from '../../src/core/id.ts';
import { isOlder, openDiskStore } from '../../src/io/disk-store.ts';
import { convertOlder } from '../../src/io/older-store.ts';
import { entriesOf } from '../core/store-suite.ts';
import { olderBatch, olderFact, olderPut, olderRemoved, writeOlder } from './older-folder.ts';

const base = mkdtempSync(join(tmpdir(), 'ringlight-older-'));
let directories = 0;
const freshDirectory = () => join(base, `store-${++directories}`);
afterAll(() => rmSync(base, { recursive: true, force: true }));

const keyOf = (n: number) => {
  const key = new Uint8Array(ID_BYTES);
  new DataView(key.buffer).setUint32(0, n);
  return key;
};
const one = (n: number) => new Uint8Array(1).fill(n);
const VERSION = 'ringlight ring store 3';
const silent = () => {};

const codeOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing',
    (error: { code?: string }) => error.code,
  );

async function converted(directory: string) {
  expect(isOlder(directory)).toBe(true);
  await convertOlder(directory);
  expect(isOlder(directory)).toBe(false);
  return openDiskStore(directory, silent);
}

test('records, facts and what only the journal had are there, and no files of LMDB', async () => {
  const directory = freshDirectory();
  const many = Array.from(
    { length: 3000 },
    (_, i) => [keyOf(i), new Uint8Array(900).fill(i)] as const,
  );
  await writeOlder(directory, {
    version: VERSION,
    records: many,
    facts: { who: 'me', wire: 'seed' },
    settled: 4,
    // The fourth is among the records already; a batch that failed has used a number up.
    journal: {
      4: olderBatch(olderPut(keyOf(1), one(4))),
      5: olderBatch(olderPut(keyOf(2), one(5)), olderRemoved(keyOf(3))),
      7: olderBatch(
        olderPut(keyOf(2), one(7)),
        olderPut(keyOf(9999), one(7)),
        olderFact('who', 'you'),
      ),
    },
  });
  const store = await converted(directory);
  expect(store.count).toBe(3000);
  expect(store.get(keyOf(1), 0)?.length).toBe(900);
  expect(store.get(keyOf(2), 0)).toEqual(one(7));
  expect(store.get(keyOf(3), 0)).toBeNull();
  expect(store.get(keyOf(2999), 0)).toEqual(many[2999]![1]);
  expect(Buffer.from(store.fact('who')!).toString()).toBe('you');
  expect(Buffer.from(store.fact('wire')!).toString()).toBe('seed');
  expect(store.fact('\0version')).toBeNull();
  await store.close();
  expect(readdirSync(directory).sort()).toEqual(['data.mdb', 'log']);
});

test('of every form there was, also an empty one', async () => {
  for (const version of ['ringlight ring store 1', 'ringlight ring store 2', VERSION]) {
    const directory = freshDirectory();
    const journal = version.endsWith('1')
      ? {}
      : { journal: { 1: olderBatch(olderPut(keyOf(2), one(2))) } };
    await writeOlder(directory, { version, records: [[keyOf(1), one(1)]], ...journal });
    const store = await converted(directory);
    const expected = version.endsWith('1') ? ['01'] : ['01', '02'];
    expect(entriesOf(store).map(([, record]) => record)).toEqual(expected);
    await store.close();
  }
  const directory = freshDirectory();
  await writeOlder(directory, { version: null, records: [] });
  const store = await converted(directory);
  expect(store.count).toBe(0);
  await store.close();
});

test('what cannot be read is told, and left as it is', async () => {
  const folder = { version: VERSION, records: [[keyOf(1), one(1)]] as const };
  const damaged = freshDirectory();
  const batch = olderBatch(olderPut(keyOf(1), one(1)));
  batch[10]! ^= 1;
  await writeOlder(damaged, { ...folder, journal: { 1: batch } });
  expect(await codeOf(convertOlder(damaged))).toBe('DATA_DAMAGED');
  expect(isOlder(damaged)).toBe(true);

  const missing = freshDirectory();
  await writeOlder(missing, folder);
  expect(await codeOf(convertOlder(missing))).toBe('DATA_DAMAGED');

  const cut = freshDirectory();
  await writeOlder(cut, { ...folder, journal: {} });
  truncateSync(join(cut, 'data.mdb'), 9000);
  expect(await codeOf(convertOlder(cut))).toBe('DATA_DAMAGED');

  const newer = freshDirectory();
  await writeOlder(newer, { ...folder, version: 'ringlight ring store 99', journal: {} });
  await expect(convertOlder(newer)).rejects.toThrow('found "ringlight ring store 99"');
  expect(await codeOf(convertOlder(newer))).toBe('DATA_VERSION');
  expect(() => openDiskStore(newer, silent)).toThrow('it has records of an older version');
  expect(isOlder(newer)).toBe(true);
});

test('a conversion that was broken off begins anew; a disk without room leaves the folder', async () => {
  const directory = freshDirectory();
  await writeOlder(directory, { version: VERSION, records: [[keyOf(1), one(1)]], journal: {} });
  mkdirSync(join(directory, 'log.part'));
  writeFileSync(join(directory, 'log.part', '00000001.log'), 'half of it');
  await expect(convertOlder(directory, () => 0)).rejects.toThrow('the disk is full');
  expect(isOlder(directory)).toBe(true);
  const store = await converted(directory);
  expect(entriesOf(store).map(([, record]) => record)).toEqual(['01']);
  await store.close();
});

test('a folder that became a log and kept the files of LMDB is a log', async () => {
  const directory = freshDirectory();
  await writeOlder(directory, { version: VERSION, records: [[keyOf(1), one(1)]], journal: {} });
  const store = await converted(directory);
  await store.close();
  const other = freshDirectory();
  await writeOlder(other, { version: VERSION, records: [[keyOf(2), one(2)]], journal: {} });
  // The process died between giving the log its name and removing what it was made of.
  rmSync(join(directory, 'data.mdb'));
  writeFileSync(join(directory, 'data.mdb'), 'LMDB'.repeat(3000));
  expect(isOlder(directory)).toBe(false);
  const again = openDiskStore(directory, silent);
  expect(entriesOf(again).map(([, record]) => record)).toEqual(['01']);
  await again.close();
  expect(existsSync(join(directory, 'holder'))).toBe(false);
});
