/**
 * What a routing table is, whatever its shape (BEP 5 "Routing Table").
 *
 * Only contacts that answered a request of ours enter a table, and only *good* ones are handed to
 * others:
 *
 *     good           heard within 15 minutes and not failing
 *     questionable   silent for 15 minutes: pinged before anything else is decided
 *     bad            left two requests in a row unanswered: its place is free for another
 *
 * Three shapes stand behind this interface: `kbuckets` (BEP 5's own), `flat` (every node ever heard
 * in one table) and `prefix` (the same, grouped by the first bits of the id).
 */
import type { Address } from '../../core/address.ts';
import { compareDistance, orderedWord, wordAt } from '../../core/id.ts';
import { CONTACT_BYTES, type Contacts, type Handle } from '../rows/contacts.ts';
import type { Ground } from '../rows/ground.ts';
import { failuresOf, heardSeconds, type RowState } from '../rows/slab.ts';

/** BEP 5: a node is good for 15 minutes after it was last heard. */
export const QUIET_MS: number = 15 * 60_000;
/** BEP 5: a bucket that did not change for 15 minutes is refreshed. */
export const REFRESH_MS: number = 15 * 60_000;
/** Mark of a row: a ping to it is under way. */
export const CHECKING = 1;
/** Mark of a row: not good before it answered again, however lately it was heard. */
export const SUSPECT = 2;
/** Unanswered requests in a row that make a contact bad. One lost packet must not. */
export const BAD_FAILURES = 2;

/** What became of a contact that answered. */
export const Offer = {
  /** It was in the table: refreshed. */
  known: 0,
  added: 1,
  /** Its part of the table is full: kept aside as a replacement. */
  spare: 2,
  /** Not wanted: its IP has a contact in the table already, or the table is at its limit. */
  refused: 3,
} as const;
export type Offer = (typeof Offer)[keyof typeof Offer];

/** One row, as `RoutingTable.visit` shows it. */
export type Visitor = (
  handle: Handle,
  heardSeconds: number,
  failures: number,
  part: number,
  isSuspect: boolean,
) => void;

export interface RoutingTable {
  readonly kind: string;
  /** Contacts in the table, spares apart. */
  readonly count: number;
  /** Buckets or groups. */
  readonly parts: number;
  /** The handle of a contact in the table, or 0. */
  find(id: Uint8Array, start: number, address: Address): Handle;
  /** Would an unknown contact with this id find a place? Asked before a stranger is pinged. */
  wants(now: number, id: Uint8Array, start: number): boolean;
  /** A contact answered us. */
  answered(now: number, id: Uint8Array, start: number, address: Address): Offer;
  /**
   * A contact of the table asked us something: it is alive (BEP 5's second way to be good). True
   * when it is bad nevertheless: it should be pinged, and its answer makes it good again.
   */
  heard(now: number, handle: Handle): boolean;
  /** A contact left a request unanswered; when that was sent may excuse it, see `isExcused`. */
  failed(handle: Handle, sentAtMs?: number): void;
  /** Whoever was at this address is somebody else now: out, and its neighbours are to be asked. */
  changed(now: number, address: Address): void;
  /** Fills `nearest` with the contacts closest to its target; only good ones if so asked. */
  closest(now: number, nearest: Nearest, goodOnly: boolean): void;
  /** The contact that has been silent for longest, when that is too long, or 0. */
  quietest(now: number): Handle;
  /** While a ping to it is under way, `quietest` passes over it. Answers and failures end that too. */
  checking(handle: Handle, isUnderWay: boolean): void;
  /** A random id in the part of the table that has not changed for longest, if any is due. */
  refreshTarget(now: number, out: Uint8Array): boolean;
  /** A random id in a part of the table that has room for more contacts; false when it has none. */
  gapTarget(part: number, out: Uint8Array): boolean;
  /** When `quietest` or `refreshTarget` next has something to say. */
  dueAt(now: number): number;
  visit(visitor: Visitor): void;
  /** Gives all rows and references back. */
  release(): void;
}

/** Where a table stands: on which ground, for which node. */
export interface TablePlace {
  readonly ground: Ground;
  /** The node's own id, as a contact. */
  readonly self: Handle;
  /** Contacts per bucket. */
  readonly k: number;
  /** Contacts of the first buckets, where those are larger; of `kbuckets` only. */
  readonly wide?: readonly number[];
  /** One contact per IP address, loopback apart. */
  readonly onePerIp: boolean;
  /** Rows that were filled before, of which only `kbuckets` can make a table; null for none. */
  readonly rows?: TableRows | null;
}

/** A filled table without its object: buckets one behind the other from a first row on. */
export interface TableRows {
  first: number;
  parts: number;
  count: number;
}

export type TableFactory = (place: TablePlace) => RoutingTable;

/**
 * One that was heard after it was sent what it did not answer is alive: a datagram was lost. Only the
 * first failure is excused so, or somebody who asks all the time and answers nothing would stay good.
 */
export function isExcused(state: RowState, sentAtMs: number): boolean {
  return failuresOf(state) === 0 && heardSeconds(state) * 1000 >= sentAtMs;
}

