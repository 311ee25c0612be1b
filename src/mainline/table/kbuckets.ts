/**
 * BEP 5's routing table: buckets of k contacts, split only where our own id lies.
 *
 *     bucket 0   ids that differ from ours in bit 0           half of all ids, at most k known
 *     bucket 1   same bit 0, differ in bit 1                  a quarter
 *     …
 *     last       everything closer                            splits when it is full
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
 *
 * Contacts that answered but found their bucket full wait in a small ring of spares; when a contact
 * goes bad, the latest spare of the same bucket takes its row.
 */
import { type Address, ipOf, isLoopback } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { ID_BITS, randomIdSharing, sharedPrefixBits } from '../../core/id.ts';
import { CONTACT_BYTES, type Handle } from '../rows/contacts.ts';
import type { Ground } from '../rows/ground.ts';
import { failuresOf, heardSeconds, type RowState, rowState, withFailure } from '../rows/slab.ts';
import {
  CHECKING,
  goodSinceSeconds,
  isBad,
  isExcused,
  isGood,
  type Nearest,
  NOT_BAD,
  Offer,
  QUIET_MS,
  quietSinceMs,
  REFRESH_MS,
  type RoutingTable,
  SUSPECT,
  type TablePlace,
  type TableRows,
  type Visitor,
} from './table.ts';

/** Replacements kept for the whole table; made when the first one comes. */
export const SPARES = 16;

/** A full ring takes a newcomer only in place of a spare older than this. */
const SPARE_FRESH_MS = 60_000;

/** Nobody but ourselves shares so many bits with us. */
const NEIGHBOURHOOD_BITS = 120;

/** The header row of a bucket, by which it is known; 0 is "none". */
type Bucket = number;

export class KBuckets implements RoutingTable {
  readonly kind: string = 'kbuckets';
  count = 0;
  parts = 1;
  // The place, taken apart: an object more per table is 32 bytes and a cache miss per message.
  readonly #ground: Ground;
  #self: Handle;
  readonly #k: number;
  /** Sizes of the first buckets, if these are wide: one extent, one behind the other. */
  readonly #wide: readonly number[] | null;
  readonly #onePerIp: boolean;
  /** The header row of the first bucket. */
  first: Bucket;
  /** Buckets from the first on that lie one behind the other. */
  #straight = 1;
  #spares = 0; // first row of the ring, 0 before there is one
  #nextSpare = 0;

