/**
 * Records: values under 20-byte keys that expire. Bounded twice, by count and by age, and kept in
 * the order in which they were last touched, so that both bounds look at one end of a list only.
 *
 *     oldest ── row 7 ── row 2 ── row 9 ── newest        expire: from the left while too old
 *
 * Peers of info-hashes live here; BEP 44 items and the keys of other overlays find the same shape.
 */
import { grown } from '../../core/column.ts';
import { ID_BYTES } from '../../core/id.ts';
import { InternedKeys } from '../../core/interned.ts';

/** Rows that an empty store has room for before its columns grow. */
const INITIAL_ROWS = 8;

export class Records<Value> {
  readonly limit: number;
  readonly ttlMs: number;
  readonly #keys: InternedKeys;
  readonly #values: (Value | undefined)[] = [];
  #touchedAtMs = new Float64Array(INITIAL_ROWS);
  #next = new Uint32Array(INITIAL_ROWS);
  #previous = new Uint32Array(INITIAL_ROWS);
  #oldest = 0;
  #newest = 0;

  /** @param limit keys at most; @param ttlMs how long a key stays after it was last touched. */
  constructor(limit: number, ttlMs: number, seed: number) {
    this.limit = limit;
    this.ttlMs = ttlMs;
    this.#keys = new InternedKeys(ID_BYTES, INITIAL_ROWS - 1, seed);
  }

  get count(): number {
    return this.#keys.count;
  }

  get full(): boolean {
    return this.#keys.count >= this.limit;
  }

  get(key: Uint8Array, start: number): Value | undefined {
    const row = this.#keys.find(key, start);
    return row === 0 ? undefined : this.#values[row];
  }

  /** Stores or replaces a value and touches it. False when the store is full and the key new. */
  put(now: number, key: Uint8Array, start: number, value: Value): boolean {
    let row = this.#keys.find(key, start);
    if (row === 0) {
      if (this.full) return false;
      row = this.#keys.intern(key, start);
      this.#growTo(row);
    } else {
      this.#unlink(row);
    }
    this.#values[row] = value;
    this.#touchedAtMs[row] = now;
    this.#append(row);
    return true;
  }

  /** When a key was last put; -Infinity when it is not there. */
  touchedAtMs(key: Uint8Array, start: number): number {
    const row = this.#keys.find(key, start);
    return row === 0 ? -Infinity : this.#touchedAtMs[row];
  }

  remove(key: Uint8Array, start: number): void {
    const row = this.#keys.find(key, start);
    if (row !== 0) this.#free(row);
  }

  /** Forgets what was not touched for `ttlMs`, and tells of each. Returns how many keys went. */
  expire(now: number, gone?: (value: Value) => void): number {
    let count = 0;
    while (this.#oldest !== 0 && this.#touchedAtMs[this.#oldest] + this.ttlMs <= now) {
      const value = this.#values[this.#oldest]!;
      this.#free(this.#oldest);
      gone?.(value);
      count++;
    }
    return count;
  }

  #free(row: number): void {
    this.#unlink(row);
    this.#keys.remove(row);
    this.#values[row] = undefined;
  }

  *[Symbol.iterator](): Generator<[key: Uint8Array, value: Value]> {
    for (let row = this.#oldest; row !== 0; row = this.#next[row]) {
      const start = row * ID_BYTES;
      yield [this.#keys.keys.slice(start, start + ID_BYTES), this.#values[row]!];
    }
  }

  #append(row: number): void {
    this.#next[row] = 0;
    this.#previous[row] = this.#newest;
    if (this.#newest !== 0) this.#next[this.#newest] = row;
    else this.#oldest = row;
    this.#newest = row;
  }

  #unlink(row: number): void {
    const after = this.#next[row];
    const before = this.#previous[row];
    if (before !== 0) this.#next[before] = after;
    else this.#oldest = after;
    if (after !== 0) this.#previous[after] = before;
    else this.#newest = before;
  }

  #growTo(row: number): void {
    if (row < this.#next.length) return;
    const rows = this.#next.length * 2;
    this.#touchedAtMs = grown(this.#touchedAtMs, rows);
    this.#next = grown(this.#next, rows);
    this.#previous = grown(this.#previous, rows);
  }
}
