/**
 * The store on disk, over LMDB (`lmdb`): one directory, one process.
 *
 *     put, remove ──▶ waiting ── one transaction at a time ──▶ writing ──▶ LMDB, on a thread of its own
 *                        ▲                                        ▲          ▲
 *     get, range ────────┴────── look here first ─────────────────┴── then ──┘
 *
 * LMDB reads at memory speed, but what was put is seen only after its commit. So writes lie in two
 * layers: those that wait, and those of the transaction that is being written and flushed. When that
 * one is durable, all that gathered in the meantime becomes the next: the busier the store, the more
 * writes share one flush of the disk.
 *
 * A transaction that fails leaves the database as it was. Its writes wait again, before those that
 * came later, the flushes that stood for them are reported as failed, and the next flush tries anew:
 * a disk that was full loses nothing once there is room.
 */
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { compareIds, ID_BYTES } from '../core/id.ts';
import { OrderedRecords } from '../core/ordered.ts';
import type { Store, StoreToken } from '../core/store.ts';
import { makeDirectory } from './directory.ts';
import { DhtError } from './errors.ts';
import { checkShape } from './lmdb-file.ts';
import { holdDirectory } from './store-holder.ts';

/** The form of keys, records and facts in the directory. Raise it when one of them changes. */
const STORE_VERSION = 'ringlight ring store 1';
/** Left free on the disk: LMDB must never meet the end of it in the middle of a commit. */
const RESERVED_BYTES = 8 * 1024 * 1024;
/** LMDB writes new copies of the pages that lead to a record: three levels, 4 KiB each. */
const PAGES_BYTES_PER_WRITE = 12 * 1024;

/** Marks a record as removed in a layer; a record of the ring is never empty there. */
const REMOVED = new Uint8Array(0);

const VERSION_FACT = '\0version';
const BYTES_FACT = '\0bytes';

/** Hears, once for each flush and in their order, that it is durable, or what went wrong. */
export type Stored = (token: StoreToken, error: string | null) => void;

export interface LmdbStoreOptions {
  /** Bytes that are free on the disk of the directory. Default: asks the operating system. */
  freeBytes?: (directory: string) => number;
}

/**
 * Opens the store in `directory`, which is made when it is not there.
 * @throws DhtError DATA_IN_USE, DATA_DAMAGED, DATA_VERSION, NOT_PERMITTED or DATA_UNUSABLE.
 */
