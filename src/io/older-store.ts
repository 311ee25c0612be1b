/**
 * Folders of version 0.1: LMDB held the records in their places (`data.mdb`), and in `journal`
 * what was durable before it had gone to its place. They are made into a log when they are opened.
 *
 *     data.mdb  records, then what the journal has that came later ─▶ log.part/ ── whole ──▶ log/
 *
 * The log gets its name when all of it is on disk; before that whatever fails leaves the folder as it
 * was, and the next opening begins anew.
 *
 *     number     1        2        3    …      a batch of the journal
 *     value    crc32 | entry | entry …
 *     entry      0 | key 20                              removed
 *                1 | key 20 | length u32 | record        put
 *                2 | length u8 | name | length u32 | value of a fact
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Database } from 'lmdb';
import { readEntries } from '../core/log/batch.ts';
import { LogStore } from '../core/log/log-store.ts';
import { flushDirectory, makeDirectory } from './directory.ts';
import { LOG_FOLDER, OLDER_FILE } from './disk-store.ts';
import { systemRandom } from './entropy.ts';
import { DhtError } from './errors.ts';
import { bytesFreeAt, type FreeBytes } from './free-room.ts';
import { type Environment, explained, openEnvironment } from './lmdb-env.ts';
import { SegmentFiles } from './segment-files.ts';
import { holdDirectory } from './store-holder.ts';

/** Forms of a folder that are read: without a journal, with one, and with names and expiries. */
const VERSION = 'ringlight ring store ';
const VERSIONS = [1, 2, 3];
const WITHOUT_JOURNAL = 1;
/** Facts that began with this were LMDB's own bookkeeping. */
const INTERNAL = '\0';
const CRC_BYTES = 4;
/** So much is read, and then written, before anything else may run. */
const SLICE_BYTES = 1024 * 1024;

/** What reads as an older version wrote it. */
interface Older {
  records: Database<Buffer, Uint8Array>;
  facts: Database<Buffer, string>;
  journal: Database<Buffer, number> | null;
  /** Batches up to this one are among the records. */
  settled: number;
}

/**
 * Makes a log of what an older version has left in `directory`.
 * @throws DhtError DATA_IN_USE, DATA_DAMAGED, DATA_VERSION, NOT_PERMITTED or DATA_UNUSABLE.
 */
export async function convertOlder(
  directory: string,
  freeBytes: FreeBytes = bytesFreeAt,
): Promise<void> {
  const part = join(directory, `${LOG_FOLDER}.part`);
  const envs: Environment[] = [];
  let release = (): void => {};
  try {
    release = holdDirectory(directory);
    const older = openOlder(directory, envs);
    rmSync(part, { recursive: true, force: true });
    makeDirectory(part);
    await copyAll(older, directory, new SegmentFiles(part, freeBytes, () => systemRandom.uint32()));
    await flushDirectory(part);
    for (const env of envs.splice(0)) await env.close();
    renameSync(part, join(directory, LOG_FOLDER));
    await flushDirectory(directory);
    rmSync(join(directory, OLDER_FILE));
    rmSync(join(directory, 'lock.mdb'), { force: true });
    rmSync(join(directory, 'journal'), { recursive: true, force: true });
  } catch (error) {
    for (const env of envs) await env.close();
    throw explained(error as NodeJS.ErrnoException, directory);
  } finally {
    release();
  }
}

function openOlder(directory: string, envs: Environment[]): Older {
  const env = openEnvironment(directory);
  envs.push(env);
  const facts = env.openDB<Buffer, string>('facts', { encoding: 'binary' });
  const records = env.openDB<Buffer, Uint8Array>('records', {
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const found = facts.get(`${INTERNAL}version`)?.toString();
  const isEmpty =
    found === undefined && (records.getStats() as { entryCount: number }).entryCount === 0;
  const version = isEmpty ? WITHOUT_JOURNAL : VERSIONS.find((n) => found === `${VERSION}${n}`);
  if (version === undefined) {
    const what = found === undefined ? 'no version' : JSON.stringify(found.slice(0, 60));
    throw new DhtError('DATA_VERSION', `cannot use ${directory}: found ${what}`);
  }
  const settled = Number(facts.get(`${INTERNAL}settled`)?.toString() ?? 0);
  if (version === WITHOUT_JOURNAL) return { records, facts, journal: null, settled };
  const path = join(directory, 'journal');
  const { size } = statSync(join(path, 'data.mdb'), { throwIfNoEntry: false }) ?? { size: 0 };
  if (size === 0) {
    const what = `cannot use ${directory}: the store is damaged: its journal is not there`;
    throw new DhtError('DATA_DAMAGED', what);
  }
  const beside = openEnvironment(path);
  envs.push(beside);
  return {
    records,
    facts,
    settled,
    journal: beside.openDB<Buffer, number>('batches', { encoding: 'binary' }),
  };
}

async function copyAll(older: Older, directory: string, files: SegmentFiles): Promise<void> {
  let failure: string | null = null;
  const log = new LogStore(files, (_token, error) => {
    failure = error;
  });
  files.listen(log);
  let token = 0;
  const written = async (): Promise<void> => {
    log.flush(++token);
    await files.rest();
    if (failure !== null) throw new Error(failure);
  };
  try {
    let from: Uint8Array | null = null;
    do {
      from = copySlice(older.records, log, from);
      await written();
    } while (from !== null);
    for (const { key, value } of older.facts.getRange()) {
      if (!key.startsWith(INTERNAL)) log.keepFact(key, value);
    }
    await copyJournal(older, directory, log, written);
    await written();
  } finally {
    log.end();
    await files.rest();
    files.close();
  }
}

/** Batches have the say over records that are in their places; numbers may be missing among theirs. */
async function copyJournal(
  { journal, settled }: Older,
  directory: string,
  log: LogStore,
  written: () => Promise<void>,
): Promise<void> {
  if (journal === null) return;
  for (const number of [...journal.getKeys({ start: settled + 1 })]) {
    if (!readOlderBatch(journal.get(number)!, log)) {
      const what = `cannot use ${directory}: batch ${number} of the journal is damaged`;
      throw new DhtError('DATA_DAMAGED', what);
    }
    await written();
  }
}

/** Copies records from key `from` on; returns the key that is next, or null at the end. */
function copySlice(
  records: Older['records'],
  log: LogStore,
  from: Uint8Array | null,
): Uint8Array | null {
  let bytes = 0;
  for (const { key, value } of records.getRange(from === null ? {} : { start: from })) {
    if (bytes >= SLICE_BYTES) return new Uint8Array(key);
    bytes += value.length;
    log.put(key, 0, value);
  }
  return null;
}

/** Adds what a batch of a journal says. False when it is not what was written. */
function readOlderBatch(batch: Buffer, log: LogStore): boolean {
  if (batch.length < CRC_BYTES) return false;
  if (batch.readUInt32BE(0) !== crc32(batch.subarray(CRC_BYTES))) return false;
  // Its entries are those of a log.
  return readEntries(batch, CRC_BYTES, batch.length, {
    put: (bytes, key, record, length) =>
      log.put(bytes, key, bytes.subarray(record, record + length)),
    removed: (bytes, key) => log.remove(bytes, key),
    fact: (bytes, name, value, length) => log.keepFact(name, bytes.subarray(value, value + length)),
  });
}
