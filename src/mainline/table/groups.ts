/**
 * The two tables for those who study the network: they forget nobody who ever answered.
 *
 *     flat      one group                                closest = look at every contact
 *     prefix    one group per first 8 bits of the id     closest = the target's group, then the
 *                                                        others in order of (prefix XOR target's)
 *
 * Groups in the order of that XOR are groups in the order of distance, so the search stops as soon as
 * it has enough. A flat table is a prefix table with a prefix of 0 bits.
 */
import { type Address, isLoopback, partyOf } from '../../core/address.ts';
import { grown } from '../../core/column.ts';
import { ID_BYTES } from '../../core/id.ts';
import { fillRandom } from '../../core/random.ts';
import { CONTACT_BYTES, type Handle } from '../rows/contacts.ts';
import { failuresOf, heardSeconds, rowState, withFailure } from '../rows/slab.ts';
import { CHECKING, isBad, isExcused, isGood, QUIET_MS } from './condition.ts';
import type { Nearest } from './nearest.ts';
import {
  Offer,
  type RoutingTable,
  type TableFactory,
  type TableOwner,
  type Visitor,
} from './table.ts';

/** Contacts at most: a whole zone of the network fits; 1 M take 127 MB. */
const GROUPED_LIMIT = 1_000_000;
/** A lookup for a random id this often: what k-buckets with 15 buckets ask for in refreshes. */
const EXPLORE_MS = 60_000;
/** Rows that one search for a quiet contact looks at. The next one goes on from there. */
const ROWS_PER_SEARCH = 256;
/** How long after a fruitless search the next one is due. */
const SEARCH_AGAIN_MS = 5_000;

class Group {
  count = 0;
  handles = new Uint32Array(8);
  states = new Uint32Array(8);
}

class GroupedTable implements RoutingTable {
  readonly kind: string;
  readonly #owner: TableOwner;
  readonly #bits: number;
  readonly #limit: number;
  readonly #groups: (Group | undefined)[];
  readonly #rows = new Map<Handle, number>();
  readonly #holders = new Map<number, Handle>();
  #exploredAtMs = 0;
  #searchedAtMs = 0;
  #searchGroup = 0;
  #searchRow = 0;

  constructor(kind: string, owner: TableOwner, bits: number, limit: number) {
    this.kind = kind;
    this.#owner = owner;
    this.#bits = bits;
    this.#limit = limit;
    this.#groups = new Array(2 ** bits).fill(undefined);
  }

  get count(): number {
    return this.#rows.size;
  }

  get parts(): number {
    return this.#groups.length;
  }

  find(id: Uint8Array, start: number, address: Address): Handle {
    const handle = this.#owner.shared.contacts.find(id, start, address);
    return this.#rows.has(handle) ? handle : 0;
  }

  wants(): boolean {
    return this.count < this.#limit;
  }

  answered(now: number, id: Uint8Array, start: number, address: Address): Offer {
    const { contacts } = this.#owner.shared;
    const known = contacts.find(id, start, address);
    const row = this.#rows.get(known);
    if (row !== undefined) {
      this.#groupOf(id, start).states[row] = rowState(now, 0);
      return Offer.known;
    }
    if (!this.#seatIsFree(now, address) || this.count >= this.#limit) return Offer.refused;
    this.#append(now, contacts.retain(id, start, address), address);
    return Offer.added;
  }

  heard(now: number, handle: Handle): boolean {
    const state = this.#update(handle, (state) =>
      rowState(now, failuresOf(state), state & CHECKING),
    );
    return isBad(state);
  }