export function openLmdbStore(
  directory: string,
  stored: Stored,
  options: LmdbStoreOptions = {},
): LmdbStore {
  let release = (): void => {};
  try {
    makeDirectory(directory);
    release = holdDirectory(directory);
    checkShape(join(directory, 'data.mdb'));
    const env = open<Buffer, Uint8Array>(directory, {
      encoding: 'binary',
      noSubdir: false,
      // A commit is over when it is durable, so that its failure is a rejection and nothing else.
      overlappingSync: false,
      // Turns are ours: a transaction begins when the one before is done.
      eventTurnBatching: false,
      maxDbs: 3,
    } as never);
    try {
      return new LmdbStore(env, directory, stored, options.freeBytes ?? bytesFreeAt, release);
    } catch (error) {
      void env.close();
      throw error;
    }
  } catch (error) {
    release();
    throw explained(error as NodeJS.ErrnoException, directory);
  }
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

function explained(error: NodeJS.ErrnoException, directory: string): Error {
  if (error instanceof DhtError) return error;
  const code = CODES[String(error.code)];
  const reason = code === undefined ? error.message : REASONS[code];
  return new DhtError(code ?? 'DATA_UNUSABLE', `cannot use ${directory}: ${reason}`, {
    cause: error,
  });
}

function bytesFreeAt(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** Writes in the order of their keys, each the last word on its key, and facts. */
class Layer {
  readonly records = new OrderedRecords();
  readonly facts = new Map<string, Uint8Array>();
  bytes = 0;

  get isEmpty(): boolean {
    return this.records.count === 0 && this.facts.size === 0;
  }

  write(key: Uint8Array, start: number, record: Uint8Array): void {
    const before = this.records.put(key, start, record);
    this.bytes += record.length - (before?.length ?? 0);
  }

  /** Takes over what `older` has and this has not. */
  underlay(older: Layer): void {
    older.records.range(null, null, (key, record) => {
      if (this.records.get(key, 0) === null) this.write(key, 0, record);
      return true;
    });
    for (const [name, value] of older.facts) {
      if (!this.facts.has(name)) this.facts.set(name, value);
    }
  }
}

export class LmdbStore implements Store {
  readonly directory: string;
  #count: number;
  #byteLength: number;
  readonly #env: RootDatabase<Buffer, Uint8Array>;
  readonly #records: Database<Buffer, Uint8Array>;
  readonly #facts: Database<Buffer, string>;
  readonly #stored: Stored;
  readonly #freeBytes: (directory: string) => number;
  readonly #release: () => void;
  /** Writes for the next transaction, and those of the one that is under way. */
  #waiting = new Layer();
  #writing: Layer | null = null;
  /** Flushes that the next transaction answers. */
  #tokens: StoreToken[] = [];
  #transaction: Promise<void> = Promise.resolve();

  /** @internal `openLmdbStore` makes stores. */
  constructor(
    env: RootDatabase<Buffer, Uint8Array>,
    directory: string,
    stored: Stored,
    freeBytes: (directory: string) => number,
    release: () => void,
  ) {
    this.directory = directory;
    this.#release = release;
    this.#env = env;
    this.#stored = stored;
    this.#freeBytes = freeBytes;
    this.#facts = env.openDB<Buffer, string>('facts', { encoding: 'binary' });
    this.#records = env.openDB<Buffer, Uint8Array>('records', {
      encoding: 'binary',
      keyEncoding: 'binary',
    });
    this.#checkVersion();
    this.#count = (this.#records.getStats() as { entryCount: number }).entryCount;
    this.#byteLength = Number(this.#facts.get(BYTES_FACT)?.toString() ?? 0);
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  get(key: Uint8Array, start: number): Uint8Array | null {
    const record =
      this.#waiting.records.get(key, start) ?? this.#writing?.records.get(key, start) ?? null;
    if (record !== null) return record === REMOVED ? null : record;
    return this.#records.getBinary(idAt(key, start)) ?? null;
  }

  put(key: Uint8Array, start: number, record: Uint8Array): void {
    this.#account(this.get(key, start), record.length);
    this.#waiting.write(key, start, new Uint8Array(record));
  }

  remove(key: Uint8Array, start: number): void {
    const before = this.get(key, start);
    if (before === null) return;
    this.#account(before, -1);
    this.#waiting.write(key, start, REMOVED);
  }

  fact(name: string): Uint8Array | null {
    const value = this.#waiting.facts.get(name) ?? this.#writing?.facts.get(name);
    return value ?? this.#facts.get(name) ?? null;
  }

  keepFact(name: string, value: Uint8Array): void {
    this.#waiting.facts.set(name, new Uint8Array(value));
  }

  flush(token: StoreToken): void {
    this.#tokens.push(token);
    if (this.#writing === null) this.#transaction = this.#write();
  }

  range(
    from: Uint8Array | null,
    to: Uint8Array | null,
    visit: (key: Uint8Array, record: Uint8Array) => boolean,
  ): void {
    const under = this.#writing === null ? null : rowsOf(this.#writing, from, to);
    const over = rowsOf(this.#waiting, from, to);
    const disk = this.#diskRows(from, to);
    for (const [key, record] of merged(over, under === null ? disk : merged(under, disk))) {
      if (record !== REMOVED && !visit(key, record)) return;
    }
  }

  /**
   * Writes what waits, lets go of the directory and closes it. Flushes that are under way are
   * reported before.
   */
  async close(): Promise<void> {
    while (this.#writing !== null) await this.#transaction;
    if (!this.#waiting.isEmpty) await this.#write();
    await this.#env.close();
    this.#release();
  }

  /** LMDB's part of a range, read as it is asked for: a snapshot ends with the turn it is read in. */
  *#diskRows(from: Uint8Array | null, to: Uint8Array | null): Generator<Row> {
    const options = { ...(from && { start: from }), ...(to && { end: to }) };
    for (const { key, value } of this.#records.getRange(options)) yield [key, value];
  }

  #account(before: Uint8Array | null, length: number): void {
    if (before !== null) {
      this.#count--;
      this.#byteLength -= ID_BYTES + before.length;
    }
    if (length < 0) return;
    this.#count++;
    this.#byteLength += ID_BYTES + length;
  }

  /** One transaction with all that waits, and the next when flushes came in the meantime. */
  async #write(): Promise<void> {
    const layer = this.#waiting;
    const tokens = this.#tokens;
    this.#writing = layer;
    this.#waiting = new Layer();
    this.#tokens = [];
    let error: string | null = null;
    try {
      if (!layer.isEmpty) await this.#commit(layer);
    } catch (failure) {
      error = (failure as Error).message;
      this.#waiting.underlay(layer);
    }
    this.#writing = null;
    for (const token of tokens) this.#stored(token, error);
    // Unless one of the reports has led to a flush, which began it.
    if (this.#tokens.length > 0 && this.#writing === null) this.#transaction = this.#write();
  }

  async #commit(layer: Layer): Promise<void> {
    this.#checkRoom(layer);
    const bytes = Buffer.from(String(this.#byteLength));
    const committed = this.#records.batch(() => {
      layer.records.range(null, null, (key, record) => {
        if (record === REMOVED) this.#records.remove(key);
        else this.#records.put(key, record as Buffer);
        return true;
      });
      for (const [name, value] of layer.facts) this.#facts.put(name, value as Buffer);
      this.#facts.put(BYTES_FACT, bytes);
    });
    try {
      await committed;
    } catch (failure) {
      const { commitError } = failure as { commitError?: Promise<never> };
      const cause = await commitError?.catch((reason: Error) => reason);
      throw new Error(
        `cannot write to ${this.directory}: ${(cause ?? (failure as Error)).message}`,
      );
    }
  }

  /** A disk that LMDB would fill up is full already. */
  #checkRoom(layer: Layer): void {
    const wanted = layer.bytes + layer.records.count * PAGES_BYTES_PER_WRITE + RESERVED_BYTES;
    if (this.#freeBytes(this.directory) >= wanted) return;
    throw new Error(`cannot write to ${this.directory}: the disk is full`);
  }

  #checkVersion(): void {
    const version = this.#facts.get(VERSION_FACT)?.toString();
    if (version === STORE_VERSION) return;
    const { entryCount } = this.#records.getStats() as { entryCount: number };
    if (version === undefined && entryCount === 0) {
      this.#facts.putSync(VERSION_FACT, Buffer.from(STORE_VERSION));
      return;
    }
    const found = version === undefined ? 'no version' : JSON.stringify(version.slice(0, 60));
    throw new DhtError(
      'DATA_VERSION',
      `cannot use ${this.directory}: found ${found}, expected "${STORE_VERSION}"`,
    );
  }
}

type Row = [key: Uint8Array, record: Uint8Array];

function idAt(key: Uint8Array, start: number): Uint8Array {
  return start === 0 && key.length === ID_BYTES ? key : key.subarray(start, start + ID_BYTES);
}

/** Layers are small, they hold what one flush of the disk takes: their part of a range is copied. */
function rowsOf(layer: Layer, from: Uint8Array | null, to: Uint8Array | null): Iterable<Row> {
  const rows: Row[] = [];
  layer.records.range(from, to, (key, record) => {
    rows.push([key.slice(), record]);
    return true;
  });
  return rows;
}

/** Two ascending rows of records as one; where both have a key, `over` has the say. */
function* merged(over: Iterable<Row>, under: Iterable<Row>): Generator<Row> {
  const others = under[Symbol.iterator]();
  try {
    let other = others.next();
    for (const row of over) {
      while (!other.done && compareIds(other.value[0], 0, row[0], 0) < 0) {
        yield other.value;
        other = others.next();
      }
      yield row;
      if (!other.done && compareIds(other.value[0], 0, row[0], 0) === 0) other = others.next();
    }
    for (; !other.done; other = others.next()) yield other.value;
  } finally {
    others.return?.();
  }
}
