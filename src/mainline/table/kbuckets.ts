/**
 * BEP 5's routing table: buckets of k contacts, split only where our own id lies.
 *
 *     bucket 0   ids that differ from ours in bit 0           half of all ids, at most k known
 *     bucket 1   same bit 0, differ in bit 1                  a quarter
 *     …
 *     last       everything closer                            splits when it is full
 *
 * How the buckets lie in memory is in bucket-chain.ts.
 *
 * Contacts that answered but found their bucket full wait in a small ring of spares; when a contact
 * goes bad, the latest spare of the same bucket takes its row. Nobody can have much of a table who has
 * few addresses: an IP has one contact in all, a /24 one in each bucket, and where BEP 42 is kept a
 * contact with an id of its own choice gives way to one whose id follows from its address.
 */
import {
  type Address,
  isLoopback,
  networkOf,
  partyOf,
  Scope,
  scopeOf,
} from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { isSecureId } from '../../core/secure-id.ts';
import { CONTACT_BYTES, type Handle } from '../rows/contacts.ts';
import { failuresOf, heardSeconds, rowState, withFailure } from '../rows/slab.ts';
import { type Bucket, BucketChain } from './bucket-chain.ts';
import {
  CHECKING,
  goodSinceSeconds,
  isBad,
  isExcused,
  isGood,
  NOT_BAD,
  QUIET_MS,
  quietSinceMs,
  REFRESH_MS,
  SUSPECT,
} from './condition.ts';
import type { Nearest } from './nearest.ts';
import {
  Offer,
  type RoutingTable,
  type TableOwner,
  type TableRows,
  type Visitor,
} from './table.ts';

/** Replacements kept for the whole table; made when the first one comes. */
export const SPARES = 16;

/** A full ring takes a newcomer only in place of a spare older than this. */
const SPARE_FRESH_MS = 60_000;

/** Nobody but ourselves shares so many bits with us. */
const NEIGHBOURHOOD_BITS = 120;

export class KBuckets extends BucketChain implements RoutingTable {
  #spares = 0; // first row of the ring, 0 before there is one
  #nextSpare = 0;

  constructor(owner: TableOwner) {
    super(owner);
    const rows = owner.rows ?? null;
    if (rows) this.move(owner.self, rows);
  }

  get kind(): string {
    return 'kbuckets';
  }

