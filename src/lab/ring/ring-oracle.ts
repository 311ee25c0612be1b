/**
 * The oracle of a ring world: what is so, whatever the nodes believe. Who owns a key is the living
 * member whose place is the last at or before it; who holds it is whoever has it in its store.
 *
 *     ownerOf(key)      the place that a lookup should end at
 *     holdersOf(key)    every store that has a record of it, with its version
 *     copiesOf(place)   other living processes that hold all that the owner of an arc holds: its K
 */
import { type Address, formatAddress } from '../../core/address.ts';
import { arcShare } from '../../core/arc.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { MemoryStore } from '../../core/memory-store.ts';
import type { Identity } from '../../ring/circle/identity.ts';
import { compareVersions } from '../../ring/records/clock.ts';
import { visitArc } from '../../ring/records/digests.ts';
import { isTombstone } from '../../ring/records/record.ts';
import type { RingSettings } from '../../ring/settings.ts';
import type { WorldState } from '../world-state.ts';
import type { Circle, Place } from './circle.ts';

/** One store that has a record under a key. */
export interface Holder {
  node: number;
  isAlive: boolean;
  isTombstone: boolean;
  record: Uint8Array;
}

/** What the oracle looks into: who stands where in a world, with which state and which store. */
export interface RingInside {
  readonly count: number;
  readonly world: Pick<WorldState, 'alive'>;
  readonly circle: Circle;
  hasBegun(node: number): boolean;
  /** The machine of a node that has begun. */
  node(node: number): { readonly settings: RingSettings };
  /** Null where nobody ever stood. */
  identityAt(place: Place): Identity | null;
  storeOf(node: number): MemoryStore;
}

export class RingOracle {
  readonly #inside: RingInside;

  constructor(inside: RingInside) {
    this.#inside = inside;
  }

  /** Is somebody alive there who takes part in the ring? */
  isMember(place: Place): boolean {
    const { circle, world } = this.#inside;
    if (world.alive[circle.nodeOf(place)] === 0) return false;
    return this.#inside.identityAt(place)?.isMember === true;
  }

  /** The places of all living members, ascending. */
  members(): Place[] {
    const { count } = this.#inside.circle;
    const members: Place[] = [];
    for (let place = 0; place < count; place++) if (this.isMember(place)) members.push(place);
    return members;
  }

  /** The place that owns a key, or -1 where there are no members. */
  ownerOf(key: Uint8Array, start = 0): Place {
    const { circle } = this.#inside;
    const first = circle.atOrBefore(key, start);
    for (let place = first; ; place = circle.before(place)) {
      if (this.isMember(place)) return place;
      if (circle.before(place) === first) return -1;
    }
  }

  /** The address of a key's owner, 0 where there are no members. */
  ownerAddressOf(key: Uint8Array, start = 0): Address {
    const place = this.ownerOf(key, start);
    return place < 0 ? 0 : this.addressAt(place);
  }

  addressAt(place: Place): Address {
    const { circle } = this.#inside;
    return circle.addressOf(circle.nodeOf(place), circle.identityOf(place));
  }

  nameOf(place: Place): string {
    return formatAddress(this.addressAt(place));
  }

  /** The next living member after a place; the place itself if it is the only one. */
  memberAfter(place: Place): Place {
    const { circle } = this.#inside;
    let next = circle.after(place);
    while (next !== place && !this.isMember(next)) next = circle.after(next);
    return next;
  }

  /** The share of the circle that a member's true arc covers, 0..1. */
  shareOf(place: Place): number {
    const { hashes } = this.#inside.circle;
    return arcShare(hashes, place * ID_BYTES, hashes, this.memberAfter(place) * ID_BYTES);
  }

  // Who holds what.

  /** Every store of the world, those of the dead included, that has a record of a key. */
  holdersOf(key: Uint8Array): Holder[] {
    const { count, world } = this.#inside;
    const holders: Holder[] = [];
    for (let node = 0; node < count; node++) {
      if (!this.#inside.hasBegun(node)) continue;
      const record = this.#inside.storeOf(node).get(key, 0);
      if (record === null) continue;
      const isAlive = world.alive[node] === 1;
      holders.push({ node, isAlive, isTombstone: isTombstone(record), record });
    }
    return holders;
  }

  /**
   * How many other living processes hold everything that the owner holds of its true arc, as new or
   * newer: the K by which the arc is protected now, up to the K that was asked for.
   */
  copiesOf(place: Place): number {
    const { circle, world } = this.#inside;
    const owner = circle.nodeOf(place);
    const { k } = this.#inside.node(owner).settings;
    const from = this.#hashAt(place);
    const to = this.#hashAt(this.memberAfter(place));
    const seen = [owner];
    let copies = 0;
    for (let at = circle.before(place); at !== place && copies < k; at = circle.before(at)) {
      const node = circle.nodeOf(at);
      if (seen.includes(node) || world.alive[node] === 0 || !this.isMember(at)) continue;
      seen.push(node);
      if (this.#holdsAll(node, owner, from, to)) copies++;
      else if (seen.length > 2 * (k + 1)) break;
    }
    return copies;
  }

  #holdsAll(node: number, owner: number, from: Uint8Array, to: Uint8Array): boolean {
    const store = this.#inside.storeOf(node);
    let hasAll = true;
    visitArc(this.#inside.storeOf(owner), from, to, (key, record) => {
      const its = store.get(key, 0);
      hasAll = its !== null && compareVersions(its, 0, record, 0) >= 0;
      return hasAll;
    });
    return hasAll;
  }

  #hashAt(place: Place): Uint8Array {
    const start = place * ID_BYTES;
    return this.#inside.circle.hashes.subarray(start, start + ID_BYTES);
  }
}
