/**
 * Requests in flight. A pending request is a row of typed arrays, 41 bytes, not a promise with a
 * timer and a closure (981 bytes and 6.1 µs each, measured): its transaction id leads straight back
 * to the row.
 *
 *     transaction id, 4 bytes on the wire
 *     ┌────────────────────────────┬──────────────────────┐
 *     │ generation (random)        │ slot ^ f(generation) │
 *     └────────────────────────────┴──────────────────────┘
 *
 * A reply counts only when slot, generation, owner *and* the sender's exact address fit, so a forged
 * one needs to guess all of them. All 32 bits look random to an observer. Four bytes, because one
 * widespread server drops every other length (research: mainline 6 and later, bep 5 allows any).
 *
 * A request passes two time-outs. After the short one it is *slow*: whoever sent it may go on with
 * somebody else, but a late answer still counts. After the full one it is over. Both are constant
 * per owner, so each owner keeps two first-in-first-out lists and only looks at their heads.
 */
import type { Address } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { grown } from '../../core/column.ts';
import type { Random } from '../../core/random.ts';

export const TRANSACTION_BYTES = 4;

/** Row number of a request; 0 is "none". */
export type RequestRow = number;

export class Requests {
  /** Requests in flight at most, over all owners. */
  readonly limit: number;
  count = 0;
  readonly #slotBits: number;
  /** 2 ** slotBits. */
  readonly #slots: number;
  readonly #generations: Random;
  readonly #secret: number;
  #firstFree = 0;
  #end = 1;
  owner: Uint32Array;
  address: Float64Array;
  sentAtMs: Float64Array;
  /** What the request was for; the meaning is the owner's. */
  purpose: Uint8Array;
  /** Two words of the owner's: which lookup, which candidate, which call. */
  subject: Uint32Array;
  detail: Uint32Array;
  generation: Uint32Array;
  next: Uint32Array;
  previous: Uint32Array;

  /**
   * @param slotBits log2 of the requests in flight at most, over all owners; 8..24
   * @param generations of which each request has the first bits of one
   */
  constructor(random: Random, slotBits: number, capacity: number, generations: Random = random) {
    assert(slotBits >= 8 && slotBits <= 24, 'a transaction id keeps 8 random bits');
    this.#slotBits = slotBits;
    this.#slots = 2 ** slotBits;
    this.limit = this.#slots - 1;
    this.#generations = generations;
    this.#secret = random.uint32();
    const rows = capacity + 1;
    this.owner = new Uint32Array(rows);
    this.address = new Float64Array(rows);
    this.sentAtMs = new Float64Array(rows);
    this.purpose = new Uint8Array(rows);
    this.subject = new Uint32Array(rows);
    this.detail = new Uint32Array(rows);
    this.generation = new Uint32Array(rows);
    this.next = new Uint32Array(rows);
    this.previous = new Uint32Array(rows);
  }

  get byteLength(): number {
    return this.owner.length * 41;
  }

  get full(): boolean {
    return this.count >= this.limit;
  }

