/**
 * The store on disk, over LMDB (`lmdb`): one directory, one process.
 *
 *     put, remove ─▶ waiting ─ one batch at a time ─▶ journal ─▶ settling ─ many at a time ─▶ records
 *                                                        │
 *                                                     durable: reported
 *
 *     get, range     waiting, then writing, then journaled, then settling, then LMDB's records
 *
 * LMDB alone makes writes durable, in two steps. All that was written in one turn of the event loop,
 * or while the batch before was flushed, is one value in the journal (lmdb-journal.ts), and is
 * reported when LMDB has flushed that. Its records go to their places later, thousands at a time. A
 * record in its place costs a page of 4 KB with the way to it, for keys are hashes and lie anywhere;
 * in the journal it costs its bytes. Measured with 64 writes of 120 B to a flush, 20,000 keys, on
 * one core: 18 µs of CPU per write in their places at once, 10 µs by the journal, places included.
 *
 * The number of the last batch that is in its place stands among the records and changes with them:
 * who opens a store reads the batches after that one. A batch that is large anyway goes to its place
 * at once, along with all that the journal still has.
 *
 * What fails leaves the database as it was. Its writes wait again, under those that came later, the
 * flushes that stood for them are reported as failed, and the next flush tries anew: a disk that was
 * full loses nothing once there is room.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'lmdb';
import { compareIds, ID_BYTES } from '../core/id.ts';
import type { Store, StoreToken } from '../core/store.ts';
import { makeDirectory } from './directory.ts';
import { DhtError } from './errors.ts';
import {
  bytesFreeAt,
  checkRoom,
  committed,
  type Environment,
  explained,
  type FreeBytes,
  openEnvironment,
} from './lmdb-env.ts';
import { Journal } from './lmdb-journal.ts';
import { holdDirectory } from './store-holder.ts';
import { Layer, merged, REMOVED, type Row } from './store-layer.ts';

/** The form of keys, records, facts and batches in the directory. Raise it when one of them changes. */
const STORE_VERSION = 'ringlight ring store 3';
/** The same with records that have neither names nor expiries: read as they are. */
const STORE_VERSION_2 = 'ringlight ring store 2';
/** And without a journal. */
const STORE_VERSION_1 = 'ringlight ring store 1';
/** LMDB writes new copies of the pages that lead to a record: three levels, 4 KiB each. */
const PAGES_BYTES_PER_WRITE = 12 * 1024;
/** The journal is settled when it holds so much: some 10 ms of work for LMDB's thread, */
const SETTLE_RECORDS = 4096;
const SETTLE_BYTES = 8 * 1024 * 1024;
/** and nothing more is put into it while it holds so much, for a disk may be slow. */
const JOURNAL_BYTES_MAX = 64 * 1024 * 1024;
/** A batch so large would only be written twice. */
const DIRECT_BYTES = 1024 * 1024;

/** Writes wait for others at most so long, while each turn of the event loop brings some. */
const GATHER_MS = 4;

const VERSION_FACT = '\0version';
const BYTES_FACT = '\0bytes';
const SETTLED_FACT = '\0settled';

/** Hears that all flushes up to `token` are durable, or what went wrong. */
export type Stored = (token: StoreToken, error: string | null) => void;

export interface LmdbStoreOptions {
  /** Bytes that are free on the disk of the directory. Default: asks the operating system. */
  freeBytes?: FreeBytes;
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
    const env = openEnvironment(directory);
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

export class LmdbStore implements Store {
  readonly directory: string;
  #count: number;
  #byteLength: number;
  readonly #env: Environment;
  readonly #records: Database<Buffer, Uint8Array>;
  readonly #facts: Database<Buffer, string>;
  readonly #journal: Journal;
  readonly #stored: Stored;
  readonly #freeBytes: FreeBytes;
  readonly #release: () => void;
  /** Writes that no batch has yet, and those of the batch that is being flushed. */
  #waiting = new Layer();
  #writing: Layer | null = null;
  /** Writes of the journal, and those that are on their way to their places. */
  #journaled = new Layer();
  #settling: Layer | null = null;
  /** Flushes that the next batch answers. */
  #tokens: StoreToken[] = [];
  #turn: NodeJS.Immediate | null = null;
  #batch: Promise<void> = Promise.resolve();
  #settlement: Promise<void> = Promise.resolve();
  /** Why the journal could not be settled last. */
  #settleError: Error | null = null;
  /** The key looked up last, and what was found: who writes a record has looked at it before. */
  readonly #lastKey = new Uint8Array(ID_BYTES);
  #lastRecord: Uint8Array | null = null;
  #isLastKnown = false;

