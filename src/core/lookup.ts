/**
 * The iterative lookup: walk towards a target by asking the closest candidates known for closer ones
 * (Kademlia §2.3, BEP 5 "Routing Table").
 *
 * A candidate is a row. Rows keep the order in which they were heard of; `order` keeps them sorted
 * by distance to the target. `parent` says which row told us of this one, so the finished lookup
 * *is* its own trace.
 *
 *     row        0         1         2         3                 order (closest first)
 *     id         8f3a…     91c0…     8e11…     8f30…             3 0 2 1
 *     parent     table     table     0         0
 *     state      answered  failed    answered  asked
 *
 * Rules:
 * - at most `alpha` requests are *fresh*; one that passes the short time-out becomes slow and frees
 *   its place, but its answer still counts while the lookup lives;
 * - the next to ask is the closest candidate not asked yet among the k closest live ones;
 * - the lookup ends when the k closest live candidates have all answered, or nobody is left to ask.
 *   Failed and slow candidates are not live. With fewer than k answers slow ones are waited for.
 */
import { type Address, ipOf, isLoopback } from './address.ts';
import { compareDistance, ID_BYTES, prefixOf } from './id.ts';

/**
 * Candidates remembered, and so requests sent, per lookup at most. A lookup among 10 million nodes
 * asks about 20; a liar who invents ever closer nodes is cut off here.
 */
export const LOOKUP_CANDIDATES = 128;

export const CandidateState = { new: 0, asked: 1, slow: 2, answered: 3, failed: 4 } as const;
export type CandidateState = (typeof CandidateState)[keyof typeof CandidateState];

/** `parent` of candidates that no other candidate told us of. */
export const FROM_TABLE = -1;
export const FROM_BOOTSTRAP = -2;

/** Why a candidate failed. */
export const Failure = { none: 0, timeout: 1, error: 2, malformed: 3, cancelled: 4 } as const;
export type Failure = (typeof Failure)[keyof typeof Failure];

export class Lookup {
  readonly target: Uint8Array = new Uint8Array(ID_BYTES);
  k = 0;
  alpha = 0;
  onePerIp = false;
  /** What is asked for and on whose behalf; the meaning is the owner's. */
  kind = 0;
  call = 0;
  slot = 0;
  /** Writes to the closest nodes after the walk: under way, acknowledged, refused or lost. */
  writesPending = 0;
  writesStored = 0;
  writesFailed = 0;
  startedAtMs = 0;
  /** Rows in use. */
  count = 0;
  /** Requests that hold one of the alpha places. */
  freshCount = 0;
  slowCount = 0;
  askedCount = 0;
  answeredCount = 0;
  readonly ids: Uint8Array = new Uint8Array(LOOKUP_CANDIDATES * ID_BYTES);
  /** First 32 bits of the distance to the target: they decide nearly every comparison. */
  readonly #distances = new Uint32Array(LOOKUP_CANDIDATES);
  #targetPrefix = 0;
  readonly idKnown: Uint8Array = new Uint8Array(LOOKUP_CANDIDATES);
  readonly addresses: Float64Array = new Float64Array(LOOKUP_CANDIDATES);
  readonly states: Uint8Array = new Uint8Array(LOOKUP_CANDIDATES);
  readonly failures: Uint8Array = new Uint8Array(LOOKUP_CANDIDATES);
  /** 1 where the answer came after the short time-out. */
  readonly late: Uint8Array = new Uint8Array(LOOKUP_CANDIDATES);
  readonly parents: Int16Array = new Int16Array(LOOKUP_CANDIDATES);
  readonly hops: Uint8Array = new Uint8Array(LOOKUP_CANDIDATES);
  /** The how-manieth request of this lookup went to the row; 0 is "never asked". */
  readonly sequence: Uint8Array = new Uint8Array(LOOKUP_CANDIDATES);
  readonly askedAtMs: Float64Array = new Float64Array(LOOKUP_CANDIDATES);
  readonly answeredAtMs: Float64Array = new Float64Array(LOOKUP_CANDIDATES);
  /** What the row gave that was looked for, counted by the owner. */
  readonly yields: Uint16Array = new Uint16Array(LOOKUP_CANDIDATES);
  /** The request in flight to the row, see `Requests`. */
  readonly requests: Uint32Array = new Uint32Array(LOOKUP_CANDIDATES);
  readonly order: Uint8Array = new Uint8Array(LOOKUP_CANDIDATES);
  /** Write tokens by row, kept only where something will be written (BEP 5 announce_peer). */
  tokens: (Uint8Array | undefined)[] = [];

