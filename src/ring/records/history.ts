/**
 * The history: the last changes of the records kept here, in the order in which they came, so that whoever
 * follows a key or a prefix of names may be away for a while and misses nothing.
 *
 *     … forgotten │ 17: a=1 │ 18: b removed │ 19: a=2 │ 20: c expired │   ◀── next is 21
 *                   └ first                                └ last
 *
 * Owner and backups keep one each, so the heir of an owner that died goes on with his. It is bounded in
 * bytes; who asks for what is no longer there is told so. A large value is kept as the news that it
 * changed: it can be read.
 */
import { ID_BYTES } from '../../core/id.ts';
import { versionMs } from './clock.ts';
import { RECORD_HEADER_BYTES, valueAt } from './record.ts';

/** A larger value is not kept a second time. */
export const EVENT_VALUE_BYTES_MAX: number = 1 << 16;
/** Of the id of a history. */
export const LOG_BYTES = 8;
/** Beside the bytes of a record: what an entry costs in memory. */
const ENTRY_BYTES = 128;

export interface Change {
  readonly key: Uint8Array;
  /** The record; without its value when `isCut`. */
  readonly record: Uint8Array;
  readonly isCut: boolean;
  /** It went because its time was over. */
  readonly isExpiry: boolean;
}

export class History {
  readonly bytesMax: number;
  /** Number of the first entry kept, and of the next one to come. */
  first = 1;
  next = 1;
  /**
   * Records from before this are in the store and not here: of a node that was started again with its data.
   * And when the newest was written that is here no longer; ms since 1970.
   */
  bornMs = 0;
  lostMs = 0;
  #bytes = 0;
  /** Rows, each at its number modulo as many as there are: nothing is made for an entry, and nothing moved. */
  #records: (Uint8Array | null)[] = [];
  #keys = new Uint8Array(0);
  #flags = new Uint8Array(0);

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** A record, which nobody changes from now on, has taken its place under `key[start, start + 20)`. */
  note(key: Uint8Array, start: number, record: Uint8Array, isExpiry: boolean): void {
    if (this.bytesMax === 0) return;
    const isCut = record.length > EVENT_VALUE_BYTES_MAX + RECORD_HEADER_BYTES;
    const kept = isCut ? record.slice(0, valueAt(record)) : record;
    if (this.next - this.first === this.#records.length) this.#grow();
    const row = this.next & (this.#records.length - 1);
    for (let i = 0, at = row * ID_BYTES; i < ID_BYTES; i++) this.#keys[at + i] = key[start + i];
    this.#records[row] = kept;
    this.#flags[row] = (isCut ? CUT : 0) | (isExpiry ? EXPIRY : 0);
    this.next++;
    this.#bytes += kept.length + ENTRY_BYTES;
    while (this.#bytes > this.bytesMax && this.first < this.next) this.#drop();
  }

  #grow(): void {
    const before = this.#records.length;
    const rows = Math.max(ROWS_LEAST, before * 2);
    const records = new Array<Uint8Array | null>(rows).fill(null);
    const keys = new Uint8Array(rows * ID_BYTES);
    const flags = new Uint8Array(rows);
    for (let number = this.first; number < this.next; number++) {
      const from = number & (before - 1);
      const to = number & (rows - 1);
      records[to] = this.#records[from];
      keys.set(this.#keys.subarray(from * ID_BYTES, (from + 1) * ID_BYTES), to * ID_BYTES);
      flags[to] = this.#flags[from];
    }
    this.#records = records;
    this.#keys = keys;
    this.#flags = flags;
  }

  #drop(): void {
    const row = this.first & (this.#records.length - 1);
    const record = this.#records[row]!;
    this.#bytes -= record.length + ENTRY_BYTES;
    this.lostMs = Math.max(this.lostMs, versionMs(record, 0));
    this.#records[row] = null;
    this.first++;
  }

  /** The entry of a number that is kept. Its key is borrowed: nothing is noted meanwhile. */
  at(number: number): Change {
    const row = number & (this.#records.length - 1);
    const flags = this.#flags[row];
    return {
      key: this.#keys.subarray(row * ID_BYTES, (row + 1) * ID_BYTES),
      record: this.#records[row]!,
      isCut: (flags & CUT) !== 0,
      isExpiry: (flags & EXPIRY) !== 0,
    };
  }
}

const CUT = 1;
const EXPIRY = 2;
/** A lab has thousands of them that hardly anything is noted in. A power of two, as all that follow. */
const ROWS_LEAST = 16;
