/**
 * The iterative lookup: the closest candidates known are asked for closer ones, until there are none
 * (Kademlia §2.3, BEP 5 "Routing Table").
 *
 * A candidate is a row. Rows keep the order in which they were heard of, `order` sorts them by distance
 * to the target. `parent` says which row told us of this one: the finished lookup *is* its trace.
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
 *   Failed and slow candidates are not live. With fewer than k answers slow ones are waited for;
 * - where BEP 42 is kept, candidates whose ids do not follow from their addresses are asked like all
 *   others but do not count among the k: they can tell of others, and never have the last word;
 * - one candidate per IP and one per /24, where that is asked for: a liar pays with networks;
 * - with a `reach` all candidates within that distance are asked, however many are closer (edk, `reachTo`);
 * - with several paths each has to come to its end first (paths.ts).
 */
import {
  type Address,
  isLoopback,
  networkOf,
  partyOf,
  readAddress,
  Scope,
  scopeOf,
} from '../../core/address.ts';
import { compareDistance, equalIds, ID_BYTES, orderedWord, wordAt } from '../../core/id.ts';
import { isSecureId } from '../../core/secure-id.ts';
import { CandidateState, Failure, FROM_BOOTSTRAP } from './candidate.ts';
import { hasBit, IP_WORDS, ipBit, setBit } from './ip-filter.ts';
import {
  DISTANCES_WORD,
  FIRST_DOUBLE,
  FIRST_WORD,
  Field,
  LOOKUP_CANDIDATES,
  LookupRows,
  REQUEST_WORD,
  ROW_BYTES,
  ROW_DOUBLES,
  ROW_WORDS,
  ROWS_AT,
  STATES_AT,
  YIELDS_WORD,
} from './lookup-rows.ts';
import { nextOfPaths, Paths } from './paths.ts';
import { Writes } from './writes.ts';

/** The distance of a candidate whose id is unknown, as a signed word like all distances. */
const FARTHEST = 0x7fffffff;
/** Nearer than any distance: the k closest are enough. */
const NOWHERE = -0x80000001;

export class Lookup extends LookupRows {
  k = 0;
  alpha = 0;
  onePerIp = false;
  onePerNetwork = false;
  /** Do ids have to follow from addresses to count (BEP 42)? */
  prefersSecure = false;
  /** Disjoint paths, 1 to `PATHS_LIMIT`; for the whole lookup, so set before the first candidate. */
  paths = 1;
  /** What is asked for and on whose behalf; the meaning is the owner's. */
  kind = 0;
  call = 0;
  slot = 0;
  /** Writes to the closest nodes afterwards. */
  readonly writes: Writes = new Writes();
  startedAtMs = 0;
  /** Requests that hold one of the alpha places. */
  freshCount = 0;
  slowCount = 0;
  askedCount = 0;
  answeredCount = 0;
  /** Candidates that do not count, see `isInsecure`. */
  #insecureCount = 0;
  #targetWord = 0;
  /** Distance within which all are asked, a signed word like all distances. */
  #reach = NOWHERE;
  /** Where the last search ended. */
  #finger = 0;
  /** One bit of 256 for each IP of a candidate: a newcomer is mostly seen to be one at once. */
  readonly #ips = new Uint32Array(IP_WORDS);

  begin(target: Uint8Array, start: number, k: number, alpha: number, now: number): void {
    for (let i = 0; i < ID_BYTES; i++) this.target[i] = target[start + i];
    this.#targetWord = orderedWord(target, start);
    this.#ips.fill(0);
    this.#finger = 0;
    this.#insecureCount = 0;
    this.#reach = NOWHERE;
    this.paths = 1;
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
    this.writes.reset();
  }

  /** From now on all candidates are asked that are at most so far from the target: 32 bits, unsigned. */
  reachTo(distance: number): void {
    this.#reach = distance - 0x80000000;
  }

  /** Is a row so near that it would be among the k closest of an honest network? */
  isRowInReach(row: number): boolean {
    return this.#distanceOf(this.bytes, this.idStart(row)) <= this.#reach;
  }

