/**
 * The buckets of a k-bucket table as they lie in memory; what is done with them is in kbuckets.ts.
 *
 * A bucket is an extent of the slab: a header row, which says where the next bucket is and when this
 * one last changed, and k rows for contacts, the free ones at the end and zero.
 *
 *     ┌────────┬───┬───┬ ─ ┬───┐       ┌────────┬───┬───┬ ─ ┬───┐
 *     │ header │ c │ c │ … │ 0 │       │ header │ c │ c │ … │ c │      8 bytes a row, 72 a bucket
 *     └───┬────┴───┴───┴ ─ ┴───┘       └───┬────┴───┴───┴ ─ ┴───┘
 *         └───────────────────────────────▶└──────▶ …
 *
 * A table takes no row more than it needs and never moves. Buckets that were made one after the other
 * with nobody between, nearly always all of them, also lie one behind the other: these are reached
 * by arithmetic, only the rest by walking along the chain.
 */
import { ID_BITS, randomIdSharing, sharedPrefixBits } from '../../core/id.ts';
import { CONTACT_BYTES, type Handle } from '../rows/contacts.ts';
import { heardSeconds, type RowState, rowState } from '../rows/slab.ts';
import type { TableOwner, TableRows, TableShared } from './table.ts';

/** The header row of a bucket, by which it is known; 0 is "none". */
export type Bucket = number;

export class BucketChain {
  count = 0;
  parts = 1;
  // The owner, taken apart: an object more per table is 32 bytes and a cache miss per message.
  protected readonly shared: TableShared;
  protected self: Handle;
  protected readonly k: number;
  /** Sizes of the first buckets, if these are wide: one extent, one behind the other. */
  protected readonly wide: readonly number[] | null;
  protected readonly onePerIp: boolean;
  protected readonly onePerNetwork: boolean;
  protected readonly prefersSecure: boolean;
  /** The header row of the first bucket. */
  first: Bucket;
  /** Buckets from the first on that lie one behind the other. */
  protected straight = 1;

  constructor(owner: TableOwner) {
    this.shared = owner.shared;
    this.self = owner.self;
    this.k = owner.k;
    this.wide = owner.wide?.length ? owner.wide : null;
    this.onePerIp = owner.onePerIp;
    this.onePerNetwork = owner.onePerNetwork ?? false;
    this.prefersSecure = owner.prefersSecure ?? false;
    this.first = owner.rows ? owner.rows.first : owner.shared.slab.allocate(this.firstRows());
  }

  /** Takes over buckets that were filled before. */
  protected adopt(self: Handle, rows: TableRows): void {
    this.self = self;
    this.first = rows.first;
    this.parts = rows.parts;
    this.count = rows.count;
    this.straight = rows.parts;
  }

  /** All of its buckets lie one behind the other. */
  get isStraight(): boolean {
    return this.straight === this.parts;
  }

  /** How many buckets lie before the one that an id belongs to. */
  protected depthOf(id: Uint8Array, start: number): number {
    const own = this.shared.contacts.bytes;
    const shared = sharedPrefixBits(own, this.self * CONTACT_BYTES, id, start);
    return Math.min(shared, this.parts - 1);
  }

  protected bucketAt(part: number): Bucket {
    const straight = Math.min(part, this.straight - 1);
    let bucket = this.wide
      ? this.first + rowsBefore(this.wide, this.k, straight)
      : this.first + straight * (this.k + 1);
    if (straight === part) return bucket;
    const { handles } = this.shared.slab;
    for (let i = straight; i < part; i++) bucket = handles[bucket];
    return bucket;
  }

  bucketOf(id: Uint8Array, start: number): Bucket {
    return this.bucketAt(this.depthOf(id, start));
  }

  protected bucketOfHandle(handle: Handle): Bucket {
    return this.bucketOf(this.shared.contacts.bytes, handle * CONTACT_BYTES);
  }

  /** Rows of the first extent: one bucket, or all that are wide. */
  private firstRows(): number {
    return this.wide ? rowsBefore(this.wide, this.k, this.wide.length) : this.k + 1;
  }

  private isWide(bucket: Bucket): boolean {
    if (this.wide === null) return false;
    return bucket >= this.first && bucket < this.first + this.firstRows();
  }

  protected sizeOf(bucket: Bucket): number {
    if (this.wide === null || !this.isWide(bucket)) return this.k;
    let start = this.first;
    for (const size of this.wide) {
      if (bucket === start) return size;
      start += size + 1;
    }
    return this.k;
  }

