/**
 * The store on disk: a log (core/log) in files of a folder, which one process holds at a time.
 *
 *     node-1/
 *       holder          who has it
 *       data.mdb        a line of text: version 0.1 must not take the folder for an empty one
 *       log/            00000001.log, 00000002.log …
 *
 * What was written in one turn of the event loop, or while the write before was under way, is one
 * write to the disk, and is reported when that is over. Folders of version 0.1 are made into such ones
 * before they are opened (older-store.ts).
 */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogStore } from '../core/log/log-store.ts';
import { LogError } from '../core/log/replay.ts';
import type { StoreToken } from '../core/store.ts';
import { makeDirectory } from './directory.ts';
import { systemRandom } from './entropy.ts';
import { DhtError } from './errors.ts';
import { bytesFreeAt, type FreeBytes } from './free-room.ts';
import { SegmentFiles } from './segment-files.ts';
import { holdDirectory } from './store-holder.ts';

export const LOG_FOLDER = 'log';
/** What older versions look for, and what they then find. */
export const OLDER_FILE = 'data.mdb';
const NOTICE = 'The records of this folder are in log/, which version 0.1 cannot read.\n';

/** Hears that all flushes up to `token` are durable, or what went wrong. */
export type Stored = (token: StoreToken, error: string | null) => void;

export interface DiskStoreOptions {
  /** Bytes that are free on the disk of the directory. Default: asks the operating system. */
  freeBytes?: FreeBytes;
}

export class DiskStore extends LogStore {
  readonly directory: string;
  readonly #files: SegmentFiles;
  readonly #release: () => void;

  /** @internal `openDiskStore` makes stores. */
  constructor(directory: string, files: SegmentFiles, stored: Stored, release: () => void) {
    super(files, stored);
    this.directory = directory;
    this.#files = files;
    this.#release = release;
    files.listen(this);
  }

  /** Writes what waits, and lets go of the directory. Flushes that are under way are reported before. */
  async close(): Promise<void> {
    this.end();
    await this.#files.rest();
    this.#files.close();
    this.#release();
  }
}

/**
 * Opens the store in `directory`, which is made when it is not there.
 * @throws DhtError DATA_IN_USE, DATA_DAMAGED, DATA_VERSION, NOT_PERMITTED or DATA_UNUSABLE.
 */
export function openDiskStore(
  directory: string,
  stored: Stored,
  options: DiskStoreOptions = {},
): DiskStore {
  let release = (): void => {};
  try {
    makeDirectory(directory);
    release = holdDirectory(directory);
    if (isOlder(directory)) throw new Error('it has records of an older version');
    const log = join(directory, LOG_FOLDER);
    makeDirectory(log);
    forbidOlder(directory);
    const salt = (): number => systemRandom.uint32();
    const files = new SegmentFiles(log, options.freeBytes ?? bytesFreeAt, salt);
    try {
      return new DiskStore(directory, files, stored, release);
    } catch (error) {
      files.close();
      throw error;
    }
  } catch (error) {
    release();
    throw explained(error as NodeJS.ErrnoException, directory);
  }
}

/** Whether `directory` has the records of an older version, and no log of them yet. */
export function isOlder(directory: string): boolean {
  try {
    const { size } = statSync(join(directory, OLDER_FILE));
    return size > 0 && !isNotice(directory, size) && !existsSync(join(directory, LOG_FOLDER));
  } catch {
    // It is not there, or cannot be looked into: opening will say so.
    return false;
  }
}

function isNotice(directory: string, size: number): boolean {
  const file = join(directory, OLDER_FILE);
  return size === NOTICE.length && readFileSync(file, 'latin1') === NOTICE;
}

function forbidOlder(directory: string): void {
  const file = join(directory, OLDER_FILE);
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };
  if (isNotice(directory, size)) return;
  writeFileSync(`${file}.new`, NOTICE);
  renameSync(`${file}.new`, file);
}

/** What went wrong with a data directory, in one line. */
function explained(error: NodeJS.ErrnoException, directory: string): Error {
  if (error instanceof DhtError) return error;
  const say = (
    code: 'NOT_PERMITTED' | 'DATA_DAMAGED' | 'DATA_VERSION' | 'DATA_UNUSABLE',
    why: string,
  ) => new DhtError(code, `cannot use ${directory}: ${why}`, { cause: error });
  if (error instanceof LogError && error.kind === 'version')
    return say('DATA_VERSION', error.message);
  if (error instanceof LogError) {
    const advice = 'restore a backup, or begin with an empty directory';
    return say('DATA_DAMAGED', `the store is damaged: ${error.message}; ${advice}`);
  }
  if (['EACCES', 'EPERM', 'EROFS'].includes(error.code ?? '')) {
    return say('NOT_PERMITTED', 'not permitted to write there');
  }
  return say('DATA_UNUSABLE', error.message);
}