  /** The same for the candidate at a position. */
  isInReach(position: number): boolean {
    return this.words[DISTANCES_WORD + position] <= this.#reach;
  }

  /**
   * Adds a candidate, a contact of 26 bytes where it lies; its row, or -1 when it is known already or
   * too far to be kept. A bootstrap address that is named so gets the rank of its id, asked or not: it
   * may be among the closest.
   */
  add(contact: Uint8Array, start: number, parent: number): number {
    return this.addAt(contact, start, readAddress(contact, start + ID_BYTES), parent);
  }

  /** The same for an id and its address. */
  addAt(contact: Uint8Array, start: number, address: Address, parent: number): number {
    const distance = this.#distanceOf(contact, start);
    const first = this.#firstFrom(distance);
    // A contact that was named before, under the same id, stands right here: no need to scan for it.
    if (first < this.count && this.words[DISTANCES_WORD + first] === distance) {
      const row = this.bytes[first];
      const known = this.doubles[FIRST_DOUBLE + row * ROW_DOUBLES];
      if (known === address && this.isIdKnown(row)) return -1;
    }
    const bit = this.#bitOf(address);
    if (hasBit(this.#ips, bit)) {
      const known = this.#rowOf(address);
      if (known >= 0) {
        if (!this.isIdKnown(known) && this.addressOf(known) === address) {
          this.#identify(known, contact, start);
        }
        return -1;
      }
    }
    const position = this.#positionFrom(first, distance, contact, start);
    const row = this.#rowFor(position);
    if (row < 0) return -1;
    this.#copyId(row, contact, start);
    this.doubles[FIRST_DOUBLE + row * ROW_DOUBLES] = address;
    this.#fill(row, bit, parent, 1);
    this.#insert(row, position, distance);
    if (this.prefersSecure) this.#judge(row);
    return row;
  }

  /**
   * Adds a bootstrap address, whose id is unknown. It ranks last until it answers; `isNext` puts it
   * before the other unknown ones.
   */
  addUnknown(address: Address, isNext = false): number {
    if (this.#rowOf(address) >= 0) return -1;
    let position = this.count;
    if (isNext) while (position > 0 && !this.isIdKnown(this.rowAt(position - 1))) position--;
    const row = this.#rowFor(position);
    if (row < 0) return -1;
    const own = this.idStart(row);
    for (let i = 0; i < ID_BYTES; i++) this.bytes[own + i] = ~this.target[i];
    this.doubles[FIRST_DOUBLE + row * ROW_DOUBLES] = address;
    this.#fill(row, this.#bitOf(address), FROM_BOOTSTRAP, 0);
    this.#insert(row, Math.min(position, this.count), FARTHEST);
    return row;
  }

  /** The next row to ask, or -1 while alpha are fresh or nobody worth asking is left. */
  next(): number {
    if (this.freshCount >= this.alpha) return -1;
    if (this.paths > 1) {
      const row = this.#nextOfPaths();
      if (row !== Paths.over) return row === Paths.waiting ? -1 : row;
    }
    const { bytes, count } = this;
    const mayCount = this.#insecureCount === 0;
    let live = 0;
    for (let i = 0; i < count; i++) {
      if (live >= this.k && !this.isInReach(i)) return -1;
      const row = bytes[i];
      const state = bytes[STATES_AT + row];
      if (state === CandidateState.new) return row;
      if (!mayCount && this.isInsecure(row)) continue;
      if (state === CandidateState.asked || state === CandidateState.answered) live++;
    }
    return -1;
  }

  #nextOfPaths(): number {
    const width = Math.ceil(this.k / this.paths);
    const mayCount = this.#insecureCount === 0;
    return nextOfPaths(this, this.paths, width, (row) => mayCount || !this.isInsecure(row));
  }

  get done(): boolean {
    if (this.paths > 1 && this.#nextOfPaths() !== Paths.over) return false;
    const { bytes, count } = this;
    const mayCount = this.#insecureCount === 0;
    let answered = 0;
    for (let i = 0; i < count; i++) {
      if (answered >= this.k && !this.isInReach(i)) return true;
      const state = bytes[STATES_AT + bytes[i]];
      if (state === CandidateState.new || state === CandidateState.asked) return false;
      if (!mayCount && this.isInsecure(bytes[i])) continue;
      if (state === CandidateState.answered) answered++;
    }
    return answered >= this.k || this.slowCount === 0;
  }

  asked(row: number, request: number, now: number): void {
    this.bytes[STATES_AT + row] = CandidateState.asked;
    this.words[FIRST_WORD + row * ROW_WORDS + REQUEST_WORD] = request;
    this.doubles[FIRST_DOUBLE + row * ROW_DOUBLES + 1] = now;
    this.setField(row, Field.sequence, ++this.askedCount);
    this.freshCount++;
  }

  slow(row: number): void {
    this.bytes[STATES_AT + row] = CandidateState.slow;
    this.freshCount--;
    this.slowCount++;
  }

  /** An answer came, from the id at `id[start]`. A candidate that is not who we were told moves. */
  answered(row: number, id: Uint8Array, start: number, now: number): void {
    this.setField(row, Field.late, this.stateOf(row) === CandidateState.slow ? 1 : 0);
    this.#leaveFlight(row);
    this.bytes[STATES_AT + row] = CandidateState.answered;
    this.doubles[FIRST_DOUBLE + row * ROW_DOUBLES + 2] = now;
    this.answeredCount++;
    if (this.isIdKnown(row) && equalIds(this.bytes, this.idStart(row), id, start)) return;
    this.#identify(row, id, start);
  }

  failed(row: number, failure: Failure): void {
    this.#leaveFlight(row);
    this.bytes[STATES_AT + row] = CandidateState.failed;
    this.setField(row, Field.failure, failure);
  }

  /** Visits the closest candidates that answered, closest first, at most `limit` of them. */
  closestAnswered(limit: number, visit: (row: number) => void): void {
    let left = limit;
    for (let i = 0; i < this.count && left > 0; i++) {
      const row = this.rowAt(i);
      if (this.stateOf(row) !== CandidateState.answered) continue;
      visit(row);
      left--;
    }
  }

  #leaveFlight(row: number): void {
    const state = this.stateOf(row);
    if (state === CandidateState.asked) this.freshCount--;
    else if (state === CandidateState.slow) this.slowCount--;
    this.words[FIRST_WORD + row * ROW_WORDS + REQUEST_WORD] = 0;
  }

  /** All of a fresh row but its id and address; `ip` is the bit of that. */
  #fill(row: number, ip: number, parent: number, idKnown: 0 | 1): void {
    const { bytes } = this;
    const words = this.words;
    const word = FIRST_WORD + row * ROW_WORDS;
    const at = ROWS_AT + row * ROW_BYTES;
    setBit(this.#ips, ip);
    words[word + REQUEST_WORD] = 0;
    words[word + YIELDS_WORD] = 0;
    bytes[STATES_AT + row] = CandidateState.new;
    bytes[at + Field.parent] = parent;
    bytes[at + Field.hops] = parent < 0 ? 1 : this.hopsOf(parent) + 1;
    bytes[at + Field.failure] = Failure.none;
    bytes[at + Field.late] = 0;
    bytes[at + Field.sequence] = 0;
    bytes[at + Field.idKnown] = idKnown;
    bytes[at + Field.insecure] = 0;
    // Those who were named by nobody are dealt out.
    bytes[at + Field.path] = parent < 0 ? this.count % this.paths : this.pathOf(parent);
  }

  #copyId(row: number, id: Uint8Array, start: number): void {
    const { bytes } = this;
    const own = this.idStart(row);
    for (let i = 0; i < ID_BYTES; i++) bytes[own + i] = id[start + i];
  }

