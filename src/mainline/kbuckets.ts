/**
 * BEP 5's routing table: buckets of k contacts, split only where our own id lies.
 *
 *     bucket 0   ids that differ from ours in bit 0           half of all ids, at most k known
 *     bucket 1   same bit 0, differ in bit 1                  a quarter
 *     …
 *     last       everything closer                            splits when it is full
 *
 * All buckets are one extent of the slab. A bucket is a header row, which holds how many contacts it
 * has and when it last changed, and k contact rows:
 *
 *     base                 base + (k + 1)
 *     ┌────────┬───┬───┬ ─ ┬────────┬───┬───┬ ─
 *     │ header │ c │ c │ … │ header │ c │ c │ …        8 bytes a row; a million ids deep: 1.3 KB
 *     └────────┴───┴───┴ ─ ┴────────┴───┴───┴ ─
 *
 * Contacts that answered but found their bucket full wait in a small ring of spares; when a contact
 * goes bad, the latest spare of the same bucket takes its row.
 */
import { type Address, ipOf, isLoopback } from '../core/address.ts';
import { CONTACT_BYTES, type Handle } from '../core/contacts.ts';
import { ID_BITS, randomIdSharing, sharedPrefixBits } from '../core/id.ts';
import { failuresOf, heardSeconds, rowState, withFailure } from '../core/slab.ts';
import {
  CHECKING,
  isBad,
  isGood,
  type Nearest,
  Offer,
  QUIET_MS,
  quietSinceMs,
  REFRESH_MS,
  type RoutingTable,
  SUSPECT,
  type TablePlace,
  type Visitor,
} from './table.ts';

/** Extents grow by this many buckets, so that a table is copied once per 4 splits. */
const BUCKETS_PER_STEP = 4;
/** Replacements kept for the whole table; made when the first one comes. */
const SPARES = 16;

export class KBuckets implements RoutingTable {
  readonly kind: string = 'kbuckets';
  count = 0;
  readonly #place: TablePlace;
  readonly #rowsPerBucket: number;
  #base: number;
  #buckets = 1;
  #capacity = BUCKETS_PER_STEP;
  #spares = -1; // first row of the ring, -1 before there is one
  #nextSpare = 0;

  constructor(place: TablePlace) {
    this.#place = place;
    this.#rowsPerBucket = place.k + 1;
    this.#base = place.ground.slab.allocate(this.#capacity * this.#rowsPerBucket);
  }

  get parts(): number {
    return this.#buckets;
  }

  find(id: Uint8Array, start: number, address: Address): Handle {
    const handle = this.#place.ground.contacts.find(id, start, address);
    return handle !== 0 && this.#rowOf(handle) >= 0 ? handle : 0;
  }

  wants(_now: number, id: Uint8Array, start: number): boolean {
    const bucket = this.#bucketOf(id, start);
    return (
      this.#used(bucket) < this.#place.k || this.#canSplit(bucket) || this.#badRow(bucket) >= 0
    );
  }