  /** One past the last row with a contact. */
  protected end(bucket: Bucket): number {
    const { handles } = this.shared.slab;
    const full = bucket + 1 + this.sizeOf(bucket);
    let row = bucket + 1;
    while (row < full && handles[row] !== 0) row++;
    return row;
  }

  protected isFull(bucket: Bucket): boolean {
    return this.shared.slab.handles[bucket + this.sizeOf(bucket)] !== 0;
  }

  protected changedAtMs(bucket: Bucket): number {
    return heardSeconds(this.shared.slab.stateOf(bucket)) * 1000;
  }

  protected touch(bucket: Bucket, now: number): void {
    this.shared.slab.setState(bucket, rowState(now, 0));
  }

  protected rowOf(handle: Handle): number {
    return this.rowIn(this.bucketOfHandle(handle), handle);
  }

  protected rowIn(bucket: Bucket, handle: Handle): number {
    const { handles } = this.shared.slab;
    const full = bucket + 1 + this.sizeOf(bucket);
    for (let row = bucket + 1; row < full; row++) if (handles[row] === handle) return row;
    return 0;
  }

  protected randomIdIn(part: number, out: Uint8Array): void {
    const { contacts, random } = this.shared;
    randomIdSharing(contacts.bytes, this.self * CONTACT_BYTES, part, random, out);
  }

  protected canSplit(bucket: Bucket): boolean {
    return this.shared.slab.handles[bucket] === 0 && this.parts < ID_BITS;
  }

  protected append(bucket: Bucket, handle: Handle, state: RowState): void {
    const { slab } = this.shared;
    const row = this.end(bucket);
    slab.handles[row] = handle;
    slab.setState(row, state);
    this.count++;
  }

  /** Takes a contact out; the last row of the bucket moves into its place. */
  protected remove(bucket: Bucket, row: number): void {
    const { contacts, slab } = this.shared;
    contacts.release(slab.handles[row]);
    const last = this.end(bucket) - 1;
    slab.handles[row] = slab.handles[last];
    slab.setState(row, slab.stateOf(last));
    slab.handles[last] = 0;
    this.count--;
  }

  /** Makes an empty bucket behind the last one. May replace the slab's columns. */
  private deepen(last: Bucket): Bucket {
    const { slab } = this.shared;
    const next = last + 1 + this.sizeOf(last);
    const deeper = this.isWide(next) ? next : slab.allocate(this.k + 1);
    slab.handles[last] = deeper;
    if (this.straight === this.parts && deeper === next) this.straight++;
    this.parts++;
    return deeper;
  }

  /** Makes a deeper bucket and moves there what belongs there. */
  protected split(bucket: Bucket): void {
    const { contacts, slab } = this.shared;
    const deeper = this.deepen(bucket);
    slab.setState(deeper, slab.stateOf(bucket));
    for (let row = this.end(bucket) - 1; row > bucket; row--) {
      const handle = slab.handles[row];
      const state = slab.stateOf(row);
      if (this.bucketOfHandle(handle) === bucket) continue;
      contacts.retainHandle(handle);
      this.remove(bucket, row);
      this.moveDown(handle, state);
    }
  }

  /** Behind a wide bucket there is less room: what was moved may have to be split further at once. */
  private moveDown(handle: Handle, state: RowState): void {
    for (;;) {
      const home = this.bucketOfHandle(handle);
      if (!this.isFull(home)) return this.append(home, handle, state);
      if (!this.canSplit(home)) return this.shared.contacts.release(handle);
      this.split(home);
    }
  }

  /** The first contact of the table of which this is true, or 0. */
  protected holder(isIt: (handle: Handle) => boolean): Handle {
    const { handles } = this.shared.slab;
    for (let bucket = this.first; bucket !== 0; bucket = handles[bucket]) {
      const end = this.end(bucket);
      for (let row = bucket + 1; row < end; row++) if (isIt(handles[row])) return handles[row];
    }
    return 0;
  }

  /** Gives the rows of all buckets back. */
  protected releaseBuckets(): void {
    const { slab } = this.shared;
    for (let bucket = this.first; bucket !== 0; ) {
      const next = slab.handles[bucket];
      if (bucket === this.first) slab.free(bucket, this.firstRows());
      else if (!this.isWide(bucket)) slab.free(bucket, this.k + 1);
      bucket = next;
    }
  }
}

/** Rows of the first `parts` buckets, headers included, where all lie one behind the other. */
export function rowsBefore(wide: readonly number[], k: number, parts: number): number {
  let rows = parts;
  for (let part = 0; part < parts; part++) rows += wide[part] ?? k;
  return rows;
}