  /** A new row for a request to `address`, or 0 when as many as allowed are in flight. */
  take(owner: number, address: Address, now: number, purpose: number): RequestRow {
    if (this.full) return 0;
    let row = this.#firstFree;
    if (row !== 0) {
      this.#firstFree = this.next[row];
    } else {
      if (this.#end === this.owner.length) this.#grow();
      row = this.#end++;
    }
    this.count++;
    this.owner[row] = owner;
    this.address[row] = address;
    this.sentAtMs[row] = now;
    this.purpose[row] = purpose;
    this.generation[row] = this.#generations.uint32() >>> this.#slotBits;
    return row;
  }

  free(row: RequestRow): void {
    this.owner[row] = 0;
    this.next[row] = this.#firstFree;
    this.#firstFree = row;
    this.count--;
  }

  writeTransaction(row: RequestRow, bytes: Uint8Array, start: number): void {
    const generation = this.generation[row];
    const id = generation * this.#slots + ((row ^ this.#mask(generation)) >>> 0);
    bytes[start] = id / 0x1000000;
    bytes[start + 1] = (id / 0x10000) & 255;
    bytes[start + 2] = (id / 0x100) & 255;
    bytes[start + 3] = id & 255;
  }

  /** The row of `owner` that a transaction id of 4 bytes names, or 0. The address is not checked. */
  find(owner: number, bytes: Uint8Array, start: number): RequestRow {
    const id =
      bytes[start] * 0x1000000 +
      (bytes[start + 1] << 16) +
      (bytes[start + 2] << 8) +
      bytes[start + 3];
    const generation = Math.floor(id / this.#slots);
    const row = ((id & this.limit) ^ this.#mask(generation)) >>> 0;
    if (row === 0 || row >= this.#end) return 0;
    return this.owner[row] === owner && this.generation[row] === generation ? row : 0;
  }

  #mask(generation: number): number {
    return Math.imul(generation ^ this.#secret, 0x9e3779b1) >>> (32 - this.#slotBits);
  }

  #grow(): void {
    const rows = Math.min(this.owner.length * 2, this.#slots);
    this.owner = grown(this.owner, rows);
    this.address = grown(this.address, rows);
    this.sentAtMs = grown(this.sentAtMs, rows);
    this.purpose = grown(this.purpose, rows);
    this.subject = grown(this.subject, rows);
    this.detail = grown(this.detail, rows);
    this.generation = grown(this.generation, rows);
    this.next = grown(this.next, rows);
    this.previous = grown(this.previous, rows);
  }
}

/** The requests of one owner, in the order in which they time out. Made on first use. */
export class InFlight {
  readonly #requests: Requests;
  #firstFresh = 0;
  #lastFresh = 0;
  #firstSlow = 0;
  #lastSlow = 0;
  count = 0;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  add(row: RequestRow): void {
    this.#append(row, this.#lastFresh);
    if (this.#firstFresh === 0) this.#firstFresh = row;
    this.#lastFresh = row;
    this.count++;
  }

  /** The oldest request that passed the short time-out and was not told so yet, or 0. */
  nextSlow(now: number, shortTimeoutMs: number): RequestRow {
    const row = this.#firstFresh;
    if (row === 0 || this.#requests.sentAtMs[row] + shortTimeoutMs > now) return 0;
    this.#unlink(row);
    this.#append(row, this.#lastSlow);
    if (this.#firstSlow === 0) this.#firstSlow = row;
    this.#lastSlow = row;
    return row;
  }

  /** The oldest request that passed the full time-out, or 0. The caller then ends it. */
  nextExpired(now: number, timeoutMs: number): RequestRow {
    const row = this.#firstSlow;
    return row !== 0 && this.#requests.sentAtMs[row] + timeoutMs <= now ? row : 0;
  }

  /** Takes a request out and frees its row. */
  end(row: RequestRow): void {
    this.#unlink(row);
    this.#requests.free(row);
    this.count--;
  }

  /** When the next time-out of either kind falls, or Infinity. */
  deadline(shortTimeoutMs: number, timeoutMs: number): number {
    const sentAtMs = this.#requests.sentAtMs;
    const slow = this.#firstFresh === 0 ? Infinity : sentAtMs[this.#firstFresh] + shortTimeoutMs;
    const over = this.#firstSlow === 0 ? Infinity : sentAtMs[this.#firstSlow] + timeoutMs;
    return Math.min(slow, over);
  }

  /** All requests in flight, one after the other: those not slow yet come first; 0 is the end. */
  first(): RequestRow {
    return this.#firstFresh || this.#firstSlow;
  }

  after(row: RequestRow): RequestRow {
    return this.#requests.next[row] || (row === this.#lastFresh ? this.#firstSlow : 0);
  }

  #append(row: RequestRow, last: RequestRow): void {
    const { next, previous } = this.#requests;
    next[row] = 0;
    previous[row] = last;
    if (last !== 0) next[last] = row;
  }

  #unlink(row: RequestRow): void {
    const { next, previous } = this.#requests;
    const after = next[row];
    const before = previous[row];
    if (before !== 0) next[before] = after;
    if (after !== 0) previous[after] = before;
    if (row === this.#firstFresh) this.#firstFresh = after;
    if (row === this.#lastFresh) this.#lastFresh = before;
    if (row === this.#firstSlow) this.#firstSlow = after;
    if (row === this.#lastSlow) this.#lastSlow = before;
  }
}