  begin(target: Uint8Array, start: number, k: number, alpha: number, now: number): void {
    for (let i = 0; i < ID_BYTES; i++) this.target[i] = target[start + i]!;
    this.#targetPrefix = prefixOf(target, start);
    this.k = k;
    this.alpha = alpha;
    this.startedAtMs = now;
    this.count = 0;
    this.freshCount = 0;
    this.slowCount = 0;
    this.askedCount = 0;
    this.answeredCount = 0;
    this.kind = 0;
    this.call = 0;
    this.writesPending = 0;
    this.writesStored = 0;
    this.writesFailed = 0;
    this.tokens = [];
  }

  /**
   * Adds a candidate; its row, or -1 when it is known already or too far to be kept. A bootstrap
   * address that is named so gets the rank of its id, asked or not: it may be among the closest.
   */
  add(id: Uint8Array, start: number, address: Address, parent: number): number {
    const distance = this.#distanceOf(id, start);
    const first = this.#firstFrom(distance);
    // A contact that was named before, under the same id, stands right here: no need to scan for it.
    if (first < this.count) {
      const row = this.order[first]!;
      const isSame = this.#distances[row] === distance && this.addresses[row] === address;
      if (isSame && this.idKnown[row] === 1) return -1;
    }
    const known = this.#rowOf(address);
    if (known >= 0) {
      if (this.idKnown[known] === 0 && this.addresses[known] === address) {
        this.#identify(known, id, start);
      }
      return -1;
    }
    const position = this.#positionFrom(first, distance, id, start);
    const row = this.#rowFor(position);
    if (row < 0) return -1;
    for (let i = 0; i < ID_BYTES; i++) this.ids[row * ID_BYTES + i] = id[start + i]!;
    this.#distances[row] = distance;
    this.idKnown[row] = 1;
    this.#fill(row, address, parent);
    this.#insert(row, position);
    return row;
  }

  /** Adds a bootstrap address, whose id is unknown. It ranks last until it answers. */
  addUnknown(address: Address): number {
    if (this.#rowOf(address) >= 0) return -1;
    const row = this.#rowFor(this.count);
    if (row < 0) return -1;
    for (let i = 0; i < ID_BYTES; i++) this.ids[row * ID_BYTES + i] = ~this.target[i]!;
    this.#distances[row] = 0xffffffff;
    this.idKnown[row] = 0;
    this.#fill(row, address, FROM_BOOTSTRAP);
    this.#insert(row, this.count);
    return row;
  }

  /** The next row to ask, or -1 while alpha are fresh or nobody worth asking is left. */
  next(): number {
    if (this.freshCount >= this.alpha) return -1;
    let live = 0;
    for (let i = 0; i < this.count; i++) {
      const row = this.order[i]!;
      const state = this.states[row]!;
      if (state === CandidateState.new) return row;
      if (state === CandidateState.asked || state === CandidateState.answered) {
        if (++live >= this.k) return -1;
      }
    }
    return -1;
  }

  get done(): boolean {
    let answered = 0;
    for (let i = 0; i < this.count; i++) {
      const state = this.states[this.order[i]!]!;
      if (state === CandidateState.new || state === CandidateState.asked) return false;
      if (state === CandidateState.answered && ++answered >= this.k) return true;
    }
    return this.slowCount === 0;
  }

  asked(row: number, request: number, now: number): void {
    this.states[row] = CandidateState.asked;
    this.requests[row] = request;
    this.askedAtMs[row] = now;
    this.sequence[row] = ++this.askedCount;
    this.freshCount++;
  }

  slow(row: number): void {
    this.states[row] = CandidateState.slow;
    this.freshCount--;
    this.slowCount++;
  }

  /** An answer came, from the id at `id[start]`. A candidate that is not who we were told moves. */
  answered(row: number, id: Uint8Array, start: number, now: number): void {
    this.late[row] = this.states[row] === CandidateState.slow ? 1 : 0;
    this.#leaveFlight(row);
    this.states[row] = CandidateState.answered;
    this.answeredAtMs[row] = now;
    this.answeredCount++;
    const own = row * ID_BYTES;
    if (
      this.idKnown[row] === 1 &&
      compareDistance(this.ids, own, id, start, this.target, 0) === 0
    ) {
      return;
    }
    this.#identify(row, id, start);
  }

  failed(row: number, failure: Failure): void {
    this.#leaveFlight(row);
    this.states[row] = CandidateState.failed;
    this.failures[row] = failure;
  }

  /** Visits the closest candidates that answered, closest first, at most `limit` of them. */
  closestAnswered(limit: number, visit: (row: number) => void): void {
    let left = limit;
    for (let i = 0; i < this.count && left > 0; i++) {
      const row = this.order[i]!;
      if (this.states[row] !== CandidateState.answered) continue;
      visit(row);
      left--;
    }
  }

  #leaveFlight(row: number): void {
    if (this.states[row] === CandidateState.asked) this.freshCount--;
    else if (this.states[row] === CandidateState.slow) this.slowCount--;
    this.requests[row] = 0;
  }