  /** A candidate is, or is said to be, somebody else than we believed: it moves. */
  #identify(row: number, id: Uint8Array, start: number): void {
    this.#remove(row);
    const distance = this.#distanceOf(id, start);
    const position = this.#positionFrom(this.#firstFrom(distance), distance, id, start);
    this.#copyId(row, id, start);
    this.setField(row, Field.idKnown, 1);
    this.#insert(row, position, distance);
    if (this.prefersSecure) this.#judge(row);
  }

  /** Sees whether the id of a row follows from its address. */
  #judge(row: number): void {
    if (isSecureId(this.bytes, this.idStart(row), this.addressOf(row))) return;
    this.setField(row, Field.insecure, 1);
    this.#insecureCount++;
  }

  #bitOf(address: Address): number {
    return ipBit(this.onePerNetwork ? networkOf(address) : partyOf(address));
  }

  /** One question per endpoint, and per IP or network where that is asked for. */
  #rowOf(address: Address): number {
    if (!hasBit(this.#ips, this.#bitOf(address))) return -1;
    if (this.onePerNetwork && scopeOf(address) === Scope.public) return this.#rowBeside(address);
    const byIp = this.onePerIp && !isLoopback(address);
    const ip = byIp ? partyOf(address) : 0;
    for (let row = 0; row < this.count; row++) {
      const known = this.addressOf(row);
      if (known === address || (byIp && partyOf(known) === ip)) return row;
    }
    return -1;
  }

  /** The row at an address, or one of its network that has not failed. */
  #rowBeside(address: Address): number {
    const network = networkOf(address);
    let beside = -1;
    for (let row = 0; row < this.count; row++) {
      const known = this.addressOf(row);
      if (known === address || (this.onePerIp && partyOf(known) === partyOf(address))) return row;
      const isNeighbour = networkOf(known) === network;
      if (isNeighbour && this.stateOf(row) !== CandidateState.failed) beside = row;
    }
    return beside;
  }

  #distanceOf(id: Uint8Array, start: number): number {
    return wordAt(id, start) ^ this.#targetWord;
  }

  /**
   * The first position whose distance, as far as 32 bits tell, is not smaller. Replies name their nodes
   * closest first, so it mostly lies a step or two behind where the last one was found.
   */
  #firstFrom(distance: number): number {
    const words = this.words;
    const { count } = this;
    let position = this.#finger;
    if (position > count) position = 0;
    if (position > 0 && words[DISTANCES_WORD + position - 1] >= distance) position = 0;
    while (position < count && words[DISTANCES_WORD + position] < distance) position++;
    this.#finger = position;
    return position;
  }

  /** Where an id belongs: behind all that are as near or nearer. */
  #positionFrom(first: number, distance: number, id: Uint8Array, start: number): number {
    let position = first;
    for (; position < this.count; position++) {
      if (this.words[DISTANCES_WORD + position] !== distance) break;
      const own = this.idStart(this.rowAt(position));
      if (compareDistance(this.bytes, own, id, start, this.target, 0) > 0) break;
    }
    return position;
  }

  /** A row for a candidate that ranks at `position`: a new one, or that of a farther one unasked. */
  #rowFor(position: number): number {
    if (this.count < LOOKUP_CANDIDATES) return this.count;
    for (let i = this.count - 1; i >= position; i--) {
      const row = this.rowAt(i);
      if (this.stateOf(row) !== CandidateState.new) continue;
      this.#remove(row);
      return row;
    }
    return -1;
  }

  #insert(row: number, position: number, distance: number): void {
    const { bytes } = this;
    const words = this.words;
    for (let i = this.count; i > position; i--) {
      bytes[i] = bytes[i - 1];
      words[DISTANCES_WORD + i] = words[DISTANCES_WORD + i - 1];
    }
    bytes[position] = row;
    words[DISTANCES_WORD + position] = distance;
    this.count++;
  }

  #remove(row: number): void {
    const { bytes } = this;
    if (this.isInsecure(row)) {
      this.setField(row, Field.insecure, 0);
      this.#insecureCount--;
    }
    const words = this.words;
    let i = 0;
    while (bytes[i] !== row) i++;
    for (; i < this.count - 1; i++) {
      bytes[i] = bytes[i + 1];
      words[DISTANCES_WORD + i] = words[DISTANCES_WORD + i + 1];
    }
    this.count--;
  }
}