  /** @internal `openLmdbStore` makes stores. */
  constructor(
    env: Environment,
    directory: string,
    stored: Stored,
    freeBytes: FreeBytes,
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
    this.#count = (this.#records.getStats() as { entryCount: number }).entryCount;
    this.#byteLength = this.#number(BYTES_FACT);
    this.#journal = this.#openJournal();
    this.#readJournal();
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  get(key: Uint8Array, start: number): Uint8Array | null {
    if (!this.#isLastKnown || compareIds(this.#lastKey, 0, key, start) !== 0) {
      this.#lastRecord = this.#find(key, start);
      this.#remember(key, start);
    }
    return this.#lastRecord;
  }

  put(key: Uint8Array, start: number, record: Uint8Array): void {
    this.#account(this.get(key, start), record.length);
    const copy = new Uint8Array(record);
    this.#waiting.write(key, start, copy);
    this.#lastRecord = copy;
  }

  remove(key: Uint8Array, start: number): void {
    const before = this.get(key, start);
    if (before === null) return;
    this.#account(before, -1);
    this.#waiting.write(key, start, REMOVED);
    this.#lastRecord = null;
  }

  fact(name: string): Uint8Array | null {
    for (const layer of this.#layers()) {
      const value = layer.facts.get(name);
      if (value !== undefined) return value;
    }
    return this.#facts.get(name) ?? null;
  }

  keepFact(name: string, value: Uint8Array): void {
    this.#waiting.facts.set(name, new Uint8Array(value));
  }

  flush(token: StoreToken): void {
    this.#tokens.push(token);
    this.#arm();
  }

  range(
    from: Uint8Array | null,
    to: Uint8Array | null,
    visit: (key: Uint8Array, record: Uint8Array) => boolean,
  ): void {
    let rows: Iterable<Row> = this.#diskRows(from, to);
    for (const layer of this.#layers().reverse()) {
      if (layer.records.count > 0) rows = merged(layer.records.rows(from, to), rows);
    }
    for (const [key, record] of rows) if (record !== REMOVED && !visit(key, record)) return;
  }

  /**
   * Writes what waits, puts all in its place, lets go of the directory and closes it. Flushes that
   * are under way are reported before.
   */
  async close(): Promise<void> {
    if (this.#turn !== null) clearImmediate(this.#turn);
    while (this.#writing !== null) await this.#batch;
    if (this.#turn !== null) clearImmediate(this.#turn);
    if (this.#tokens.length > 0 || !this.#waiting.isEmpty) await this.#write();
    while (this.#settling !== null) await this.#settlement;
    await this.#settle();
    await this.#journal.close();
    await this.#env.close();
    this.#release();
  }

  /** The newest on top. */
  #layers(): Layer[] {
    const layers = [this.#waiting];
    if (this.#writing !== null) layers.push(this.#writing);
    layers.push(this.#journaled);
    if (this.#settling !== null) layers.push(this.#settling);
    return layers;
  }

  #find(key: Uint8Array, start: number): Uint8Array | null {
    const record =
      this.#waiting.records.get(key, start) ??
      this.#writing?.records.get(key, start) ??
      this.#journaled.records.get(key, start) ??
      this.#settling?.records.get(key, start) ??
      null;
    if (record !== null) return record === REMOVED ? null : record;
    return this.#records.getBinary(idAt(key, start)) ?? null;
  }

  #remember(key: Uint8Array, start: number): void {
    for (let i = 0; i < ID_BYTES; i++) this.#lastKey[i] = key[start + i]!;
    this.#isLastKnown = true;
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

  // Batches.

  /** Writes gather until a turn of the event loop brings no more; not while a batch is under way. */
  #arm(): void {
    if (this.#writing !== null || this.#turn !== null) return;
    this.#gather(performance.now() + GATHER_MS, 0);
  }

  #gather(untilMs: number, seen: number): void {
    this.#turn = setImmediate(() => {
      const { length } = this.#tokens;
      if (length > seen && performance.now() < untilMs) return this.#gather(untilMs, length);
      this.#turn = null;
      this.#batch = this.#write();
    });
  }

  /** One batch with all that waits, and the next when flushes came in the meantime. */
  async #write(): Promise<void> {
    const layer = this.#waiting;
    const token = this.#tokens.at(-1);
    layer.sum = this.#byteLength;
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
    if (token !== undefined) this.#stored(token, error);
    if (this.#tokens.length > 0) this.#arm();
  }

  async #commit(layer: Layer): Promise<void> {
    checkRoom(this.directory, roomFor(layer), this.#freeBytes);
    const isDirect = layer.bytes > DIRECT_BYTES;
    if (isDirect || this.#journaled.bytes + layer.bytes > JOURNAL_BYTES_MAX) {
      while (this.#settling !== null) await this.#settlement;
    }
    if (isDirect) return this.#place(layer);
    if (this.#journaled.bytes + layer.bytes > JOURNAL_BYTES_MAX) {
      await this.#settle();
      if (this.#settleError !== null) throw this.#settleError;
    }
    await this.#journal.append(layer);
    this.#journaled.overlay(layer);
    const { records, bytes } = this.#journaled;
    const isMuch = records.count >= SETTLE_RECORDS || bytes >= SETTLE_BYTES;
    if (isMuch && this.#settling === null) void this.#settle();
  }

  /** Puts a large batch to its place, over all that the journal has. */
  async #place(layer: Layer): Promise<void> {
    const all = new Layer();
    all.underlay(this.#journaled);
    all.overlay(layer);
    const settled = this.#journal.last;
    await this.#put(all, settled);
    this.#journal.settle(settled);
    this.#journaled = new Layer();
  }

  // Settling.

  /** Puts what the journal has to its place. A failure is for whoever finds the journal full. */
  #settle(): Promise<void> {
    this.#settlement = this.#settleAll();
    return this.#settlement;
  }

  async #settleAll(): Promise<void> {
    const layer = this.#journaled;
    const settled = this.#journal.last;
    if (layer.isEmpty) return;
    this.#settling = layer;
    this.#journaled = new Layer();
    this.#settleError = null;
    try {
      checkRoom(this.directory, roomFor(layer), this.#freeBytes);
      await this.#put(layer, settled);
      this.#journal.settle(settled);
    } catch (failure) {
      this.#settleError = failure as Error;
      this.#journaled.underlay(layer);
    }
    this.#settling = null;
  }

  #put(layer: Layer, settled: number): Promise<void> {
    const bytes = Buffer.from(String(layer.sum));
    const number = Buffer.from(String(settled));
    const transaction = this.#records.batch(() => {
      layer.records.range(null, null, (key, record) => {
        if (record === REMOVED) this.#records.remove(key);
        else this.#records.put(key, record as Buffer);
        return true;
      });
      for (const [name, value] of layer.facts) this.#facts.put(name, value as Buffer);
      this.#facts.put(BYTES_FACT, bytes);
      this.#facts.put(SETTLED_FACT, number);
    });
    return committed(this.directory, transaction);
  }

  // Opening.

  #openJournal(): Journal {
    const directory = join(this.directory, 'journal');
    const found = this.#facts.get(VERSION_FACT)?.toString();
    const isFresh = found === undefined && this.#count === 0;
    if (found === STORE_VERSION || found === STORE_VERSION_2) {
      // An empty file would pass for a new journal.
      const file = statSync(join(directory, 'data.mdb'), { throwIfNoEntry: false });
      if ((file?.size ?? 0) > 0) return this.#upgraded(this.#journalAt(directory));
      const what = `cannot use ${this.directory}: the store is damaged: its journal is not there`;
      throw new DhtError('DATA_DAMAGED', what);
    }
    if (!isFresh && found !== STORE_VERSION_1) {
      const version = found === undefined ? 'no version' : JSON.stringify(found.slice(0, 60));
      const what = `cannot use ${this.directory}: found ${version}, expected "${STORE_VERSION}"`;
      throw new DhtError('DATA_VERSION', what);
    }
    // Only now: a store of this version without a journal is a damaged one.
    return this.#upgraded(this.#journalAt(directory));
  }

  /** From here on it holds what an older version would misread. */
  #upgraded(journal: Journal): Journal {
    if (this.#facts.get(VERSION_FACT)?.toString() !== STORE_VERSION) {
      this.#facts.putSync(VERSION_FACT, Buffer.from(STORE_VERSION));
    }
    return journal;
  }

  #journalAt(directory: string): Journal {
    return new Journal(directory, this.#number(SETTLED_FACT));
  }

  #readJournal(): void {
    try {
      this.#journal.read({
        put: (key, record) => this.put(key, 0, record),
        remove: (key) => this.remove(key, 0),
        fact: (name, value) => this.keepFact(name, value),
      });
    } catch (error) {
      void this.#journal.close();
      throw error;
    }
    this.#journaled = this.#waiting;
    this.#journaled.sum = this.#byteLength;
    this.#waiting = new Layer();
  }

  #number(fact: string): number {
    return Number(this.#facts.get(fact)?.toString() ?? 0);
  }
}

/** Free bytes without which a batch is not begun: for the journal now and for its places later. */
function roomFor(layer: Layer): number {
  return 2 * layer.bytes + layer.records.count * PAGES_BYTES_PER_WRITE;
}

function idAt(key: Uint8Array, start: number): Uint8Array {
  return start === 0 && key.length === ID_BYTES ? key : key.subarray(start, start + ID_BYTES);
}