  constructor(place: TablePlace) {
    this.#ground = place.ground;
    this.#self = place.self;
    this.#k = place.k;
    this.#wide = place.wide?.length ? place.wide : null;
    this.#onePerIp = place.onePerIp;
    const rows = place.rows ?? null;
    this.first = rows ? rows.first : place.ground.slab.allocate(this.#firstRows());
    if (rows) this.move(place.self, rows);
  }

  /** Becomes the table of another node; only for one that never had a contact but those of its rows. */
  move(self: Handle, rows: TableRows | null): void {
    assert(rows !== null && this.#spares === 0, 'a table moves from rows to rows');
    this.#self = self;
    this.first = rows.first;
    this.parts = rows.parts;
    this.count = rows.count;
    this.#straight = rows.parts;
  }

  /** All of its buckets lie one behind the other. */
  get isStraight(): boolean {
    return this.#straight === this.parts;
  }

  find(id: Uint8Array, start: number, address: Address): Handle {
    const handle = this.#ground.contacts.find(id, start, address);
    return handle !== 0 && this.#rowIn(this.#bucketOf(id, start), handle) !== 0 ? handle : 0;
  }

  wants(_now: number, id: Uint8Array, start: number): boolean {
    const bucket = this.#bucketOf(id, start);
    return !this.#isFull(bucket) || this.#canSplit(bucket) || this.#badRow(bucket) !== 0;
  }

  answered(now: number, id: Uint8Array, start: number, address: Address): Offer {
    const { contacts, slab } = this.#ground;
    const handle = contacts.find(id, start, address);
    const home = this.#bucketOf(id, start);
    const row = handle === 0 ? 0 : this.#rowIn(home, handle);
    if (row !== 0) {
      slab.rows[2 * row + 1] = rowState(now, 0);
      // BEP 5 touches any bucket here. One with empty places, or that a newcomer would split, still
      // wants its refresh: keeping the known contacts alive finds no new ones. (A node that lost
      // datagrams while it joined would otherwise stay with k contacts that are not its neighbours.)
      if (this.#isFull(home) && !this.#canSplit(home)) this.#touch(home, now);
      return Offer.known;
    }
    if (!this.#ipIsFree(now, address)) return Offer.refused;
    for (let bucket = home; ; bucket = this.#bucketOf(id, start)) {
      if (!this.#isFull(bucket)) {
        this.#append(bucket, contacts.retain(id, start, address), rowState(now, 0));
        this.#touch(bucket, now);
        return Offer.added;
      }
      if (!this.#canSplit(bucket)) return this.#replaceOrSpare(now, bucket, id, start, address);
      this.#split(bucket);
    }
  }

  heard(now: number, handle: Handle): boolean {
    const row = this.#rowOf(handle);
    if (row === 0) return false;
    const { rows } = this.#ground.slab;
    const state = rows[2 * row + 1]!;
    rows[2 * row + 1] = rowState(now, failuresOf(state), state & (CHECKING | SUSPECT));
    return isBad(state);
  }

  failed(handle: Handle, sentAtMs: number = Infinity): void {
    const row = this.#rowOf(handle);
    if (row === 0) return;
    const { rows } = this.#ground.slab;
    const state = rows[2 * row + 1]!;
    const after = (isExcused(state, sentAtMs) ? state : withFailure(state)) & ~CHECKING;
    rows[2 * row + 1] = after;
    if (!isBad(after)) return;
    const spare = this.#spareOf(this.#bucketOfHandle(handle));
    if (spare !== 0) this.#replaceBySpare(row, spare);
  }

  changed(_now: number, address: Address): void {
    const { contacts } = this.#ground;
    const handle = this.#holder((other) => contacts.addressOf(other) === address);
    if (handle === 0) return;
    const bucket = this.#bucketOfHandle(handle);
    this.#remove(bucket, this.#rowOf(handle));
    this.#suspect(bucket);
  }

  /**
   * Distance falls into three classes, each nearer than the next: the target's own bucket; all
   * buckets deeper than it, which part from the target at the same bit; the shallower ones, one by one.
   */
  closest(now: number, nearest: Nearest, goodOnly: boolean): void {
    const { rows } = this.#ground.slab;
    const sinceSeconds = goodOnly ? goodSinceSeconds(now) : NOT_BAD;
    const depth = this.#depthOf(nearest.target, nearest.targetStart);
    const own = this.#bucketAt(depth);
    this.#collect(own, nearest, sinceSeconds);
    if (nearest.full) return;
    for (let deeper = rows[2 * own]!; deeper !== 0; deeper = rows[2 * deeper]!) {
      this.#collect(deeper, nearest, sinceSeconds);
    }
    for (let part = depth - 1; part >= 0 && !nearest.full; part--) {
      this.#collect(this.#bucketAt(part), nearest, sinceSeconds);
    }
  }

  quietest(now: number): Handle {
    const { slab } = this.#ground;
    const row = this.#quietestRow();
    if (row === 0 || quietSinceMs(slab.rows[2 * row + 1]!) + QUIET_MS > now) return 0;
    return slab.rows[2 * row]!;
  }

  checking(handle: Handle, isUnderWay: boolean): void {
    const row = this.#rowOf(handle);
    const { rows } = this.#ground.slab;
    if (row === 0) return;
    const state = rows[2 * row + 1]!;
    rows[2 * row + 1] = isUnderWay ? state | CHECKING : state & ~CHECKING;
  }

  refreshTarget(now: number, out: Uint8Array): boolean {
    const part = this.#stalestPart();
    const bucket = this.#bucketAt(part);
    if (this.#changedAtMs(bucket) + REFRESH_MS > now) return false;
    this.#touch(bucket, now);
    // In the last bucket we look close to ourselves: those nearest to us are who must know us.
    this.#randomIdIn(this.#canSplit(bucket) ? NEIGHBOURHOOD_BITS : part, out);
    return true;
  }

  gapTarget(part: number, out: Uint8Array): boolean {
    if (this.#isFull(this.#bucketAt(part))) return false;
    this.#randomIdIn(part, out);
    return true;
  }

  dueAt(_now: number): number {
    const row = this.#quietestRow();
    const quiet = row === 0 ? Infinity : quietSinceMs(this.#ground.slab.rows[2 * row + 1]!);
    const stale = this.#changedAtMs(this.#bucketAt(this.#stalestPart()));
    return Math.min(quiet + QUIET_MS, stale + REFRESH_MS);
  }

  visit(visitor: Visitor): void {
    const { rows } = this.#ground.slab;
    let part = 0;
    for (let bucket = this.first; bucket !== 0; bucket = rows[2 * bucket]!) {
      const end = this.#end(bucket);
      for (let row = bucket + 1; row < end; row++) {
        const state = rows[2 * row + 1]!;
        const isSuspect = (state & SUSPECT) !== 0;
        visitor(rows[2 * row]!, heardSeconds(state), failuresOf(state), part, isSuspect);
      }
      part++;
    }
  }

  /**
   * Fills the deepest bucket at once with the first `count` of `handles`, heard at the times in
   * `heardAtMs`, and makes a deeper one if more is to come. A lab begins with tables as a converged
   * network has them; each contact is one the node would have met.
   */
  fill(handles: Uint32Array, heardAtMs: Float64Array, count: number, isLast: boolean): void {
    const { contacts, slab } = this.#ground;
    const { rows } = slab;
    const bucket = this.#bucketAt(this.parts - 1);
    let changed = rows[2 * bucket + 1]!;
    for (let i = 0; i < count; i++) {
      const row = bucket + 1 + i;
      const state = rowState(heardAtMs[i]!, 0);
      contacts.retainHandle(handles[i]!);
      rows[2 * row] = handles[i]!;
      rows[2 * row + 1] = state;
      if (state > changed) changed = state;
    }
    rows[2 * bucket + 1] = changed;
    this.count += count;
    if (isLast) return;
    this.#deepen(bucket);
  }

  /** The header row of the bucket that an id belongs to. */
  bucketOf(id: Uint8Array, start: number): Bucket {
    return this.#bucketOf(id, start);
  }

  release(): void {
    const { contacts, slab } = this.#ground;
    this.visit((handle) => contacts.release(handle));
    for (let bucket = this.first; bucket !== 0; ) {
      const next = slab.rows[2 * bucket]!;
      if (bucket === this.first) slab.free(bucket, this.#firstRows());
      else if (!this.#isWide(bucket)) slab.free(bucket, this.#k + 1);
      bucket = next;
    }
    if (this.#spares !== 0) {
      for (let row = this.#spares; row < this.#spares + SPARES; row++) this.#dropSpare(row);
      slab.free(this.#spares, SPARES);
    }
    this.count = 0;
  }

  // Buckets.

  /** How many buckets lie before the one that an id belongs to. */
  #depthOf(id: Uint8Array, start: number): number {
    const own = this.#ground.contacts.bytes;
    const shared = sharedPrefixBits(own, this.#self * CONTACT_BYTES, id, start);
    return Math.min(shared, this.parts - 1);
  }

  #bucketAt(part: number): Bucket {
    const straight = Math.min(part, this.#straight - 1);
    let bucket = this.#wide
      ? this.first + rowsBefore(this.#wide, this.#k, straight)
      : this.first + straight * (this.#k + 1);
    if (straight === part) return bucket;
    const { rows } = this.#ground.slab;
    for (let i = straight; i < part; i++) bucket = rows[2 * bucket]!;
    return bucket;
  }

  #bucketOf(id: Uint8Array, start: number): Bucket {
    return this.#bucketAt(this.#depthOf(id, start));
  }

  #bucketOfHandle(handle: Handle): Bucket {
    return this.#bucketOf(this.#ground.contacts.bytes, handle * CONTACT_BYTES);
  }

  /** Rows of the first extent: one bucket, or all that are wide. */
  #firstRows(): number {
    return this.#wide ? rowsBefore(this.#wide, this.#k, this.#wide.length) : this.#k + 1;
  }

  #isWide(bucket: Bucket): boolean {
    if (this.#wide === null) return false;
    return bucket >= this.first && bucket < this.first + this.#firstRows();
  }

  #sizeOf(bucket: Bucket): number {
    if (this.#wide === null || !this.#isWide(bucket)) return this.#k;
    let start = this.first;
    for (const size of this.#wide) {
      if (bucket === start) return size;
      start += size + 1;
    }
    return this.#k;
  }

  /** One past the last row with a contact. */
  #end(bucket: Bucket): number {
    const { rows } = this.#ground.slab;
    const full = bucket + 1 + this.#sizeOf(bucket);
    let row = bucket + 1;
    while (row < full && rows[2 * row] !== 0) row++;
    return row;
  }

  #isFull(bucket: Bucket): boolean {
    return this.#ground.slab.rows[2 * (bucket + this.#sizeOf(bucket))] !== 0;
  }

  #changedAtMs(bucket: Bucket): number {
    return heardSeconds(this.#ground.slab.rows[2 * bucket + 1]!) * 1000;
  }

  #touch(bucket: Bucket, now: number): void {
    this.#ground.slab.rows[2 * bucket + 1] = rowState(now, 0);
  }

  #rowOf(handle: Handle): number {
    return this.#rowIn(this.#bucketOfHandle(handle), handle);
  }

  #rowIn(bucket: Bucket, handle: Handle): number {
    const { rows } = this.#ground.slab;
    const full = bucket + 1 + this.#sizeOf(bucket);
    for (let row = bucket + 1; row < full; row++) if (rows[2 * row] === handle) return row;
    return 0;
  }

  #randomIdIn(part: number, out: Uint8Array): void {
    const { contacts, random } = this.#ground;
    randomIdSharing(contacts.bytes, this.#self * CONTACT_BYTES, part, random, out);
  }

  #canSplit(bucket: Bucket): boolean {
    return this.#ground.slab.rows[2 * bucket] === 0 && this.parts < ID_BITS;
  }

  #append(bucket: Bucket, handle: Handle, state: RowState): void {
    const { slab } = this.#ground;
    const row = this.#end(bucket);
    slab.rows[2 * row] = handle;
    slab.rows[2 * row + 1] = state;
    this.count++;
  }

  /** Takes a contact out; the last row of the bucket moves into its place. */
  #remove(bucket: Bucket, row: number): void {
    const { contacts, slab } = this.#ground;
    contacts.release(slab.rows[2 * row]!);
    const last = this.#end(bucket) - 1;
    slab.rows[2 * row] = slab.rows[2 * last]!;
    slab.rows[2 * row + 1] = slab.rows[2 * last + 1]!;
    slab.rows[2 * last] = 0;
    this.count--;
  }

  /** Makes an empty bucket behind the last one. May replace the slab's columns. */
  #deepen(last: Bucket): Bucket {
    const { slab } = this.#ground;
    const next = last + 1 + this.#sizeOf(last);
    const deeper = this.#isWide(next) ? next : slab.allocate(this.#k + 1);
    slab.rows[2 * last] = deeper;
    if (this.#straight === this.parts && deeper === next) this.#straight++;
    this.parts++;
    return deeper;
  }

  /** Makes a deeper bucket and moves there what belongs there. */
  #split(bucket: Bucket): void {
    const { contacts, slab } = this.#ground;
    const deeper = this.#deepen(bucket);
    slab.rows[2 * deeper + 1] = slab.rows[2 * bucket + 1]!;
    for (let row = this.#end(bucket) - 1; row > bucket; row--) {
      const handle = slab.rows[2 * row]!;
      const state = slab.rows[2 * row + 1]!;
      if (this.#bucketOfHandle(handle) === bucket) continue;
      contacts.retainHandle(handle);
      this.#remove(bucket, row);
      this.#moveDown(handle, state);
    }
  }

  /** Behind a wide bucket there is less room: what was moved may have to be split further at once. */
  #moveDown(handle: Handle, state: RowState): void {
    for (;;) {
      const home = this.#bucketOfHandle(handle);
      if (!this.#isFull(home)) return this.#append(home, handle, state);
      if (!this.#canSplit(home)) return this.#ground.contacts.release(handle);
      this.#split(home);
    }
  }

  #collect(bucket: Bucket, nearest: Nearest, sinceSeconds: number): void {
    const end = bucket + 1 + this.#sizeOf(bucket);
    nearest.collect(this.#ground.slab.rows, bucket + 1, end, sinceSeconds);
  }

  #badRow(bucket: Bucket): number {
    const { rows } = this.#ground.slab;
    const full = bucket + 1 + this.#sizeOf(bucket);
    for (let row = bucket + 1; row < full && rows[2 * row] !== 0; row++) {
      if (isBad(rows[2 * row + 1]!)) return row;
    }
    return 0;
  }

  /** The row heard longest ago of those no ping is under way to, or 0. */
  #quietestRow(): number {
    const { rows } = this.#ground.slab;
    let quietest = 0;
    for (let bucket = this.first; bucket !== 0; bucket = rows[2 * bucket]!) {
      const end = this.#end(bucket);
      for (let row = bucket + 1; row < end; row++) {
        const state = rows[2 * row + 1]!;
        if ((state & CHECKING) !== 0 || isBad(state)) continue;
        if (quietest !== 0 && quietSinceMs(state) >= quietSinceMs(rows[2 * quietest + 1]!))
          continue;
        quietest = row;
      }
    }
    return quietest;
  }

  #stalestPart(): number {
    const { rows } = this.#ground.slab;
    let stalest = 0;
    let stalestAtMs = Infinity;
    let part = 0;
    for (let bucket = this.first; bucket !== 0; bucket = rows[2 * bucket]!) {
      const changedAtMs = this.#changedAtMs(bucket);
      if (changedAtMs < stalestAtMs) {
        stalest = part;
        stalestAtMs = changedAtMs;
      }
      part++;
    }
    return stalest;
  }

  /** After an id changed under an address: nobody of its bucket is good before it answered again. */
  #suspect(bucket: Bucket): void {
    const { rows } = this.#ground.slab;
    const end = this.#end(bucket);
    for (let row = bucket + 1; row < end; row++) rows[2 * row + 1] = rows[2 * row + 1]! | SUSPECT;
  }