export function isBad(state: RowState): boolean {
  return failuresOf(state) >= BAD_FAILURES;
}

export function isGood(state: RowState, now: number): boolean {
  return isGoodSince(state, goodSinceSeconds(now));
}

/** The least `heardSeconds` of a good contact: worked out once where many are looked at. */
export function goodSinceSeconds(now: number): number {
  return Math.max(0, Math.floor((now - QUIET_MS) / 1000) + 1);
}

/** In place of those seconds: whoever is not bad will do. */
export const NOT_BAD = -1;

export function isGoodSince(state: RowState, seconds: number): boolean {
  return !isBad(state) && (state & SUSPECT) === 0 && heardSeconds(state) >= seconds;
}

/** When the silence began that `QUIET_MS` is counted from; for a suspect it is over at once. */
export function quietSinceMs(state: RowState): number {
  return (state & SUSPECT) !== 0 ? -QUIET_MS : heardSeconds(state) * 1000;
}

/**
 * The n handles nearest to a target, kept in order while candidates stream by. Used again.
 *
 * Candidates are gathered first and ranked together: their ids lie anywhere in memory, and when all
 * of them are read before anything depends on one, the cache misses overlap instead of adding up.
 */
export class Nearest {
  readonly handles: Uint32Array;
  count = 0;
  limit = 0;
  target: Uint8Array = new Uint8Array(20);
  targetStart = 0;
  #targetWord = 0;
  readonly #contacts: Contacts;
  /** First words of the distances, which decide nearly every time; signed, in the same order. */
  readonly #distances: Int32Array;
  readonly #gathered: Uint32Array;
  readonly #gatheredDistances: Int32Array;
  #gatheredCount = 0;

  constructor(contacts: Contacts, capacity: number) {
    this.#contacts = contacts;
    this.handles = new Uint32Array(capacity);
    this.#distances = new Int32Array(capacity);
    this.#gathered = new Uint32Array(capacity);
    this.#gatheredDistances = new Int32Array(capacity);
  }

  begin(target: Uint8Array, start: number, limit: number): void {
    this.target = target;
    this.targetStart = start;
    this.#targetWord = orderedWord(target, start);
    this.limit = Math.min(limit, this.handles.length);
    this.count = 0;
    this.#gatheredCount = 0;
  }

  get full(): boolean {
    return this.count === this.limit;
  }

  /** Takes a candidate, which counts from the next `rank` on. */
  gather(handle: Handle): void {
    if (this.#gatheredCount === this.#gathered.length) this.rank();
    const i = this.#gatheredCount++;
    this.#gathered[i] = handle;
    this.#gatheredDistances[i] =
      wordAt(this.#contacts.bytes, handle * CONTACT_BYTES) ^ this.#targetWord;
  }

  /**
   * Ranks the contacts in the rows `[first, end)` of a slab, up to the first free one: the good ones,
   * or all that are not bad. The same as `gather` and `rank` one by one, in a single loop.
   */
  collect(rows: Uint32Array, first: number, end: number, sinceSeconds: number): void {
    const { bytes } = this.#contacts;
    const gathered = this.#gathered;
    const distances = this.#gatheredDistances;
    const target = this.#targetWord;
    let count = this.#gatheredCount;
    for (let row = first; row < end; row++) {
      const handle = rows[2 * row]!;
      if (handle === 0) break;
      const state = rows[2 * row + 1]!;
      if (sinceSeconds === NOT_BAD ? isBad(state) : !isGoodSince(state, sinceSeconds)) continue;
      if (count === gathered.length) {
        this.#gatheredCount = count;
        this.rank();
        count = 0;
      }
      gathered[count] = handle;
      distances[count++] = wordAt(bytes, handle * CONTACT_BYTES) ^ target;
    }
    this.#gatheredCount = count;
    this.rank();
  }

  /** Ranks what was gathered. */
  rank(): void {
    const { limit, handles } = this;
    const distances = this.#distances;
    const count = this.#gatheredCount;
    this.#gatheredCount = 0;
    for (let i = 0; i < count; i++) {
      const handle = this.#gathered[i]!;
      const distance = this.#gatheredDistances[i]!;
      let place = this.count;
      if (place < limit) this.count++;
      else if (place === 0 || !this.#beats(handle, distance, --place)) continue;
      for (; place > 0 && this.#beats(handle, distance, place - 1); place--) {
        handles[place] = handles[place - 1]!;
        distances[place] = distances[place - 1]!;
      }
      handles[place] = handle;
      distances[place] = distance;
    }
  }

  #beats(handle: Handle, distance: number, place: number): boolean {
    const other = this.#distances[place]!;
    return distance < other || (distance === other && this.#isNearer(handle, this.handles[place]!));
  }

  #isNearer(handle: Handle, other: Handle): boolean {
    const { bytes } = this.#contacts;
    const at = handle * CONTACT_BYTES;
    const otherAt = other * CONTACT_BYTES;
    return compareDistance(bytes, at, bytes, otherAt, this.target, this.targetStart) < 0;
  }
}
