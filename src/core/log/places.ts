/**
 * Where in a log the record of each key is: the keys in order, and for each a row of columns.
 *
 *     key ──▶ row        row   segment   offset   length
 *     03…      2          0        5       1836      120
 *     0a…      0          1     (free)
 *     2f…      3          2        1        548      120
 *
 * About 70 bytes a key in all, measured with a million, its own twenty among them, whatever the size of its record.
 */
import { grown } from '../column.ts';
import { OrderedRecords } from '../ordered.ts';

const INITIAL_ROWS = 16;

export class Places {
  readonly keys: OrderedRecords<number> = new OrderedRecords<number>();
  segments: Uint32Array = new Uint32Array(INITIAL_ROWS);
  /** Where the record begins, after its entry's head. */
  offsets: Uint32Array = new Uint32Array(INITIAL_ROWS);
  lengths: Uint32Array = new Uint32Array(INITIAL_ROWS);
  #used = 0;
  readonly #free: number[] = [];

  /** A row for a key that has none. */
  add(key: Uint8Array, start: number): number {
    const row = this.#free.pop() ?? this.#used++;
    if (row === this.segments.length) {
      this.segments = grown(this.segments, row * 2);
      this.offsets = grown(this.offsets, row * 2);
      this.lengths = grown(this.lengths, row * 2);
    }
    this.keys.put(key, start, row);
    return row;
  }

  set(row: number, segment: number, offset: number, length: number): void {
    this.segments[row] = segment;
    this.offsets[row] = offset;
    this.lengths[row] = length;
  }

  remove(key: Uint8Array, start: number): void {
    const row = this.keys.remove(key, start);
    if (row !== null) this.#free.push(row);
  }
}