  /** The first contact of the table of which this is true, or 0. */
  #holder(isIt: (handle: Handle) => boolean): Handle {
    const { rows } = this.#ground.slab;
    for (let bucket = this.first; bucket !== 0; bucket = rows[2 * bucket]!) {
      const end = this.#end(bucket);
      for (let row = bucket + 1; row < end; row++) if (isIt(rows[2 * row]!)) return rows[2 * row]!;
    }
    return 0;
  }

  /** One contact per IP: a holder that is not good makes place for one that just answered. */
  #ipIsFree(now: number, address: Address): boolean {
    if (!this.#onePerIp || isLoopback(address)) return true;
    const { contacts, slab } = this.#ground;
    const ip = ipOf(address);
    const holder = this.#holder((other) => ipOf(contacts.addressOf(other)) === ip);
    if (holder === 0) return true;
    const row = this.#rowOf(holder);
    if (isGood(slab.rows[2 * row + 1]!, now)) return false;
    this.#remove(this.#bucketOfHandle(holder), row);
    return true;
  }

  #placeIsTaken(spare: Handle): boolean {
    const { contacts } = this.#ground;
    const address = contacts.addressOf(spare);
    const byIp = this.#onePerIp && !isLoopback(address);
    const clashes = (other: Address): boolean =>
      other === address || (byIp && ipOf(other) === ipOf(address));
    return this.#holder((handle) => clashes(contacts.addressOf(handle))) !== 0;
  }

  // Spares.

  #replaceOrSpare(
    now: number,
    bucket: Bucket,
    id: Uint8Array,
    start: number,
    address: Address,
  ): Offer {
    const { contacts } = this.#ground;
    const bad = this.#badRow(bucket);
    if (bad === 0 && this.#sparesAreFresh(now)) return Offer.refused;
    const handle = contacts.retain(id, start, address);
    if (bad === 0) {
      this.#keepSpare(now, handle);
      return Offer.spare;
    }
    this.#remove(bucket, bad);
    this.#append(bucket, handle, rowState(now, 0));
    this.#touch(bucket, now);
    return Offer.added;
  }

  /** A busy node meets hundreds of strangers a minute; spares need not be newer than a minute. */
  #sparesAreFresh(now: number): boolean {
    if (this.#spares === 0) return false;
    const { rows } = this.#ground.slab;
    const row = this.#spares + this.#nextSpare;
    return rows[2 * row] !== 0 && heardSeconds(rows[2 * row + 1]!) * 1000 + SPARE_FRESH_MS > now;
  }

  #keepSpare(now: number, handle: Handle): void {
    const { contacts, slab } = this.#ground;
    if (this.#spares === 0) this.#spares = slab.allocate(SPARES);
    for (let row = this.#spares; row < this.#spares + SPARES; row++) {
      if (slab.rows[2 * row] !== handle) continue;
      slab.rows[2 * row + 1] = rowState(now, 0);
      contacts.release(handle);
      return;
    }
    const row = this.#spares + this.#nextSpare;
    this.#nextSpare = (this.#nextSpare + 1) % SPARES;
    this.#dropSpare(row);
    slab.rows[2 * row] = handle;
    slab.rows[2 * row + 1] = rowState(now, 0);
  }

  /** The spare of a bucket that answered last and is not in the table by now, or 0. */
  #spareOf(bucket: Bucket): number {
    if (this.#spares === 0) return 0;
    const { slab } = this.#ground;
    let latest = 0;
    for (let row = this.#spares; row < this.#spares + SPARES; row++) {
      const handle = slab.rows[2 * row]!;
      if (handle === 0 || this.#bucketOfHandle(handle) !== bucket) continue;
      if (this.#rowOf(handle) !== 0 || this.#placeIsTaken(handle)) continue;
      if (latest === 0 || slab.rows[2 * row + 1]! > slab.rows[2 * latest + 1]!) latest = row;
    }
    return latest;
  }

  #replaceBySpare(row: number, spare: number): void {
    const { contacts, slab } = this.#ground;
    contacts.release(slab.rows[2 * row]!);
    slab.rows[2 * row] = slab.rows[2 * spare]!;
    slab.rows[2 * row + 1] = slab.rows[2 * spare + 1]!;
    slab.rows[2 * spare] = 0;
  }

  #dropSpare(row: number): void {
    const { contacts, slab } = this.#ground;
    if (slab.rows[2 * row] !== 0) contacts.release(slab.rows[2 * row]!);
    slab.rows[2 * row] = 0;
  }
}

/** Rows of the first `parts` buckets, headers included, where all lie one behind the other. */
export function rowsBefore(wide: readonly number[], k: number, parts: number): number {
  let rows = parts;
  for (let part = 0; part < parts; part++) rows += wide[part] ?? k;
  return rows;
}
