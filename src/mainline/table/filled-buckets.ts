/**
 * Buckets that are filled at once. A lab begins with tables as a converged network has them; each contact
 * is one that the node would have met. They are laid one behind the other, behind all rows there are, so
 * that three numbers say where a table is (`TableRows`) and no object is needed before it is used:
 *
 *     … ┌────────┬───┬ ─ ┬───┐┌────────┬───┬ ─ ┬───┐┌────────┬───┬ ─ ┐
 *       │ header │ c │ … │ c ││ header │ c │ … │ c ││ header │ c │ … │      bucket 0, 1, … the last
 *       └────────┴───┴ ─ ┴───┘└────────┴───┴ ─ ┴───┘└────────┴───┴ ─ ┘
 */
import type { Handle } from '../rows/contacts.ts';
import { type RowState, rowState } from '../rows/slab.ts';
import type { Bucket } from './bucket-chain.ts';
import type { TableRows, TableShared } from './table.ts';

export class FilledBuckets {
  readonly #shared: Pick<TableShared, 'contacts' | 'slab'>;
  readonly #rows: TableRows = { first: 0, parts: 0, count: 0 };
  #bucket: Bucket = 0;
  #row = 0;
  #changed: RowState = 0;

  constructor(shared: Pick<TableShared, 'contacts' | 'slab'>) {
    this.#shared = shared;
  }

  /** Begins a table. */
  begin(): void {
    const rows = this.#rows;
    rows.first = 0;
    rows.parts = 0;
    rows.count = 0;
    this.#bucket = 0;
  }

  /** Begins the next bucket of the table, with places for `size` contacts. */
  open(size: number): void {
    const { slab } = this.#shared;
    this.#close();
    const bucket = slab.extend(size + 1);
    if (this.#bucket === 0) this.#rows.first = bucket;
    else slab.handles[this.#bucket] = bucket;
    this.#rows.parts++;
    this.#bucket = bucket;
    this.#row = bucket + 1;
    this.#changed = 0;
  }

  /** Is the contact in this bucket already? */
  has(handle: Handle): boolean {
    const { handles } = this.#shared.slab;
    for (let row = this.#bucket + 1; row < this.#row; row++)
      if (handles[row] === handle) return true;
    return false;
  }

  add(handle: Handle, heardAtMs: number): void {
    const { contacts, slab } = this.#shared;
    const row = this.#row++;
    const state = rowState(heardAtMs, 0);
    contacts.retainHandle(handle);
    slab.handles[row] = handle;
    if (state !== slab.fresh) slab.setState(row, state);
    if (state > this.#changed) this.#changed = state;
    this.#rows.count++;
  }

  /** Ends the table; the object is used again for the next one. */
  end(): TableRows {
    this.#close();
    return this.#rows;
  }

  /** A bucket changed when the latest of its contacts was heard. */
  #close(): void {
    const { slab } = this.#shared;
    const bucket = this.#bucket;
    if (bucket !== 0 && this.#changed !== slab.fresh) slab.setState(bucket, this.#changed);
  }
}
