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
  #entries: Change[] = [];
  #head = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** A record, which nobody changes from now on, has taken its place under `key[start, start + 20)`. */
  note(key: Uint8Array, start: number, record: Uint8Array, isExpiry: boolean): void {
    if (this.bytesMax === 0) return;
    const isCut = record.length > EVENT_VALUE_BYTES_MAX + RECORD_HEADER_BYTES;
    const kept = isCut ? record.subarray(0, valueAt(record)) : record;
    this.#entries.push({
      key: new Uint8Array(key.subarray(start, start + ID_BYTES)),
      record: isCut ? new Uint8Array(kept) : kept,
      isCut,
      isExpiry,
    });
    this.next++;
    this.#bytes += kept.length + ENTRY_BYTES;
    while (this.#bytes > this.bytesMax && this.first < this.next) this.#drop();
  }

  #drop(): void {
    const { record } = this.#entries[this.#head];
    this.#bytes -= record.length + ENTRY_BYTES;
    this.lostMs = Math.max(this.lostMs, versionMs(record, 0));
    this.#entries[this.#head] = NONE;
    this.#head++;
    this.first++;
    if (this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  /** The entry of a number that is kept. */
  at(number: number): Change {
    return this.#entries[this.#head + number - this.first];
  }
}

const NONE: Change = {
  key: new Uint8Array(0),
  record: new Uint8Array(0),
  isCut: true,
  isExpiry: false,
};