  /** Becomes the table of another node; only for one that never had a contact but those of its rows. */
  move(self: Handle, rows: TableRows | null): void {
    assert(rows !== null && this.#spares === 0, 'a table moves from rows to rows');
    this.adopt(self, rows);
  }

  find(id: Uint8Array, start: number, address: Address): Handle {
    const handle = this.shared.contacts.find(id, start, address);
    return handle !== 0 && this.rowIn(this.bucketOf(id, start), handle) !== 0 ? handle : 0;
  }

  wants(_now: number, id: Uint8Array, start: number): boolean {
    const bucket = this.bucketOf(id, start);
    return !this.isFull(bucket) || this.canSplit(bucket) || this.#badRow(bucket) !== 0;
  }

  answered(now: number, id: Uint8Array, start: number, address: Address): Offer {
    const { contacts, slab } = this.shared;
    const handle = contacts.find(id, start, address);
    const home = this.bucketOf(id, start);
    const row = handle === 0 ? 0 : this.rowIn(home, handle);
    if (row !== 0) {
      slab.setState(row, rowState(now, 0));
      // BEP 5 touches any bucket here. One with empty places, or that a newcomer would split, still
      // wants its refresh: keeping the known contacts alive finds no new ones. (A node that lost
      // datagrams while it joined would otherwise stay with k contacts that are not its neighbours.)
      if (this.isFull(home) && !this.canSplit(home)) this.touch(home, now);
      return Offer.known;
    }
    if (!this.#ipIsFree(now, address)) return Offer.refused;
    for (let bucket = home; ; bucket = this.bucketOf(id, start)) {
      if (!this.#networkIsFree(now, bucket, address)) return Offer.refused;
      if (!this.isFull(bucket)) {
        this.append(bucket, contacts.retain(id, start, address), rowState(now, 0));
        this.touch(bucket, now);
        return Offer.added;
      }
      if (!this.canSplit(bucket)) return this.#replaceOrSpare(now, bucket, id, start, address);
      this.split(bucket);
    }
  }

  heard(now: number, handle: Handle): boolean {
    const row = this.rowOf(handle);
    if (row === 0) return false;
    const { slab } = this.shared;
    const state = slab.stateOf(row);
    slab.setState(row, rowState(now, failuresOf(state), state & (CHECKING | SUSPECT)));
    return isBad(state);
  }

  failed(handle: Handle, sentAtMs: number = Infinity): void {
    const row = this.rowOf(handle);
    if (row === 0) return;
    const { slab } = this.shared;
    const state = slab.stateOf(row);
    const after = (isExcused(state, sentAtMs) ? state : withFailure(state)) & ~CHECKING;
    slab.setState(row, after);
    if (!isBad(after)) return;
    const spare = this.#spareOf(this.bucketOfHandle(handle));
    if (spare !== 0) this.#replaceBySpare(row, spare);
  }

  changed(_now: number, address: Address): boolean {
    const { contacts } = this.shared;
    const handle = this.holder((other) => contacts.addressOf(other) === address);
    if (handle === 0) return false;
    const bucket = this.bucketOfHandle(handle);
    this.remove(bucket, this.rowOf(handle));
    this.#suspect(bucket);
    return true;
  }

  /**
   * Distance falls into three classes, each nearer than the next: the target's own bucket; all
   * buckets deeper than it, which part from the target at the same bit; the shallower ones, one by one.
   */
  closest(now: number, nearest: Nearest, goodOnly: boolean): void {
    const { handles } = this.shared.slab;
    const sinceSeconds = goodOnly ? goodSinceSeconds(now) : NOT_BAD;
    const depth = this.depthOf(nearest.target, nearest.targetStart);
    const own = this.bucketAt(depth);
    this.#collect(own, nearest, sinceSeconds);
    if (nearest.full) return;
    for (let deeper = handles[own]; deeper !== 0; deeper = handles[deeper]) {
      this.#collect(deeper, nearest, sinceSeconds);
    }
    for (let part = depth - 1; part >= 0 && !nearest.full; part--) {
      this.#collect(this.bucketAt(part), nearest, sinceSeconds);
    }
  }

  quietest(now: number): Handle {
    const { slab } = this.shared;
    const row = this.#quietestRow();
    if (row === 0 || quietSinceMs(slab.stateOf(row)) + QUIET_MS > now) return 0;
    return slab.handles[row];
  }

  checking(handle: Handle, isUnderWay: boolean): void {
    const row = this.rowOf(handle);
    const { slab } = this.shared;
    if (row === 0) return;
    const state = slab.stateOf(row);
    slab.setState(row, isUnderWay ? state | CHECKING : state & ~CHECKING);
  }

  refreshTarget(now: number, out: Uint8Array): boolean {
    const part = this.#stalestPart();
    const bucket = this.bucketAt(part);
    if (this.changedAtMs(bucket) + REFRESH_MS > now) return false;
    this.touch(bucket, now);
    // In the last bucket we look close to ourselves: those nearest to us are who must know us.
    this.randomIdIn(this.canSplit(bucket) ? NEIGHBOURHOOD_BITS : part, out);
    return true;
  }

  gapTarget(part: number, out: Uint8Array): boolean {
    if (this.isFull(this.bucketAt(part))) return false;
    this.randomIdIn(part, out);
    return true;
  }

  dueAt(_now: number): number {
    const row = this.#quietestRow();
    const quiet = row === 0 ? Infinity : quietSinceMs(this.shared.slab.stateOf(row));
    const stale = this.changedAtMs(this.bucketAt(this.#stalestPart()));
    return Math.min(quiet + QUIET_MS, stale + REFRESH_MS);
  }

  visit(visitor: Visitor): void {
    const { slab } = this.shared;
    let part = 0;
    for (let bucket = this.first; bucket !== 0; bucket = slab.handles[bucket]) {
      const end = this.end(bucket);
      for (let row = bucket + 1; row < end; row++) {
        const state = slab.stateOf(row);
        const isSuspect = (state & SUSPECT) !== 0;
        visitor(slab.handles[row], heardSeconds(state), failuresOf(state), part, isSuspect);
      }
      part++;
    }
  }

  release(): void {
    const { contacts, slab } = this.shared;
    this.visit((handle) => contacts.release(handle));
    this.releaseBuckets();
    if (this.#spares !== 0) {
      for (let row = this.#spares; row < this.#spares + SPARES; row++) this.#dropSpare(row);
      slab.free(this.#spares, SPARES);
    }
    this.count = 0;
  }

  #collect(bucket: Bucket, nearest: Nearest, sinceSeconds: number): void {
    const end = bucket + 1 + this.sizeOf(bucket);
    nearest.collect(this.shared.slab, bucket + 1, end, sinceSeconds);
  }

  #badRow(bucket: Bucket): number {
    const { slab } = this.shared;
    const full = bucket + 1 + this.sizeOf(bucket);
    for (let row = bucket + 1; row < full && slab.handles[row] !== 0; row++) {
      if (isBad(slab.stateOf(row))) return row;
    }
    return 0;
  }

  /** The row heard longest ago of those no ping is under way to, or 0. */
  #quietestRow(): number {
    const { slab } = this.shared;
    let quietest = 0;
    let quietestSinceMs = Infinity;
    for (let bucket = this.first; bucket !== 0; bucket = slab.handles[bucket]) {
      const end = this.end(bucket);
      for (let row = bucket + 1; row < end; row++) {
        const state = slab.stateOf(row);
        if ((state & CHECKING) !== 0 || isBad(state)) continue;
        if (quietSinceMs(state) >= quietestSinceMs) continue;
        quietest = row;
        quietestSinceMs = quietSinceMs(state);
      }
    }
    return quietest;
  }

  #stalestPart(): number {
    const { handles } = this.shared.slab;
    let stalest = 0;
    let stalestAtMs = Infinity;
    let part = 0;
    for (let bucket = this.first; bucket !== 0; bucket = handles[bucket]) {
      const changedAtMs = this.changedAtMs(bucket);
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
    const { slab } = this.shared;
    const end = this.end(bucket);
    for (let row = bucket + 1; row < end; row++) slab.setState(row, slab.stateOf(row) | SUSPECT);
  }

  /** One contact per IP: a holder that is not good makes place for one that just answered. */
  #ipIsFree(now: number, address: Address): boolean {
    if (!this.onePerIp || isLoopback(address)) return true;
    const { contacts, slab } = this.shared;
    const ip = partyOf(address);
    const holder = this.holder((other) => partyOf(contacts.addressOf(other)) === ip);
    if (holder === 0) return true;
    const row = this.rowOf(holder);
    if (isGood(slab.stateOf(row), now)) return false;
    this.remove(this.bucketOfHandle(holder), row);
    return true;
  }

  /** One contact per network in a bucket, on the same terms. */
  #networkIsFree(now: number, bucket: Bucket, address: Address): boolean {
    const row = this.#neighbourRow(bucket, address);
    if (row === 0) return true;
    if (isGood(this.shared.slab.stateOf(row), now)) return false;
    this.remove(bucket, row);
    return true;
  }

  /** The row of a contact from the same network, or 0. */
  #neighbourRow(bucket: Bucket, address: Address): number {
    if (!this.onePerNetwork || scopeOf(address) !== Scope.public) return 0;
    const { contacts, slab } = this.shared;
    const network = networkOf(address);
    const end = this.end(bucket);
    for (let row = bucket + 1; row < end; row++) {
      if (networkOf(contacts.addressOf(slab.handles[row])) === network) return row;
    }
    return 0;
  }

  /** The row of a contact that gives way to one whose id follows from its address, or 0. */
  #insecureRow(bucket: Bucket, id: Uint8Array, start: number, address: Address): number {
    if (!this.prefersSecure || !isSecureId(id, start, address)) return 0;
    const { contacts, slab } = this.shared;
    const end = this.end(bucket);
    for (let row = bucket + 1; row < end; row++) {
      const handle = slab.handles[row];
      const own = handle * CONTACT_BYTES;
      if (!isSecureId(contacts.bytes, own, contacts.addressOf(handle))) return row;
    }
    return 0;
  }