  #fill(row: number, address: Address, parent: number): void {
    this.addresses[row] = address;
    this.parents[row] = parent;
    this.hops[row] = parent < 0 ? 1 : Math.min(255, this.hops[parent]! + 1);
    this.states[row] = CandidateState.new;
    this.failures[row] = Failure.none;
    this.sequence[row] = 0;
    this.yields[row] = 0;
    this.requests[row] = 0;
  }

  /** A candidate is, or is said to be, somebody else than we believed: it moves. */
  #identify(row: number, id: Uint8Array, start: number): void {
    this.#remove(row);
    const distance = this.#distanceOf(id, start);
    const position = this.#positionFrom(this.#firstFrom(distance), distance, id, start);
    this.#distances[row] = distance;
    for (let i = 0; i < ID_BYTES; i++) this.ids[row * ID_BYTES + i] = id[start + i]!;
    this.idKnown[row] = 1;
    this.#insert(row, position);
  }

  /** One question per endpoint, and per IP where that is asked for: liars pay with addresses. */
  #rowOf(address: Address): number {
    const byIp = this.onePerIp && !isLoopback(address);
    const ip = byIp ? ipOf(address) : 0;
    for (let row = 0; row < this.count; row++) {
      const known = this.addresses[row]!;
      if (known === address || (byIp && ipOf(known) === ip)) return row;
    }
    return -1;
  }

  #distanceOf(id: Uint8Array, start: number): number {
    return (prefixOf(id, start) ^ this.#targetPrefix) >>> 0;
  }

  /** The first position whose distance, as far as 32 bits tell, is not smaller. */
  #firstFrom(distance: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#distances[this.order[middle]!]! < distance) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where an id belongs: behind all that are as near or nearer. */
  #positionFrom(first: number, distance: number, id: Uint8Array, start: number): number {
    let position = first;
    for (; position < this.count; position++) {
      const row = this.order[position]!;
      if (this.#distances[row] !== distance) break;
      if (compareDistance(this.ids, row * ID_BYTES, id, start, this.target, 0) > 0) break;
    }
    return position;
  }

  /** A row for a candidate that ranks at `position`: a new one, or that of a farther one unasked. */
  #rowFor(position: number): number {
    if (this.count < LOOKUP_CANDIDATES) return this.count;
    for (let i = this.count - 1; i >= position; i--) {
      const row = this.order[i]!;
      if (this.states[row] !== CandidateState.new) continue;
      this.#remove(row);
      return row;
    }
    return -1;
  }

  #insert(row: number, position: number): void {
    for (let i = this.count; i > position; i--) this.order[i] = this.order[i - 1]!;
    this.order[position] = row;
    this.count++;
  }

  #remove(row: number): void {
    let i = 0;
    while (this.order[i] !== row) i++;
    for (; i < this.count - 1; i++) this.order[i] = this.order[i + 1]!;
    this.count--;
  }
}

/** Idle lookups that a real node's process keeps: a burst of thousands must not hold memory for ever. */
export const IDLE_LOOKUPS = 16;

/** Lookups are 10 KB each and short-lived: finished ones are used again, up to a limit. */
export class LookupPool {
  readonly #idle: Lookup[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(): Lookup {
    return this.#idle.pop() ?? new Lookup();
  }

  release(lookup: Lookup): void {
    if (this.#idle.length < this.#limit) this.#idle.push(lookup);
  }
}
