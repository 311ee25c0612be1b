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
 * All of it lies in one buffer of 9 KB. A row is 64 bytes, one line of the cache; order, states and the
 * first words of the distances, which every step looks through, are packed before the rows. (As 18 arrays
 * an answer touched three times as many lines; those of 500 lookups at once fitted no cache.)
 *
 *     ┌───────┬────────┬───────────┬─────────────────────────────────────────────┬──────────────
 *     │ order │ states │ distances │ address asked answered id request yields …  │ address asked …
 *     └───────┴────────┴───────────┴─────────────────────────────────────────────┴──────────────
 *       128 B   128 B    512 B       row 0, 64 B                                    row 1
 *
 * Rules:
 * - at most `alpha` requests are *fresh*; one that passes the short time-out becomes slow and frees
 *   its place, but its answer still counts while the lookup lives;
 * - the next to ask is the closest candidate not asked yet among the k closest live ones;
 * - the lookup ends when the k closest live candidates have all answered, or nobody is left to ask.
 *   Failed and slow candidates are not live. With fewer than k answers slow ones are waited for.
 */
import { type Address, ipOf, isLoopback, readAddress } from '../../core/address.ts';
import { compareDistance, equalIds, ID_BYTES, orderedWord, wordAt } from '../../core/id.ts';
import { CandidateState, Failure, FROM_BOOTSTRAP } from './candidate.ts';
import { hasBit, IP_WORDS, ipAt, ipBit, setBit } from './ip-filter.ts';
import { Writes } from './writes.ts';

/**
 * Candidates remembered, and so requests sent, per lookup at most. A lookup among 10 million nodes
 * asks about 20; a liar who invents ever closer nodes is cut off here.
 */
export const LOOKUP_CANDIDATES = 128;

/** Where things lie in the buffer of a lookup; see the drawing above. */
const STATES_AT = LOOKUP_CANDIDATES;
const DISTANCES_WORD = (2 * LOOKUP_CANDIDATES) / 4;
const ROWS_AT = 6 * LOOKUP_CANDIDATES;
/** A row: three doubles (address, asked, answered), the id, two words, the fields of one byte. */
const ROW_BYTES = 64;
const ROW_DOUBLES = ROW_BYTES / 8;
const ROW_WORDS = ROW_BYTES / 4;
const FIRST_DOUBLE = ROWS_AT / 8;
const FIRST_WORD = ROWS_AT / 4;
const REQUEST_WORD = 44 / 4;
const YIELDS_WORD = 48 / 4;
const Field = {
  id: 24,
  parent: 52,
  hops: 53,
  failure: 54,
  late: 55,
  sequence: 56,
  idKnown: 57,
} as const;
/** The distance of a candidate whose id is unknown, as a signed word like all distances. */
const FARTHEST = 0x7fffffff;

export class Lookup {
  readonly target: Uint8Array = new Uint8Array(ID_BYTES);
  k = 0;
  alpha = 0;
  onePerIp = false;
  /** What is asked for and on whose behalf; the meaning is the owner's. */
  kind = 0;
  call = 0;
  slot = 0;
  /** Writes to the closest nodes afterwards. */
  readonly writes: Writes = new Writes();
  startedAtMs = 0;
  /** Rows in use. */
  count = 0;
  /** Requests that hold one of the alpha places. */
  freshCount = 0;
  slowCount = 0;
  askedCount = 0;
  answeredCount = 0;
  /** The buffer, in its three readings. Ids lie in `bytes`, at `idStart`. */
  readonly bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  #targetWord = 0;
  /** Where the last search ended. */
  #finger = 0;
  /** One bit of 256 for each IP of a candidate: a newcomer is mostly seen to be one at once. */
  readonly #ips = new Uint32Array(IP_WORDS);

  constructor() {
    const buffer = new ArrayBuffer(ROWS_AT + LOOKUP_CANDIDATES * ROW_BYTES);
    this.bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }

