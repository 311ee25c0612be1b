/**
 * Records in the order of their 20-byte keys, which are read as unsigned big-endian numbers.
 *
 *     chunks   [ 03.. 0a.. 11.. ]  [ 2f.. 30.. ]  [ 71.. 8c.. 8d.. e0.. ]
 *                     keys of one chunk side by side in one array
 *
 * A sorted array of all keys would move half of them for each new one, and a tree is an object per
 * key. Chunks of at most 128 keys lie between: a write moves 2.5 KB at most, and a search is one
 * bisection over the first keys of the chunks and one inside a chunk. A full chunk splits in two, a
 * small one joins its neighbour.
 */
import { grown } from './column.ts';
import { compareIds, ID_BYTES } from './id.ts';

/** Keys in a chunk at most. Of 32, 64, 128 and 256, a million inserts in random order liked 128. */
const CHUNK_KEYS = 128;
/** In one that was filled in ascending order: some room for those that come between. */
const APPENDED_KEYS = 96;
/** A new chunk has room for this many: a lab has thousands of stores that hold hardly anything. */
const INITIAL_KEYS = 4;

class Chunk<T> {
  keys = new Uint8Array(INITIAL_KEYS * ID_BYTES);
  records: T[] = [];

  /** Where `key` is, or would go: the first row whose key is not less. */
  rowOf(key: Uint8Array, start: number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareIds(this.keys, middle * ID_BYTES, key, start) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  holds(row: number, key: Uint8Array, start: number): boolean {
    return row < this.records.length && compareIds(this.keys, row * ID_BYTES, key, start) === 0;
  }

  insert(row: number, key: Uint8Array, start: number, record: T): void {
    const used = this.records.length * ID_BYTES;
    if (used === this.keys.length) this.keys = grown(this.keys, used * 2);
    this.keys.copyWithin((row + 1) * ID_BYTES, row * ID_BYTES, used);
    for (let i = 0; i < ID_BYTES; i++) this.keys[row * ID_BYTES + i] = key[start + i];
    this.records.splice(row, 0, record);
  }

  remove(row: number): void {
    this.keys.copyWithin(row * ID_BYTES, (row + 1) * ID_BYTES, this.records.length * ID_BYTES);
    this.records.splice(row, 1);
  }

  /** Keeps the lower half; the upper one is returned as a chunk of its own. */
  split(): Chunk<T> {
    const half = this.records.length >>> 1;
    const upper = new Chunk<T>();
    upper.keys = this.keys.slice(half * ID_BYTES);
    upper.records = this.records.splice(half);
    return upper;
  }

  /** Takes over all of `next`, whose keys are greater. */
  absorb(next: Chunk<T>): void {
    const used = this.records.length * ID_BYTES;
    const more = next.records.length * ID_BYTES;
    if (used + more > this.keys.length) this.keys = grown(this.keys, CHUNK_KEYS * ID_BYTES);
    this.keys.set(next.keys.subarray(0, more), used);
    this.records.push(...next.records);
  }
}

/** A record is bytes, or whatever else is known by a key. */
export class OrderedRecords<T = Uint8Array> {
  #count = 0;
  /** Never empty, and no chunk but an only one is. */
  readonly #chunks: Chunk<T>[] = [new Chunk<T>()];
  /** The key that `visit` is shown. */
  readonly #shown = new Uint8Array(ID_BYTES);

  get count(): number {
    return this.#count;
  }

  get(key: Uint8Array, start: number): T | null {
    const chunk = this.#chunks[this.#chunkOf(key, start)];
    const row = chunk.rowOf(key, start);
    return chunk.holds(row, key, start) ? chunk.records[row] : null;
  }

  /** Keeps `record` itself, not a copy. Returns the one it replaces. */
  put(key: Uint8Array, start: number, record: T): T | null {
    const at = this.#chunkOf(key, start);
    const chunk = this.#chunks[at];
    const row = chunk.rowOf(key, start);
    if (chunk.holds(row, key, start)) {
      const before = chunk.records[row];
      chunk.records[row] = record;
      return before;
    }
    chunk.insert(row, key, start, record);
    this.#count++;
    if (chunk.records.length === CHUNK_KEYS) this.#chunks.splice(at + 1, 0, chunk.split());
    return null;
  }

  /** Keeps what comes after all that is there: nothing is looked for. */
  append(key: Uint8Array, start: number, record: T): void {
    let chunk = this.#chunks[this.#chunks.length - 1];
    if (chunk.records.length === APPENDED_KEYS) this.#chunks.push((chunk = new Chunk<T>()));
    chunk.insert(chunk.records.length, key, start, record);
    this.#count++;
  }

  /** Returns the record that was there. */
  remove(key: Uint8Array, start: number): T | null {
    const at = this.#chunkOf(key, start);
    const chunk = this.#chunks[at];
    const row = chunk.rowOf(key, start);
    if (!chunk.holds(row, key, start)) return null;
    const before = chunk.records[row];
    chunk.remove(row);
    this.#count--;
    this.#tidy(at);
    return before;
  }

  /** Visits records with `from <= key < to` in ascending order until `visit` returns false. */
  range(
    from: Uint8Array | null,
    to: Uint8Array | null,
    visit: (key: Uint8Array, record: T) => boolean,
  ): void {
    let at = from === null ? 0 : this.#chunkOf(from, 0);
    let row = from === null ? 0 : this.#chunks[at].rowOf(from, 0);
    for (; at < this.#chunks.length; at++, row = 0) {
      const { keys, records } = this.#chunks[at];
      for (; row < records.length; row++) {
        if (to !== null && compareIds(keys, row * ID_BYTES, to, 0) >= 0) return;
        for (let i = 0; i < ID_BYTES; i++) this.#shown[i] = keys[row * ID_BYTES + i];
        if (!visit(this.#shown, records[row])) return;
      }
    }
  }

  /** The same, asked for one by one; a row is borrowed until the next. Nothing is written meanwhile. */
  *rows(
    from: Uint8Array | null,
    to: Uint8Array | null,
  ): Generator<readonly [key: Uint8Array, record: T]> {
    let at = from === null ? 0 : this.#chunkOf(from, 0);
    let row = from === null ? 0 : this.#chunks[at].rowOf(from, 0);
    for (; at < this.#chunks.length; at++, row = 0) {
      const { keys, records } = this.#chunks[at];
      for (; row < records.length; row++) {
        const start = row * ID_BYTES;
        if (to !== null && compareIds(keys, start, to, 0) >= 0) return;
        yield [keys.subarray(start, start + ID_BYTES), records[row]];
      }
    }
  }

  /** The last chunk whose first key is not greater: where `key` is, or would go. */
  #chunkOf(key: Uint8Array, start: number): number {
    let low = 1;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareIds(this.#chunks[middle].keys, 0, key, start) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Drops a chunk that became empty; joins one to the next when both fit into half of one. */
  #tidy(at: number): void {
    const chunk = this.#chunks[at];
    if (chunk.records.length === 0) {
      if (this.#chunks.length > 1) this.#chunks.splice(at, 1);
      return;
    }
    const next = this.#chunks[at + 1];
    if (next === undefined) return;
    if (chunk.records.length + next.records.length > CHUNK_KEYS / 2) return;
    chunk.absorb(next);
    this.#chunks.splice(at + 1, 1);
  }
}
