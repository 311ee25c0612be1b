/**
 * The journal of a store: what was written, batch by batch, until it has gone to its place. A batch is
 * one value in an LMDB environment of its own, so LMDB sees to it that a batch is there whole or not
 * at all, and in which order; nothing here knows of torn writes.
 *
 *     number     1        2        3    …      a batch, about one turn of the event loop
 *     value    crc32 | entry | entry …
 *     entry      0 | key 20                              removed
 *                1 | key 20 | length u32 | record        put
 *                2 | length u8 | name | length u32 | value of a fact
 *
 * A batch costs a few pages that lie side by side, where its records in their places would cost a
 * page each. Batches that have gone to their place are deleted along with the next that comes.
 */
import { crc32 } from 'node:zlib';
import type { Database } from 'lmdb';
import { ID_BYTES } from '../core/id.ts';
import { makeDirectory } from './directory.ts';
import { DhtError } from './errors.ts';
import { committed, type Environment, openEnvironment } from './lmdb-env.ts';
import { type Layer, REMOVED } from './store-layer.ts';

const CRC_BYTES = 4;
const Entry = { removed: 0, put: 1, fact: 2 } as const;

/** What a batch says, entry by entry. All borrowed. */
export interface JournalReader {
  put(key: Uint8Array, record: Uint8Array): void;
  remove(key: Uint8Array): void;
  fact(name: string, value: Uint8Array): void;
}

export class Journal {
  readonly #directory: string;
  readonly #env: Environment;
  readonly #batches: Database<Buffer, number>;
  /** Batches held: from `#first` up to, but not with, `#next`. */
  #first: number;
  #next: number;
  /** Those up to here are to be deleted. */
  #obsolete = 0;

  /** Opens it in `directory`, which is made. Batches up to `settled` have gone to their place. */
  constructor(directory: string, settled: number) {
    this.#directory = directory;
    makeDirectory(directory);
    this.#env = openEnvironment(directory);
    this.#batches = this.#env.openDB<Buffer, number>('batches', { encoding: 'binary' });
    const numbers = [...this.#batches.getKeys()];
    this.#first = numbers[0] ?? settled + 1;
    this.#next = Math.max(numbers.at(-1) ?? 0, settled) + 1;
    this.#obsolete = settled;
  }

  /** The number of the newest batch. */
  get last(): number {
    return this.#next - 1;
  }

  /** Reads all that has not gone to its place, oldest first. @throws DhtError DATA_DAMAGED. */
  read(reader: JournalReader): void {
    for (const { key, value } of this.#batches.getRange({ start: this.#obsolete + 1 })) {
      if (readBatch(value, reader)) continue;
      const what = `cannot use ${this.#directory}: batch ${key} of the journal is damaged`;
      throw new DhtError('DATA_DAMAGED', what);
    }
  }

  /**
   * Resolves when all of `layer` is durable. @throws Error; then it may be there or not. Its number is
   * used up all the same: what comes later, in a batch or in its place, must not be read before it.
   */
  async append(layer: Layer): Promise<void> {
    const number = this.#next++;
    const end = Math.min(this.#obsolete + 1, number);
    const first = this.#first;
    const batch = batchOf(layer);
    const transaction = this.#batches.batch(() => {
      for (let old = first; old < end; old++) this.#batches.remove(old);
      this.#batches.put(number, batch);
    });
    await committed(this.#directory, transaction);
    this.#first = Math.max(first, end);
  }

  /** Batches up to `settled` have gone to their place. */
  settle(settled: number): void {
    this.#obsolete = settled;
  }

  /** Deletes what is of no more use, and closes. */
  async close(): Promise<void> {
    const { first, end } = { first: this.#first, end: Math.min(this.#obsolete + 1, this.#next) };
    try {
      if (first >= end) return;
      const transaction = this.#batches.batch(() => {
        for (let old = first; old < end; old++) this.#batches.remove(old);
      });
      await committed(this.#directory, transaction);
    } finally {
      await this.#env.close();
    }
  }
}

/** @internal for tests */
export function batchOf(layer: Layer): Buffer {
  let length = CRC_BYTES + layer.records.count * (1 + ID_BYTES + 4) + layer.bytes;
  const facts = [...layer.facts].map(([name, value]) => [Buffer.from(name), value] as const);
  for (const [name, value] of facts) length += 1 + 1 + name.length + 4 + value.length;
  const batch = Buffer.allocUnsafe(length);
  let at = CRC_BYTES;
  layer.records.range(null, null, (key, record) => {
    batch[at] = record === REMOVED ? Entry.removed : Entry.put;
    batch.set(key, at + 1);
    at += 1 + ID_BYTES;
    if (record === REMOVED) return true;
    at = batch.writeUInt32BE(record.length, at);
    batch.set(record, at);
    at += record.length;
    return true;
  });
  for (const [name, value] of facts) {
    batch[at] = Entry.fact;
    batch[at + 1] = name.length;
    batch.set(name, at + 2);
    at = batch.writeUInt32BE(value.length, at + 2 + name.length);
    batch.set(value, at);
    at += value.length;
  }
  const whole = batch.subarray(0, at); // a removal has no length
  whole.writeUInt32BE(crc32(whole.subarray(CRC_BYTES)), 0);
  return whole;
}

/** False when it is not what was written. @internal for tests */
export function readBatch(batch: Buffer, reader: JournalReader): boolean {
  if (batch.length < CRC_BYTES) return false;
  if (batch.readUInt32BE(0) !== crc32(batch.subarray(CRC_BYTES))) return false;
  for (let at = CRC_BYTES; at < batch.length; ) {
    const kind = batch[at++]!;
    if (kind > Entry.fact) return false;
    const nameBytes = kind === Entry.fact ? batch[at++]! : ID_BYTES;
    const name = batch.subarray(at, at + nameBytes);
    at += nameBytes;
    if (kind === Entry.removed) {
      reader.remove(name);
      continue;
    }
    const length = batch.readUInt32BE(at);
    at += 4;
    const value = batch.subarray(at, at + length);
    at += length;
    if (kind === Entry.put) reader.put(name, value);
    else reader.fact(name.toString(), value);
  }
  return true;
}
