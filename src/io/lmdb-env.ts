/**
 * LMDB as version 0.1 used it, opened so that what cannot be opened is told in one line and in
 * no other way.
 */
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { DhtError } from './errors.ts';
import { checkShape } from './lmdb-file.ts';

export type Environment = RootDatabase<Buffer, never>;

/** @throws DhtError DATA_DAMAGED; what LMDB throws, see `explained`. */
export function openEnvironment(directory: string): Environment {
  checkShape(join(directory, 'data.mdb'));
  return open<Buffer, never>(directory, {
    encoding: 'binary',
    noSubdir: false,
    // Nothing is written here: neither a thread that flushes nor turns that are gathered.
    overlappingSync: false,
    eventTurnBatching: false,
    maxDbs: 3,
  } as never);
}

/** Numbers are LMDB's own (lmdb.h), texts those of the operating system. */
const CODES: Record<string, 'NOT_PERMITTED' | 'DATA_DAMAGED' | 'DATA_VERSION'> = {
  EACCES: 'NOT_PERMITTED',
  EPERM: 'NOT_PERMITTED',
  EROFS: 'NOT_PERMITTED',
  13: 'NOT_PERMITTED',
  30: 'NOT_PERMITTED',
  '-30797': 'DATA_DAMAGED', // MDB_PAGE_NOTFOUND
  '-30796': 'DATA_DAMAGED', // MDB_CORRUPTED
  '-30795': 'DATA_DAMAGED', // MDB_PANIC
  '-30794': 'DATA_VERSION', // MDB_VERSION_MISMATCH
  '-30793': 'DATA_DAMAGED', // MDB_INVALID
};

const REASONS = {
  NOT_PERMITTED: 'not permitted to write there',
  DATA_DAMAGED: 'the store is damaged; restore a backup, or begin with an empty directory',
  DATA_VERSION: 'the store was written by another version',
};

/** What went wrong with a data directory, in one line. */
export function explained(error: NodeJS.ErrnoException, directory: string): Error {
  if (error instanceof DhtError) return error;
  const code = CODES[String(error.code)];
  const reason = code === undefined ? error.message : REASONS[code];
  return new DhtError(code ?? 'DATA_UNUSABLE', `cannot use ${directory}: ${reason}`, {
    cause: error,
  });
}
