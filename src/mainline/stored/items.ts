/**
 * The item store: what others have put here (BEP 44 "put"). An item lives for two hours after it was last
 * put. The store is bounded; when it is full, an item makes room for one that is worth more:
 *
 *     worth = leading bits that its target shares with our id + networks that put it / 5
 *
 * so that what is ours to keep, and what is kept alive from many places, stays (libtorrent's rule). Gets do
 * not count: they may carry anybody's address. One network has a share of the store and no more.
 */
import { type Address, isLoopback, networkOf } from '../../core/address.ts';
import { ID_BYTES, sharedPrefixBits } from '../../core/id.ts';
import { equalBytes, type Item } from '../krpc/item.ts';
import { Records } from './records.ts';
import { Shares } from './shares.ts';

export interface ItemLimits {
  /** Items at most: 1.3 KB each. libtorrent keeps 1400, pubky 2000. */
  items: number;
  /** Items of one /24 network at most. */
  perNetwork: number;
  /** How long an item stays after it was last put. BEP 44: at least 2 hours. */
  ttlMs: number;
}

/** 5 MB when full; one network has a twentieth. */
export const ITEM_LIMITS: ItemLimits = { items: 4000, perNetwork: 200, ttlMs: 2 * 3_600_000 };

/** So many networks that put an item are worth as much as one bit of distance. */
const NETWORKS_PER_BIT = 5;

interface Entry {
  item: Item;
  target: Uint8Array;
  /** Who put it first: whose share it is of. */
  from: Address;
  /** One bit of 32 for each network that put it. */
  users: number;
  /** Where it stands in the list that is looked through when room is needed. */
  place: number;
}

export class Items {
  readonly #limits: ItemLimits;
  readonly #records: Records<Entry>;
  readonly #entries: Entry[] = [];
  readonly #shares: Shares;
  readonly #seed: number;

  constructor(limits: ItemLimits, seed: number) {
    this.#limits = limits;
    this.#records = new Records(limits.items, limits.ttlMs, seed);
    this.#shares = new Shares(limits.perNetwork);
    this.#seed = seed;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** The item under a target, if it is not too old. */
  get(now: number, target: Uint8Array, start: number): Item | null {
    return this.#entryAt(now, target, start)?.item ?? null;
  }

  /** Would an item under this target be stored, if it came from this address? */
  hasRoom(now: number, target: Uint8Array, start: number, from: Address, id: Uint8Array): boolean {
    if (this.#entryAt(now, target, start)) return true;
    if (!this.#shares.hasRoom(from)) return false;
    if (this.#entries.length < this.#limits.items) return true;
    this.expire(now);
    if (this.#entries.length < this.#limits.items) return true;
    const least = this.#leastWorth(id);
    return least !== null && worthOf(least, id) < sharedPrefixBits(target, start, id, 0);
  }

  /**
   * Stores or renews an item, whose genuineness and seq were looked at before; false when there is no
   * room for it. `id` is ours.
   */
  put(now: number, target: Uint8Array, item: Item, from: Address, id: Uint8Array): boolean {
    if (!this.hasRoom(now, target, 0, from, id)) return false;
    const known = this.#records.get(target, 0);
    if (known) {
      known.item = item;
      known.users |= this.#bitOf(from);
      return this.#records.put(now, target, 0, known);
    }
    if (this.#entries.length >= this.#limits.items) this.#drop(this.#leastWorth(id)!);
    const own = target.slice(0, ID_BYTES);
    const place = this.#entries.length;
    const entry: Entry = { item, target: own, from, users: this.#bitOf(from), place };
    this.#records.put(now, target, 0, entry);
    this.#entries.push(entry);
    this.#shares.take(from);
    return true;
  }

  /** Forgets items that are too old. */
  expire(now: number): void {
    this.#records.expire(now, (entry) => this.#forget(entry));
  }

  *[Symbol.iterator](): Generator<{ target: Uint8Array; item: Item }> {
    for (const { target, item } of this.#entries) yield { target, item };
  }

  #entryAt(now: number, target: Uint8Array, start: number): Entry | undefined {
    const entry = this.#records.get(target, start);
    if (!entry || this.#records.touchedAtMs(target, start) + this.#limits.ttlMs > now) return entry;
    this.#drop(entry);
    return undefined;
  }

  #drop(entry: Entry): void {
    this.#records.remove(entry.target, 0);
    this.#forget(entry);
  }

  /** The last one takes its place in the list. */
  #forget(entry: Entry): void {
    const last = this.#entries.pop()!;
    if (last !== entry) {
      this.#entries[entry.place] = last;
      last.place = entry.place;
    }
    this.#shares.giveBack(entry.from);
  }

  /** Looks at all: 30 µs for 4000. */
  #leastWorth(id: Uint8Array): Entry | null {
    let least: Entry | null = null;
    let worth = Infinity;
    for (const entry of this.#entries) {
      const its = worthOf(entry, id);
      if (its < worth) {
        worth = its;
        least = entry;
      }
    }
    return least;
  }

  /** On loopback everybody is in one network; there an endpoint counts. */
  #bitOf(from: Address): number {
    const user = isLoopback(from) ? from % 0x10000 : networkOf(from);
    return 1 << (Math.imul(user ^ this.#seed, 0x9e3779b1) >>> 27);
  }
}

function worthOf(entry: Entry, id: Uint8Array): number {
  return sharedPrefixBits(entry.target, 0, id, 0) + bitsOf(entry.users) / NETWORKS_PER_BIT;
}

function bitsOf(word: number): number {
  let bits = 0;
  for (let rest = word >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) bits++;
  return bits;
}

/** What a newer item has to be compared with what is there, by BEP 44's rules. */
export type Succession = 'fine' | 'not-the-one-expected' | 'older';

/** May `item` take the place of `known`? `cas` is the seq that its owner believes to be there. */
export function successionOf(known: Item | null, item: Item, cas: bigint | null): Succession {
  if (!known || known.key === null) return 'fine';
  if (cas !== null && cas !== known.seq) return 'not-the-one-expected';
  if (item.seq > known.seq) return 'fine';
  // The same again renews it; two values under one seq would be an owner who contradicts himself.
  return item.seq === known.seq && equalBytes(item.value, known.value) ? 'fine' : 'older';
}
