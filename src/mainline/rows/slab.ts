/**
 * Rows for routing tables. A table does not own arrays (a small typed array costs 210 bytes beyond
 * its contents, more than the contents); it owns an *extent*, an offset in one slab of two columns:
 *
 *     handles    ┌─ table 1 ─────────┬─ table 2 ─────┬─ free ─┬─ table 3 ──
 *                │ handle handle …   │ handle …      │        │ handle …
 *                └───────────────────┴───────────────┴────────┴────────────
 *     states     ┌─ table 1 ─────────┬ ─ ─ ─ ─ ─ ─ ─ ┬ ─ ─ ─ ─┬ ─ ─ ─ ─ ─ ─     made when first written
 *                │ state state …     │                │        │
 *                └───────────────────┴ ─ ─ ─ ─ ─ ─ ─ ┴ ─ ─ ─ ─┴ ─ ─ ─ ─ ─ ─
 *
 * 4 bytes per contact, and 4 more once something is known of it that is not known of all. A real node
 * is a slab with one tenant. In the lab ten million tables share one, and most of their contacts were
 * all heard at the same time: that state, `fresh`, is what a cell of zeros means, and costs no memory:
 * what is written is XORed with it.
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
/** The longest array there is: 4 billion rows, the tables of twenty million nodes. */
export const SLAB_ROWS_MAX: number = 2 ** 32 - 1;

/**
 * log2 of the rows that have one mark together: was any of their states ever written? The marks of a million
 * tables are 0.3 MB, which stay in the second cache; without them each look at a state that nobody wrote
 * misses all caches, and the first in each page is a fault: 147,000 of them in 20,000 lookups, not 39,000.
 */
const MARK_BITS = 6;

/** So many rows, a few thousand tables, any system has to give. */
const ROWS_NEEDED = 1_000_000;

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

export class Slab {
  /** Replaced when the slab grows. */
  handles: Uint32Array;
  /** What is kept of the states, see `stateOf`; shorter than `handles` before there is any. */
  states: Uint32Array = new Uint32Array(0);
  /** A bit for every 2^`MARK_BITS` rows. */
  #marks: Uint32Array;
  /** The state of all rows that nobody wrote. */
  readonly fresh: RowState;
  #end = 1; // row 0 stays unused: 0 can mean "none"
  /** Free extents by their size in rows. */
  readonly #free = new Map<number, number[]>();

  /** @param capacity rows to begin with; fewer where the system has not so much to give. */
  constructor(capacity: number, fresh: RowState = 0) {
    this.handles = roomFor(Math.min(capacity, SLAB_ROWS_MAX));
    this.#marks = new Uint32Array(marksFor(this.handles.length));
    this.fresh = fresh;
  }

  get byteLength(): number {
    return this.handles.byteLength + this.states.byteLength + this.#marks.byteLength;
  }

  /** Rows that were ever in use, and one more. */
  get end(): number {
    return this.#end;
  }

  stateOf(row: number): RowState {
    const mark = row >>> MARK_BITS;
    const isWritten = (this.#marks[mark >>> 5] >>> (mark & 31)) & 1;
    return isWritten === 0 ? this.fresh : (this.states[row] ^ this.fresh) >>> 0;
  }

  setState(row: number, state: RowState): void {
    if (row >= this.states.length) this.#makeStates();
    const mark = row >>> MARK_BITS;
    this.#marks[mark >>> 5] |= 1 << (mark & 31);
    this.states[row] = state ^ this.fresh;
  }

  /** The first row of an extent of `rows` rows: no handles, states of 0. */
  allocate(rows: number): number {
    assert(rows > 0, 'an extent has at least one row');
    const recycled = this.#free.get(rows)?.pop();
    const start = recycled ?? this.extend(rows);
    if (recycled !== undefined) this.handles.fill(0, start, start + rows);
    for (let row = start; row < start + rows; row++) {
      if (this.stateOf(row) !== 0) this.setState(row, 0);
    }
    return start;
  }

  /** The same behind all others, with all rows as they were made: no handles, fresh states. */
  extend(rows: number): number {
    const start = this.#end;
    if (start + rows > this.handles.length) this.#grow(start + rows);
    this.#end = start + rows;
    return start;
  }

  free(start: number, rows: number): void {
    const extents = this.#free.get(rows);
    if (extents) extents.push(start);
    else this.#free.set(rows, [start]);
  }

  #makeStates(): void {
    this.states = grown(this.states, this.handles.length);
  }

  #grow(needed: number): void {
    assert(needed <= SLAB_ROWS_MAX, 'the rows of all tables lie in one array');
    const rows = Math.min(Math.max(needed, this.handles.length * 2), SLAB_ROWS_MAX);
    this.handles = grown(this.handles, rows);
    this.#marks = grown(this.#marks, marksFor(rows));
  }
}

/** Words of marks that so many rows have. */
function marksFor(rows: number): number {
  return Math.ceil(rows / 2 ** (MARK_BITS + 5));
}

/**
 * A column of so many rows; half as long, or less, where a system does not lend what may never be used.
 * @param make as `new Uint32Array` does it
 */
export function roomFor(
  rows: number,
  make: (length: number) => Uint32Array = (length) => new Uint32Array(length),
): Uint32Array {
  for (let length = rows; ; length = Math.ceil(length / 2)) {
    try {
      return make(length);
    } catch (error) {
      if (length <= ROWS_NEEDED) throw error;
    }
  }
}