  begin(target: Uint8Array, start: number, k: number, alpha: number, now: number): void {
    for (let i = 0; i < ID_BYTES; i++) this.target[i] = target[start + i];
    this.#targetWord = orderedWord(target, start);
    this.#ips.fill(0);
    this.#finger = 0;
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

  // What is known of a row.

  /** The row of the candidate at a position, 0 the closest. */
  rowAt(position: number): number {
    return this.bytes[position];
  }

  /** Where the id begins in `bytes`. */
  idStart(row: number): number {
    return ROWS_AT + row * ROW_BYTES + Field.id;
  }

  addressOf(row: number): Address {
    return this.#doubles[FIRST_DOUBLE + row * ROW_DOUBLES];
  }

  askedAtMs(row: number): number {
    return this.#doubles[FIRST_DOUBLE + row * ROW_DOUBLES + 1];
  }

  answeredAtMs(row: number): number {
    return this.#doubles[FIRST_DOUBLE + row * ROW_DOUBLES + 2];
  }

  /** The request in flight to the row, see `Requests`; 0 for none. */
  requestOf(row: number): number {
    return this.#words[FIRST_WORD + row * ROW_WORDS + REQUEST_WORD];
  }

  /** What the row gave that was looked for, counted by the owner. */
  yieldsOf(row: number): number {
    return this.#words[FIRST_WORD + row * ROW_WORDS + YIELDS_WORD];
  }

  stateOf(row: number): CandidateState {
    return this.bytes[STATES_AT + row] as CandidateState;
  }

  failureOf(row: number): Failure {
    return this.#field(row, Field.failure) as Failure;
  }

  /** Did the answer come after the short time-out? */
  isLate(row: number): boolean {
    return this.#field(row, Field.late) === 1;
  }

  isIdKnown(row: number): boolean {
    return this.#field(row, Field.idKnown) === 1;
  }

  /** The row that told us of this one, `FROM_TABLE` or `FROM_BOOTSTRAP`. */
  parentOf(row: number): number {
    return (this.#field(row, Field.parent) << 24) >> 24;
  }

  /** Length of the chain that led here: 1 for those we began with. */
  hopsOf(row: number): number {
    return this.#field(row, Field.hops);
  }

  /** The how-manieth request of this lookup went to the row; 0 is "never asked". */
  sequenceOf(row: number): number {
    return this.#field(row, Field.sequence);
  }

  #field(row: number, field: number): number {
    return this.bytes[ROWS_AT + row * ROW_BYTES + field];
  }

  #setField(row: number, field: number, value: number): void {
    this.bytes[ROWS_AT + row * ROW_BYTES + field] = value;
  }

  /** Counts one more of what was looked for. */
  yielded(row: number): void {
    const at = FIRST_WORD + row * ROW_WORDS + YIELDS_WORD;
    this.#words[at]++;
  }

  /**
   * Adds a candidate, a contact of 26 bytes where it lies; its row, or -1 when it is known already or
   * too far to be kept. A bootstrap address that is named so gets the rank of its id, asked or not: it
   * may be among the closest.
   */
  add(contact: Uint8Array, start: number, parent: number): number {
    const distance = this.#distanceOf(contact, start);
    const first = this.#firstFrom(distance);
    const address = readAddress(contact, start + ID_BYTES);
    // A contact that was named before, under the same id, stands right here: no need to scan for it.
    if (first < this.count && this.#words[DISTANCES_WORD + first] === distance) {
      const row = this.bytes[first];
      const known = this.#doubles[FIRST_DOUBLE + row * ROW_DOUBLES];
      if (known === address && this.isIdKnown(row)) return -1;
    }
    const bit = ipBit(ipAt(contact, start + ID_BYTES));
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
    this.#doubles[FIRST_DOUBLE + row * ROW_DOUBLES] = address;
    this.#fill(row, bit, parent, 1);
    this.#insert(row, position, distance);
    return row;
  }