  failed(handle: Handle, sentAtMs: number = Infinity): void {
    this.#update(handle, (state) => {
      const failed = isExcused(state, sentAtMs) ? state : withFailure(state);
      return (failed & ~CHECKING) >>> 0;
    });
  }

  checking(handle: Handle, isUnderWay: boolean): void {
    this.#update(handle, (state) => (isUnderWay ? state | CHECKING : state & ~CHECKING) >>> 0);
  }

  changed(_now: number, address: Address): boolean {
    const holder = this.#holders.get(this.#seatOf(address));
    if (holder === undefined) return false;
    if (this.#owner.shared.contacts.addressOf(holder) !== address) return false;
    this.#remove(holder);
    return true;
  }

  closest(now: number, nearest: Nearest, goodOnly: boolean): void {
    const home = this.#prefixOf(nearest.target, nearest.targetStart);
    for (let i = 0; i < this.#groups.length && !nearest.full; i++) {
      const group = this.#groups[home ^ i];
      if (!group) continue;
      for (let row = 0; row < group.count; row++) {
        const state = group.states[row];
        if (goodOnly ? isGood(state, now) : !isBad(state)) nearest.gather(group.handles[row]);
      }
      nearest.rank();
    }
  }

  quietest(now: number): Handle {
    if (this.#searchedAtMs + SEARCH_AGAIN_MS > now) return 0;
    for (let looked = 0; looked < Math.min(ROWS_PER_SEARCH, this.count); looked++) {
      const group = this.#nextSearched();
      const state = group.states[this.#searchRow];
      if ((state & CHECKING) !== 0 || isBad(state)) continue;
      if (heardSeconds(state) * 1000 + QUIET_MS <= now) return group.handles[this.#searchRow];
    }
    this.#searchedAtMs = now;
    return 0;
  }

  refreshTarget(now: number, out: Uint8Array): boolean {
    if (this.#exploredAtMs + EXPLORE_MS > now) return false;
    this.#exploredAtMs = now;
    fillRandom(this.#owner.shared.random, out, 0, ID_BYTES);
    return true;
  }

  gapTarget(): boolean {
    return false; // there is always room, and no part in which to miss somebody
  }

  dueAt(_now: number): number {
    return Math.min(this.#exploredAtMs + EXPLORE_MS, this.#searchedAtMs + SEARCH_AGAIN_MS);
  }

  visit(visitor: Visitor): void {
    for (const [prefix, group] of this.#groups.entries()) {
      if (!group) continue;
      for (let row = 0; row < group.count; row++) {
        const state = group.states[row];
        visitor(group.handles[row], heardSeconds(state), failuresOf(state), prefix, false);
      }
    }
  }

  release(): void {
    for (const handle of this.#rows.keys()) this.#owner.shared.contacts.release(handle);
    this.#rows.clear();
    this.#holders.clear();
    this.#groups.fill(undefined);
  }

  #prefixOf(id: Uint8Array, start: number): number {
    return ((id[start] << 8) | id[start + 1]) >>> (16 - this.#bits);
  }

  #groupOf(id: Uint8Array, start: number): Group {
    return (this.#groups[this.#prefixOf(id, start)] ??= new Group());
  }

  #groupOfHandle(handle: Handle): Group {
    return this.#groupOf(this.#owner.shared.contacts.bytes, handle * CONTACT_BYTES);
  }

  /** The row's new state, 0 when there is no such row. */
  #update(handle: Handle, change: (state: number) => number): number {
    const row = this.#rows.get(handle);
    if (row === undefined) return 0;
    const { states } = this.#groupOfHandle(handle);
    return (states[row] = change(states[row]));
  }

  #append(now: number, handle: Handle, address: Address): void {
    const group = this.#groupOfHandle(handle);
    if (group.count === group.handles.length) {
      group.handles = grown(group.handles, group.count * 2);
      group.states = grown(group.states, group.count * 2);
    }
    group.handles[group.count] = handle;
    group.states[group.count] = rowState(now, 0);
    this.#rows.set(handle, group.count++);
    this.#holders.set(this.#seatOf(address), handle);
  }

  #remove(handle: Handle): void {
    const { contacts } = this.#owner.shared;
    const group = this.#groupOfHandle(handle);
    const row = this.#rows.get(handle)!;
    const last = --group.count;
    group.handles[row] = group.handles[last];
    group.states[row] = group.states[last];
    if (row !== last) this.#rows.set(group.handles[row], row);
    this.#rows.delete(handle);
    this.#holders.delete(this.#seatOf(contacts.addressOf(handle)));
    contacts.release(handle);
  }

  /** What holds one contact: an IP, or an endpoint where IPs may hold many. */
  #seatOf(address: Address): number {
    return this.#owner.onePerIp && !isLoopback(address) ? partyOf(address) : address;
  }

  #seatIsFree(now: number, address: Address): boolean {
    const holder = this.#holders.get(this.#seatOf(address));
    if (holder === undefined) return true;
    const state = this.#groupOfHandle(holder).states[this.#rows.get(holder)!];
    if (isGood(state, now)) return false;
    this.#remove(holder);
    return true;
  }

  /** Moves the search on by one row, round and round over all groups. */
  #nextSearched(): Group {
    this.#searchRow++;
    for (;;) {
      const group = this.#groups[this.#searchGroup];
      if (group && this.#searchRow < group.count) return group;
      this.#searchGroup = (this.#searchGroup + 1) % this.#groups.length;
      this.#searchRow = 0;
    }
  }
}

/** Every node ever heard, in one table, sorted on demand. */
export function flatTable(limit: number = GROUPED_LIMIT): TableFactory {
  return (owner) => new GroupedTable('flat', owner, 0, limit);
}

/**
 * Every node ever heard, grouped by the first `bits` bits of its id.
 * @throws RangeError unless `bits` is a whole number in 1..16.
 */
export function prefixTable(bits = 8, limit: number = GROUPED_LIMIT): TableFactory {
  if (!Number.isInteger(bits) || bits < 1 || bits > 16) {
    throw new RangeError(`"bits" expected a whole number in 1..16, got ${bits}`);
  }
  return (owner) => new GroupedTable('prefix', owner, bits, limit);
}
