/**
 * What has become of the keys of a ring, as nobody in it can know: who truly owns each, which stores
 * have it, and whether what was acknowledged is still there.
 *
 *     acknowledged: version 7          store of node 5   version 7   counts
 *                                      store of node 2   version 9   counts: it was overwritten since
 *                                      store of node 8   version 4   does not: it missed a write
 *
 * Looking for copies in 10,000 stores would take longer than a frame; but copies lie close before
 * their owner, so all stores are searched in turn and those that are likely each time.
 */
import { formatId } from '../../core/id.ts';
import type { RingOverlay } from '../../lab/ring/ring-overlay.ts';
import { compareVersions, VERSION_BYTES } from '../../ring/records/clock.ts';
import { isTombstone, valueBytes } from '../../ring/records/record.ts';
import type { KeyView } from '../protocol/messages.ts';

/** The newest write of a key that was acknowledged. */
interface Truth {
  version: Uint8Array;
  isRemoved: boolean;
}

/** Keys that are remembered; then the oldest is forgotten. */
const KEYS_LIMIT = 100_000;
/** Keys whose holders are remembered between two looks. */
const LOOKS_LIMIT = 4096;
/** Up to so many nodes, spare ones counted, all stores are searched each time; else so many in turn. */
const SMALL_NODES = 1600;
const SEARCHED_NODES = 128;
/** Members before the owner, and after it, whose stores are searched each time. */
const NEAR_BEFORE = 24;
const NEAR_AFTER = 8;

/** What was found of a key at the last look. */
interface Look {
  holders: Set<number>;
  /** Where the search through all stores goes on. */
  next: number;
}

export class RingKeys {
  readonly #overlay: RingOverlay;
  readonly #k: number;
  readonly #placeOf: (address: number) => number;
  readonly #truths = new Map<string, Truth>();
  readonly #names = new Map<string, string>();
  readonly #looks = new Map<string, Look>();

  /** @param placeOf the scene's number of the place at an address. */
  constructor(overlay: RingOverlay, k: number, placeOf: (address: number) => number) {
    this.#overlay = overlay;
    this.#k = k;
    this.#placeOf = placeOf;
  }

  named(key: Uint8Array, name: string): void {
    if (name === '') return;
    remember(this.#names, formatId(key), name, KEYS_LIMIT);
  }

  nameOf(key: Uint8Array): string | null {
    return this.#names.get(formatId(key)) ?? null;
  }

  /** A write was acknowledged. */
  acknowledged(key: Uint8Array, version: Uint8Array, isRemoved: boolean): void {
    const id = formatId(key);
    const known = this.#truths.get(id);
    if (known && compareVersions(known.version, 0, version, 0) >= 0) return;
    const copy = Uint8Array.prototype.slice.call(version, 0, VERSION_BYTES);
    remember(this.#truths, id, { version: copy, isRemoved }, KEYS_LIMIT);
  }

  /** Is a record as new as what was acknowledged? `null`: there is none. */
  isTrue(key: Uint8Array, version: Uint8Array | null): boolean {
    const truth = this.#truths.get(formatId(key));
    if (truth === undefined) return true;
    if (version === null) return truth.isRemoved;
    return compareVersions(version, 0, truth.version, 0) >= 0;
  }

  view(key: Uint8Array, name: string | null): KeyView {
    const { circle, oracle, world } = this.#overlay;
    const id = formatId(key);
    const place = oracle.ownerOf(key);
    const owner = place < 0 ? -1 : circle.nodeOf(place);
    const truth = this.#truths.get(id);
    const found = this.#find(id, key, place);
    const removal = this.#removal(key, found);
    const holders: number[] = [];
    let bytes = 0;
    let living = 0;
    let ownerHas = false;
    for (const node of found) {
      const record = this.#overlay.storeOf(node).get(key, 0)!;
      if (isTombstone(record)) continue;
      if (truth && compareVersions(record, 0, truth.version, 0) < 0) continue;
      if (removal && compareVersions(record, 0, removal, 0) < 0) continue;
      holders.push(node);
      bytes = valueBytes(record);
      living += world.alive[node];
      if (node === owner) ownerHas = true;
    }
    const isMissed = truth !== undefined && !truth.isRemoved && !isAfter(removal, truth.version);
    const isThere = holders.length > 0 || isMissed;
    return {
      key: id,
      name: name ?? this.#names.get(id) ?? null,
      owner: place < 0 ? -1 : this.#placeOf(oracle.addressAt(place)),
      holders,
      effectiveK: ownerHas ? living - 1 : -1,
      state: isThere ? this.#stateOf(living) : 'removed',
      bytes,
    };
  }

  /**
   * The newest tombstone that a living node has: a key that is being removed is neither unsafe nor lost,
   * while its backups still have to hear of it.
   */
  #removal(key: Uint8Array, found: readonly number[]): Uint8Array | null {
    const { world } = this.#overlay;
    let newest: Uint8Array | null = null;
    for (const node of found) {
      const record = this.#overlay.storeOf(node).get(key, 0)!;
      if (world.alive[node] === 0 || !isTombstone(record)) continue;
      if (newest === null || compareVersions(record, 0, newest, 0) > 0) newest = record;
    }
    return newest;
  }

  #stateOf(living: number): KeyView['state'] {
    if (living === 0) return 'lost';
    return living >= this.#copiesWanted() ? 'safe' : 'unsafe';
  }

