/**
 * Where in a log the record of each key is: the keys in order, and for each a row of columns.
 *
 *     key ──▶ row        row   segment   offset   length   head
 *     03…      2          0        5       1836      120   24 bytes
 *     0a…      0          1     (free)
 *     2f…      3          2        1        548      120   24 bytes
 *
 * The head is how the record begins: versions and times of all records are looked at without the disk.
 * About 100 bytes a key in all, measured with a million, its own twenty among them, whatever the size of its record.
 */
import { grown } from '../column.ts';
import { OrderedRecords } from '../ordered.ts';
import { HEAD_BYTES } from '../store.ts';

const INITIAL_ROWS = 16;

export class Places {
  readonly keys: OrderedRecords<number> = new OrderedRecords<number>();
  segments: Uint32Array = new Uint32Array(INITIAL_ROWS);
  /** Where the record begins, after its entry's head. */
  offsets: Uint32Array = new Uint32Array(INITIAL_ROWS);
  lengths: Uint32Array = new Uint32Array(INITIAL_ROWS);
  heads: Uint8Array = new Uint8Array(INITIAL_ROWS * HEAD_BYTES);
  #used = 0;
  readonly #free: number[] = [];

  /** A row for a key that has none. */
  add(key: Uint8Array, start: number): number {
    const row = this.#free.pop() ?? this.#new();
    this.keys.put(key, start, row);
    return row;
  }

  /** A row for a key that comes after all that there are. */
  append(key: Uint8Array, start: number): number {
    const row = this.#new();
    this.keys.append(key, start, row);
    return row;
  }

  /** Where a record of `length` bytes is, and how it begins: as `bytes` do from `at` on. */
  set(
    row: number,
    segment: number,
    offset: number,
    length: number,
    bytes: Uint8Array,
    at: number,
  ): void {
    this.segments[row] = segment;
    this.offsets[row] = offset;
    this.lengths[row] = length;
    const head = row * HEAD_BYTES;
    const end = Math.min(length, HEAD_BYTES);
    for (let i = 0; i < end; i++) this.heads[head + i] = bytes[at + i]!;
  }

  /** How the record of a row begins; all of it when it is no longer. Borrowed. */
  head(row: number): Uint8Array {
    const at = row * HEAD_BYTES;
    return this.heads.subarray(at, at + Math.min(HEAD_BYTES, this.lengths[row]!));
  }

  #new(): number {
    const row = this.#used++;
    if (row === this.segments.length) {
      this.segments = grown(this.segments, row * 2);
      this.offsets = grown(this.offsets, row * 2);
      this.lengths = grown(this.lengths, row * 2);
      this.heads = grown(this.heads, row * 2 * HEAD_BYTES);
    }
    return row;
  }

  remove(key: Uint8Array, start: number): void {
    const row = this.keys.remove(key, start);
    if (row !== null) this.#free.push(row);
  }
}