  /** Adds a bootstrap address, whose id is unknown. It ranks last until it answers. */
  addUnknown(address: Address): number {
    if (this.#rowOf(address) >= 0) return -1;
    const row = this.#rowFor(this.count);
    if (row < 0) return -1;
    const own = this.idStart(row);
    for (let i = 0; i < ID_BYTES; i++) this.bytes[own + i] = ~this.target[i];
    this.#doubles[FIRST_DOUBLE + row * ROW_DOUBLES] = address;
    this.#fill(row, ipBit(ipOf(address)), FROM_BOOTSTRAP, 0);
    this.#insert(row, this.count, FARTHEST);
    return row;
  }

  /**
   * Reads what an answer will touch first: order, states and distances of as many candidates as most
   * lookups have. The sum means nothing, see the lab's prefetch.
   */
  get prefetched(): number {
    const { bytes } = this;
    const distances = 4 * DISTANCES_WORD;
    return bytes[0] + bytes[STATES_AT] + bytes[distances] + bytes[distances + 64];
  }

  /** The next row to ask, or -1 while alpha are fresh or nobody worth asking is left. */
  next(): number {
    if (this.freshCount >= this.alpha) return -1;
    const { bytes, count } = this;
    let live = 0;
    for (let i = 0; i < count; i++) {
      const row = bytes[i];
      const state = bytes[STATES_AT + row];
      if (state === CandidateState.new) return row;
      if (state === CandidateState.asked || state === CandidateState.answered) {
        if (++live >= this.k) return -1;
      }
    }
    return -1;
  }

  get done(): boolean {
    const { bytes, count } = this;
    let answered = 0;
    for (let i = 0; i < count; i++) {
      const state = bytes[STATES_AT + bytes[i]];
      if (state === CandidateState.new || state === CandidateState.asked) return false;
      if (state === CandidateState.answered && ++answered >= this.k) return true;
    }
    return this.slowCount === 0;
  }

  asked(row: number, request: number, now: number): void {
    this.bytes[STATES_AT + row] = CandidateState.asked;
    this.#words[FIRST_WORD + row * ROW_WORDS + REQUEST_WORD] = request;
    this.#doubles[FIRST_DOUBLE + row * ROW_DOUBLES + 1] = now;
    this.#setField(row, Field.sequence, ++this.askedCount);
    this.freshCount++;
  }

  slow(row: number): void {
    this.bytes[STATES_AT + row] = CandidateState.slow;
    this.freshCount--;
    this.slowCount++;
  }

  /** An answer came, from the id at `id[start]`. A candidate that is not who we were told moves. */
  answered(row: number, id: Uint8Array, start: number, now: number): void {
    this.#setField(row, Field.late, this.stateOf(row) === CandidateState.slow ? 1 : 0);
    this.#leaveFlight(row);
    this.bytes[STATES_AT + row] = CandidateState.answered;
    this.#doubles[FIRST_DOUBLE + row * ROW_DOUBLES + 2] = now;
    this.answeredCount++;
    if (this.isIdKnown(row) && equalIds(this.bytes, this.idStart(row), id, start)) return;
    this.#identify(row, id, start);
  }

  failed(row: number, failure: Failure): void {
    this.#leaveFlight(row);
    this.bytes[STATES_AT + row] = CandidateState.failed;
    this.#setField(row, Field.failure, failure);
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
    this.#words[FIRST_WORD + row * ROW_WORDS + REQUEST_WORD] = 0;
  }

  /** All of a fresh row but its id and address; `ip` is the bit of that. */
  #fill(row: number, ip: number, parent: number, idKnown: 0 | 1): void {
    const { bytes } = this;
    const words = this.#words;
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
    this.#setField(row, Field.idKnown, 1);
    this.#insert(row, position, distance);
  }

  /** One question per endpoint, and per IP where that is asked for: liars pay with addresses. */
  #rowOf(address: Address): number {
    if (!hasBit(this.#ips, ipBit(ipOf(address)))) return -1;
    const byIp = this.onePerIp && !isLoopback(address);
    const ip = byIp ? ipOf(address) : 0;
    for (let row = 0; row < this.count; row++) {
      const known = this.addressOf(row);
      if (known === address || (byIp && ipOf(known) === ip)) return row;
    }
    return -1;
  }

  #distanceOf(id: Uint8Array, start: number): number {
    return wordAt(id, start) ^ this.#targetWord;
  }

  /**
   * The first position whose distance, as far as 32 bits tell, is not smaller. Replies name their nodes
   * closest first, so it mostly lies a step or two behind where the last one was found.
   */
  #firstFrom(distance: number): number {
    const words = this.#words;
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
      if (this.#words[DISTANCES_WORD + position] !== distance) break;
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
    const words = this.#words;
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
    const words = this.#words;
    let i = 0;
    while (bytes[i] !== row) i++;
    for (; i < this.count - 1; i++) {
      bytes[i] = bytes[i + 1];
      words[DISTANCES_WORD + i] = words[DISTANCES_WORD + i + 1];
    }
    this.count--;
  }
}
