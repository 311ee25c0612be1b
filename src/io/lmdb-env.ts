/**
 * An LMDB environment, opened so that it never says more than it has done: a commit is over when it
 * is durable, its failure is an error and nothing else, and what cannot be opened is told in one line.
 *
 *     begin ── LMDB's thread: write pages, flush, write the root, flush ──▶ resolves: durable
 *                                                                      ╲──▶ rejects: nothing has changed
 */
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { DhtError } from './errors.ts';
import { checkShape } from './lmdb-file.ts';

export type Environment = RootDatabase<Buffer, never>;

/** Left free on the disk: LMDB must never meet the end of it in the middle of a commit. */
const RESERVED_BYTES = 8 * 1024 * 1024;

/** @throws DhtError DATA_DAMAGED; what LMDB throws, see `explained`. */
export function openEnvironment(directory: string): Environment {
  checkShape(join(directory, 'data.mdb'));
  return open<Buffer, never>(directory, {
    encoding: 'binary',
    noSubdir: false,
    // A commit is over when it is durable, so that its failure is a rejection and nothing else.
    overlappingSync: false,
    // Turns are ours: a transaction begins when the one before is done.
    eventTurnBatching: false,
    maxDbs: 3,
  } as never);
}

/** Waits until a transaction is durable. @throws Error with one line that names the directory. */
export async function committed(directory: string, transaction: Promise<unknown>): Promise<void> {
  try {
    await transaction;
  } catch (failure) {
    const { commitError } = failure as { commitError?: Promise<never> };
    const cause = await commitError?.catch((reason: Error) => reason);
    throw new Error(`cannot write to ${directory}: ${(cause ?? (failure as Error)).message}`);
  }
}

/** @throws Error when so many bytes would fill the disk: one that LMDB fills up is full already. */
export function checkRoom(directory: string, bytes: number, free: FreeBytes): void {
  if (free(directory) >= bytes + RESERVED_BYTES) return;
  throw new Error(`cannot write to ${directory}: the disk is full`);
}

/** Bytes that are free on the disk of a directory. */
export type FreeBytes = (directory: string) => number;

export function bytesFreeAt(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
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
