/**
 * Rows for routing tables. A table does not own arrays (a small typed array costs 210 bytes beyond
 * its contents, more than the contents); it owns an *extent*, an offset in one slab:
 *
 *     rows       ┌─ table 1 ─────────────────────┬─ table 2 ─────┬─ free ─┬─ table 3 ─────
 *                │ handle state │ handle state … │ handle state… │        │ handle state …
 *                └───────────────────────────────┴───────────────┴────────┴───────────────
 *
 * 8 bytes per contact, row r in the words 2r and 2r + 1: who asks for a handle wants its state next,
 * and a bucket of k = 8 lies in two lines of the cache. A real node is a slab with one tenant; in the
 * lab a million tables share one.
 * A state says when the contact was last heard, how often in a row it failed, and the table's marks:
 *
 *     31                          6 5      3 2    0
 *     ┌────────────────────────────┬────────┬──────┐
 *     │ seconds, 26 bits: 2 years  │ failed │ mark │
 *     └────────────────────────────┴────────┴──────┘
 */
import { assert } from '../../core/assert.ts';
import { grown } from '../../core/column.ts';

const FAILURES_SHIFT = 3;
/** Failures saturate here: nobody needs to tell the eighth from the seventh. */
const FAILURES_MAX = 7;
const SECONDS_SHIFT = 6;
const SECONDS_LIMIT = 0x4000000;
/** The longest array there is: 2 billion rows, the tables of ten million nodes. */
export const SLAB_WORDS_MAX: number = 2 ** 32 - 1;

export type RowState = number;

export function rowState(nowMs: number, failures: number, mark = 0): RowState {
  const seconds = Math.floor(nowMs / 1000) % SECONDS_LIMIT;
  return ((seconds << SECONDS_SHIFT) | (failures << FAILURES_SHIFT) | mark) >>> 0;
}

/** When the row was last heard, in whole seconds of the owner's clock. */
export function heardSeconds(state: RowState): number {
  return state >>> SECONDS_SHIFT;
}

export function failuresOf(state: RowState): number {
  return (state >>> FAILURES_SHIFT) & FAILURES_MAX;
}

export function withFailure(state: RowState): RowState {
  if (failuresOf(state) === FAILURES_MAX) return state;
  return state + (1 << FAILURES_SHIFT);
}

/** Words that have room for so many rows, or as many of them as an array can have. */
export function slabWords(rows: number): number {
  return Math.min(2 * rows, SLAB_WORDS_MAX);
}

export class Slab {
  /** Two words a row: handle, state. Replaced when the slab grows. */
  rows: Uint32Array;
  #end = 1; // row 0 stays unused: 0 can mean "none"
  /** Free extents by their size in rows. */
  readonly #free = new Map<number, number[]>();

  constructor(capacity: number) {
    this.rows = new Uint32Array(slabWords(capacity));
  }

  get byteLength(): number {
    return this.rows.byteLength;
  }

  /** The first row of a zeroed extent of `rows` rows. */
  allocate(rows: number): number {
    assert(rows > 0, 'an extent has at least one row');
    const recycled = this.#free.get(rows)?.pop();
    if (recycled !== undefined) {
      this.rows.fill(0, 2 * recycled, 2 * (recycled + rows));
      return recycled;
    }
    const start = this.#end;
    if (2 * (start + rows) > this.rows.length) this.#grow(start + rows);
    this.#end = start + rows;
    return start;
  }

  free(start: number, rows: number): void {
    const extents = this.#free.get(rows);
    if (extents) extents.push(start);
    else this.#free.set(rows, [start]);
  }

  #grow(needed: number): void {
    assert(2 * needed <= SLAB_WORDS_MAX, 'the rows of all tables lie in one array');
    this.rows = grown(this.rows, slabWords(Math.max(needed, this.rows.length)));
  }
}