  answered(now: number, id: Uint8Array, start: number, address: Address): Offer {
    const { contacts, slab } = this.#place.ground;
    const handle = contacts.find(id, start, address);
    const row = handle === 0 ? -1 : this.#rowOf(handle);
    if (row >= 0) {
      slab.states[row] = rowState(now, 0);
      // BEP 5 touches any bucket here. One with empty places still wants its refresh: keeping the
      // known contacts alive finds no new ones.
      const bucket = this.#bucketOf(id, start);
      if (this.#used(bucket) === this.#place.k) this.#touch(bucket, now);
      return Offer.known;
    }
    if (!this.#ipIsFree(now, address)) return Offer.refused;
    for (;;) {
      const bucket = this.#bucketOf(id, start);
      if (this.#used(bucket) < this.#place.k) {
        this.#append(bucket, contacts.retain(id, start, address), now);
        return Offer.added;
      }
      if (!this.#canSplit(bucket)) return this.#replaceOrSpare(now, bucket, id, start, address);
      this.#split(now);
    }
  }

  heard(now: number, handle: Handle): boolean {
    const row = this.#rowOf(handle);
    if (row < 0) return false;
    const states = this.#place.ground.slab.states;
    states[row] = rowState(now, failuresOf(states[row]!), states[row]! & (CHECKING | SUSPECT));
    return isBad(states[row]!);
  }

  failed(handle: Handle): void {
    const row = this.#rowOf(handle);
    if (row < 0) return;
    const states = this.#place.ground.slab.states;
    states[row] = (withFailure(states[row]!) & ~CHECKING) >>> 0;
    if (!isBad(states[row]!)) return;
    const spare = this.#spareOf(this.#bucketOfHandle(handle));
    if (spare >= 0) this.#replaceBySpare(row, spare);
  }

  changed(_now: number, address: Address): void {
    const { contacts, slab } = this.#place.ground;
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      const first = this.#first(bucket);
      for (let row = first; row < first + this.#used(bucket); row++) {
        if (contacts.addressOf(slab.handles[row]!) !== address) continue;
        this.#remove(bucket, row);
        this.#suspect(bucket);
        return;
      }
    }
  }

  /**
   * Distance falls into three classes, each nearer than the next: the target's own bucket; all
   * buckets deeper than it, which part from the target at the same bit; the shallower ones, one by one.
   */
  closest(now: number, nearest: Nearest, goodOnly: boolean): void {
    const own = this.#bucketOf(nearest.target, nearest.targetStart);
    this.#collect(now, own, nearest, goodOnly);
    if (nearest.full) return;
    for (let bucket = own + 1; bucket < this.#buckets; bucket++) {
      this.#collect(now, bucket, nearest, goodOnly);
    }
    for (let bucket = own - 1; bucket >= 0 && !nearest.full; bucket--) {
      this.#collect(now, bucket, nearest, goodOnly);
    }
  }

  quietest(now: number): Handle {
    const { slab } = this.#place.ground;
    const row = this.#quietestRow();
    if (row < 0 || quietSinceMs(slab.states[row]!) + QUIET_MS > now) return 0;
    return slab.handles[row]!;
  }

  checking(handle: Handle, isUnderWay: boolean): void {
    const row = this.#rowOf(handle);
    const { states } = this.#place.ground.slab;
    if (row >= 0) states[row] = isUnderWay ? states[row]! | CHECKING : states[row]! & ~CHECKING;
  }

  refreshTarget(now: number, out: Uint8Array): boolean {
    const bucket = this.#stalestBucket();
    if (this.#changedAtMs(bucket) + REFRESH_MS > now) return false;
    this.#touch(bucket, now);
    this.#randomIdIn(bucket, out);
    return true;
  }

  gapTarget(part: number, out: Uint8Array): boolean {
    if (this.#used(part) === this.#place.k) return false;
    this.#randomIdIn(part, out);
    return true;
  }

  dueAt(_now: number): number {
    const row = this.#quietestRow();
    const quiet = row < 0 ? Infinity : quietSinceMs(this.#place.ground.slab.states[row]!);
    return Math.min(quiet + QUIET_MS, this.#changedAtMs(this.#stalestBucket()) + REFRESH_MS);
  }

  visit(visitor: Visitor): void {
    const { slab } = this.#place.ground;
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      const first = this.#first(bucket);
      for (let row = first; row < first + this.#used(bucket); row++) {
        const state = slab.states[row]!;
        visitor(slab.handles[row]!, heardSeconds(state), failuresOf(state), bucket);
      }
    }
  }

  release(): void {
    const { contacts, slab } = this.#place.ground;
    this.visit((handle) => contacts.release(handle));
    slab.free(this.#base, this.#capacity * this.#rowsPerBucket);
    if (this.#spares >= 0) {
      for (let row = this.#spares; row < this.#spares + SPARES; row++) this.#dropSpare(row);
      slab.free(this.#spares, SPARES);
    }
    this.count = 0;
  }

  // Buckets.

  #header(bucket: number): number {
    return this.#base + bucket * this.#rowsPerBucket;
  }

  #first(bucket: number): number {
    return this.#header(bucket) + 1;
  }

  #used(bucket: number): number {
    return this.#place.ground.slab.handles[this.#header(bucket)]!;
  }

  #changedAtMs(bucket: number): number {
    return heardSeconds(this.#place.ground.slab.states[this.#header(bucket)]!) * 1000;
  }

  #touch(bucket: number, now: number): void {
    this.#place.ground.slab.states[this.#header(bucket)] = rowState(now, 0);
  }

  #bucketOf(id: Uint8Array, start: number): number {
    const own = this.#place.ground.contacts.bytes;
    const shared = sharedPrefixBits(own, this.#place.self * CONTACT_BYTES, id, start);
    return Math.min(shared, this.#buckets - 1);
  }

  #bucketOfHandle(handle: Handle): number {
    return this.#bucketOf(this.#place.ground.contacts.bytes, handle * CONTACT_BYTES);
  }

  #rowOf(handle: Handle): number {
    const { handles } = this.#place.ground.slab;
    const bucket = this.#bucketOfHandle(handle);
    const first = this.#first(bucket);
    const end = first + this.#used(bucket);
    for (let row = first; row < end; row++) if (handles[row] === handle) return row;
    return -1;
  }

  #randomIdIn(bucket: number, out: Uint8Array): void {
    const { contacts, random } = this.#place.ground;
    randomIdSharing(contacts.bytes, this.#place.self * CONTACT_BYTES, bucket, random, out);
  }

  #canSplit(bucket: number): boolean {
    return bucket === this.#buckets - 1 && this.#buckets < ID_BITS;
  }

  #append(bucket: number, handle: Handle, now: number): void {
    const { slab } = this.#place.ground;
    const used = this.#used(bucket);
    const row = this.#first(bucket) + used;
    slab.handles[row] = handle;
    slab.states[row] = rowState(now, 0);
    slab.handles[this.#header(bucket)] = used + 1;
    this.#touch(bucket, now);
    this.count++;
  }

  /** Takes a contact out; the last row of the bucket moves into its place. */
  #remove(bucket: number, row: number): void {
    const { contacts, slab } = this.#place.ground;
    contacts.release(slab.handles[row]!);
    const used = this.#used(bucket);
    const last = this.#first(bucket) + used - 1;
    slab.handles[row] = slab.handles[last]!;
    slab.states[row] = slab.states[last]!;
    slab.handles[this.#header(bucket)] = used - 1;
    this.count--;
  }

  #split(now: number): void {
    if (this.#buckets === this.#capacity) this.#enlarge();
    const { contacts, slab } = this.#place.ground;
    const depth = this.#buckets - 1;
    const moved = this.#buckets++;
    slab.handles[this.#header(moved)] = 0;
    slab.states[this.#header(moved)] = slab.states[this.#header(depth)]!;
    const own = this.#place.self * CONTACT_BYTES;
    for (let row = this.#first(depth) + this.#used(depth) - 1; row >= this.#first(depth); row--) {
      const handle = slab.handles[row]!;
      const state = slab.states[row]!;
      const bytes = contacts.bytes;
      if (sharedPrefixBits(bytes, own, bytes, handle * CONTACT_BYTES) <= depth) continue;
      contacts.retainHandle(handle);
      this.#remove(depth, row);
      this.#append(moved, handle, now);
      slab.states[this.#first(moved) + this.#used(moved) - 1] = state;
    }
  }

  #enlarge(): void {
    const { slab } = this.#place.ground;
    const rows = this.#capacity * this.#rowsPerBucket;
    this.#capacity += BUCKETS_PER_STEP;
    const base = slab.allocate(this.#capacity * this.#rowsPerBucket);
    slab.handles.copyWithin(base, this.#base, this.#base + rows);
    slab.states.copyWithin(base, this.#base, this.#base + rows);
    slab.free(this.#base, rows);
    this.#base = base;
  }

  #collect(now: number, bucket: number, nearest: Nearest, goodOnly: boolean): void {
    const { handles, states } = this.#place.ground.slab;
    const first = this.#first(bucket);
    const end = first + this.#used(bucket);
    for (let row = first; row < end; row++) {
      const state = states[row]!;
      if (goodOnly ? isGood(state, now) : !isBad(state)) nearest.consider(handles[row]!);
    }
  }

  #badRow(bucket: number): number {
    const { states } = this.#place.ground.slab;
    const first = this.#first(bucket);
    for (let row = first; row < first + this.#used(bucket); row++)
      if (isBad(states[row]!)) return row;
    return -1;
  }

  /** The row heard longest ago of those no ping is under way to, or -1. */
  #quietestRow(): number {
    const { states } = this.#place.ground.slab;
    let quietest = -1;
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      const first = this.#first(bucket);
      for (let row = first; row < first + this.#used(bucket); row++) {
        const state = states[row]!;
        if ((state & CHECKING) !== 0 || isBad(state)) continue;
        if (quietest < 0 || quietSinceMs(state) < quietSinceMs(states[quietest]!)) quietest = row;
      }
    }
    return quietest;
  }

  #stalestBucket(): number {
    let stalest = 0;
    for (let bucket = 1; bucket < this.#buckets; bucket++) {
      if (this.#changedAtMs(bucket) < this.#changedAtMs(stalest)) stalest = bucket;
    }
    return stalest;
  }

  /** After an id changed under an address: nobody of its bucket is good before it answered again. */
  #suspect(bucket: number): void {
    const { states } = this.#place.ground.slab;
    const first = this.#first(bucket);
    for (let row = first; row < first + this.#used(bucket); row++) {
      states[row] = states[row]! | SUSPECT;
    }
  }

  /** One contact per IP: a holder that is not good makes place for one that just answered. */
  #ipIsFree(now: number, address: Address): boolean {
    if (!this.#place.onePerIp || isLoopback(address)) return true;
    const { contacts, slab } = this.#place.ground;
    const ip = ipOf(address);
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      const first = this.#first(bucket);
      for (let row = first; row < first + this.#used(bucket); row++) {
        if (ipOf(contacts.addressOf(slab.handles[row]!)) !== ip) continue;
        if (isGood(slab.states[row]!, now)) return false;
        this.#remove(bucket, row);
        return true;
      }
    }
    return true;
  }

  #placeIsTaken(spare: Handle): boolean {
    const { contacts, slab } = this.#place.ground;
    const address = contacts.addressOf(spare);
    const byIp = this.#place.onePerIp && !isLoopback(address);
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      const first = this.#first(bucket);
      for (let row = first; row < first + this.#used(bucket); row++) {
        const other = contacts.addressOf(slab.handles[row]!);
        if (other === address || (byIp && ipOf(other) === ipOf(address))) return true;
      }
    }
    return false;
  }

  // Spares.

  #replaceOrSpare(
    now: number,
    bucket: number,
    id: Uint8Array,
    start: number,
    address: Address,
  ): Offer {
    const handle = this.#place.ground.contacts.retain(id, start, address);
    const bad = this.#badRow(bucket);
    if (bad >= 0) {
      this.#remove(bucket, bad);
      this.#append(bucket, handle, now);
      return Offer.added;
    }
    this.#keepSpare(now, handle);
    return Offer.spare;
  }