  /** K + 1, or as many as there are processes left. */
  #copiesWanted(): number {
    const { alive } = this.#overlay.world;
    let count = 0;
    for (let node = 0; node < alive.length && count <= this.#k; node++) {
      if (alive[node] === 1 && this.#overlay.node(node).isMember) count++;
    }
    return count;
  }

  // Who has it.

  #find(id: string, key: Uint8Array, owner: number): number[] {
    const { count } = this.#overlay;
    let look = this.#looks.get(id);
    if (look === undefined) {
      look = { holders: new Set(), next: 0 };
      remember(this.#looks, id, look, LOOKS_LIMIT);
      this.#search(look, key, 0, count);
    } else if (count <= SMALL_NODES) {
      this.#search(look, key, 0, count);
    } else {
      const end = Math.min(count, look.next + SEARCHED_NODES);
      this.#search(look, key, look.next, end);
      look.next = end === count ? 0 : end;
      if (owner >= 0) this.#searchNear(look, key, owner);
      for (const node of look.holders) this.#check(look, key, node);
    }
    return [...look.holders].sort((a, b) => a - b);
  }

  #search(look: Look, key: Uint8Array, from: number, to: number): void {
    for (let node = from; node < to; node++) this.#check(look, key, node);
  }

  #searchNear(look: Look, key: Uint8Array, owner: number): void {
    const { circle, oracle } = this.#overlay;
    for (const [limit, step] of [
      [NEAR_BEFORE, -1],
      [NEAR_AFTER, 1],
    ] as const) {
      let place = owner;
      for (let seen = 0, walked = 0; seen < limit && walked < circle.count; walked++) {
        if (oracle.isMember(place)) {
          this.#check(look, key, circle.nodeOf(place));
          seen++;
        }
        place = step === 1 ? circle.after(place) : circle.before(place);
      }
    }
  }

  #check(look: Look, key: Uint8Array, node: number): void {
    if (!this.#overlay.hasBegun(node)) return;
    if (this.#overlay.storeOf(node).get(key, 0) === null) look.holders.delete(node);
    else look.holders.add(node);
  }
}

function isAfter(removal: Uint8Array | null, version: Uint8Array): boolean {
  return removal !== null && compareVersions(removal, 0, version, 0) > 0;
}

/** Sets an entry as the newest, and forgets the oldest when there are too many. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > limit) map.delete(map.keys().next().value!);
}