  #placeIsTaken(spare: Handle): boolean {
    const { contacts } = this.shared;
    const address = contacts.addressOf(spare);
    const byIp = this.onePerIp && !isLoopback(address);
    const clashes = (other: Address): boolean =>
      other === address || (byIp && partyOf(other) === partyOf(address));
    return this.holder((handle) => clashes(contacts.addressOf(handle))) !== 0;
  }

  // Spares.

  #replaceOrSpare(
    now: number,
    bucket: Bucket,
    id: Uint8Array,
    start: number,
    address: Address,
  ): Offer {
    const { contacts } = this.shared;
    const bad = this.#badRow(bucket) || this.#insecureRow(bucket, id, start, address);
    if (bad === 0 && this.#sparesAreFresh(now)) return Offer.refused;
    const handle = contacts.retain(id, start, address);
    if (bad === 0) {
      this.#keepSpare(now, handle);
      return Offer.spare;
    }
    this.remove(bucket, bad);
    this.append(bucket, handle, rowState(now, 0));
    this.touch(bucket, now);
    return Offer.added;
  }

  /** A busy node meets hundreds of strangers a minute; spares need not be newer than a minute. */
  #sparesAreFresh(now: number): boolean {
    if (this.#spares === 0) return false;
    const { slab } = this.shared;
    const row = this.#spares + this.#nextSpare;
    if (slab.handles[row] === 0) return false;
    return heardSeconds(slab.stateOf(row)) * 1000 + SPARE_FRESH_MS > now;
  }

  #keepSpare(now: number, handle: Handle): void {
    const { contacts, slab } = this.shared;
    if (this.#spares === 0) this.#spares = slab.allocate(SPARES);
    for (let row = this.#spares; row < this.#spares + SPARES; row++) {
      if (slab.handles[row] !== handle) continue;
      slab.setState(row, rowState(now, 0));
      contacts.release(handle);
      return;
    }
    const row = this.#spares + this.#nextSpare;
    this.#nextSpare = (this.#nextSpare + 1) % SPARES;
    this.#dropSpare(row);
    slab.handles[row] = handle;
    slab.setState(row, rowState(now, 0));
  }

  /** The spare of a bucket that answered last and is not in the table by now, or 0. */
  #spareOf(bucket: Bucket): number {
    if (this.#spares === 0) return 0;
    const { slab } = this.shared;
    let latest = 0;
    for (let row = this.#spares; row < this.#spares + SPARES; row++) {
      const handle = slab.handles[row];
      if (handle === 0 || this.bucketOfHandle(handle) !== bucket) continue;
      if (this.rowOf(handle) !== 0 || this.#placeIsTaken(handle)) continue;
      if (this.#neighbourRow(bucket, this.shared.contacts.addressOf(handle)) !== 0) continue;
      if (latest === 0 || slab.stateOf(row) > slab.stateOf(latest)) latest = row;
    }
    return latest;
  }

  #replaceBySpare(row: number, spare: number): void {
    const { contacts, slab } = this.shared;
    contacts.release(slab.handles[row]);
    slab.handles[row] = slab.handles[spare];
    slab.setState(row, slab.stateOf(spare));
    slab.handles[spare] = 0;
  }

  #dropSpare(row: number): void {
    const { contacts, slab } = this.shared;
    if (slab.handles[row] !== 0) contacts.release(slab.handles[row]);
    slab.handles[row] = 0;
  }
}