  #keepSpare(now: number, handle: Handle): void {
    const { contacts, slab } = this.#place.ground;
    if (this.#spares < 0) this.#spares = slab.allocate(SPARES);
    for (let row = this.#spares; row < this.#spares + SPARES; row++) {
      if (slab.handles[row] !== handle) continue;
      slab.states[row] = rowState(now, 0);
      contacts.release(handle);
      return;
    }
    const row = this.#spares + this.#nextSpare;
    this.#nextSpare = (this.#nextSpare + 1) % SPARES;
    this.#dropSpare(row);
    slab.handles[row] = handle;
    slab.states[row] = rowState(now, 0);
  }

  /** The spare of a bucket that answered last and is not in the table by now, or -1. */
  #spareOf(bucket: number): number {
    if (this.#spares < 0) return -1;
    const { slab } = this.#place.ground;
    let latest = -1;
    for (let row = this.#spares; row < this.#spares + SPARES; row++) {
      const handle = slab.handles[row]!;
      if (handle === 0 || this.#bucketOfHandle(handle) !== bucket) continue;
      if (this.#rowOf(handle) >= 0 || this.#placeIsTaken(handle)) continue;
      if (latest < 0 || slab.states[row]! > slab.states[latest]!) latest = row;
    }
    return latest;
  }

  #replaceBySpare(row: number, spare: number): void {
    const { contacts, slab } = this.#place.ground;
    contacts.release(slab.handles[row]!);
    slab.handles[row] = slab.handles[spare]!;
    slab.states[row] = slab.states[spare]!;
    slab.handles[spare] = 0;
  }

  #dropSpare(row: number): void {
    const { contacts, slab } = this.#place.ground;
    if (slab.handles[row] !== 0) contacts.release(slab.handles[row]!);
    slab.handles[row] = 0;
  }
}
