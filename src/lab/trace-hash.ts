/**
 * The trace hash: one number for a whole run. Every datagram that is delivered goes into it with its
 * time, both ends, length and first bytes; two runs with the same hash did the same things.
 *
 *     arrival    a datagram: hashed by itself and added to the sum of all. In which order different nodes
 *                were served within a millisecond is nobody's business, and parts of a world add up
 *     word       what comes in an order, such as pieces of streams: the next word of one chain
 *
 * The first difference anywhere changes it for good: what a node then says or does is another thing.
 */
const PRIME = 0x01000193;
const FIRST = 0x85ebca6b;
const SECOND = 0xc2b2ae35;

/** A sum of arrivals, two words. */
export type ArrivalSum = readonly [low: number, high: number];

export class TraceHash {
  #low = 0x811c9dc5;
  #high = PRIME;
  #sumLow = 0;
  #sumHigh = 0;

  /** The next word. */
  add(word: number): void {
    this.#low = Math.imul(this.#low ^ word, PRIME);
    this.#high = Math.imul((this.#high ^ word) + (this.#low >>> 15), FIRST);
  }

  /** A datagram that arrives, and what tells it from others that might. */
  arrival(atMs: number, to: number, from: number, word: number): void {
    let low = Math.imul(atMs ^ 0x9e3779b1, FIRST);
    let high = Math.imul(atMs ^ 0x7f4a7c15, SECOND);
    low = Math.imul(low ^ (low >>> 15) ^ to, SECOND);
    high = Math.imul(high ^ (high >>> 13) ^ to, FIRST);
    low = Math.imul(low ^ (low >>> 16) ^ from, FIRST);
    high = Math.imul(high ^ (high >>> 14) ^ from, SECOND);
    low = Math.imul(low ^ (low >>> 15) ^ word, SECOND);
    high = Math.imul(high ^ (high >>> 13) ^ word, FIRST);
    low = Math.imul(low ^ (low >>> 13), FIRST);
    high = Math.imul(high ^ (high >>> 16), SECOND);
    this.#sumLow = (this.#sumLow + (low ^ (low >>> 16))) | 0;
    this.#sumHigh = (this.#sumHigh + (high ^ (high >>> 15))) | 0;
  }

  /** All that arrived, for another part of the same world to add. */
  get arrivals(): ArrivalSum {
    return [this.#sumLow, this.#sumHigh];
  }

  addArrivals([low, high]: ArrivalSum): void {
    this.#sumLow = (this.#sumLow + low) | 0;
    this.#sumHigh = (this.#sumHigh + high) | 0;
  }

  /** Adds what stands for another run: its 16 digits, as two words. */
  addHash(digits: string): void {
    this.add(Number.parseInt(digits.slice(0, 8), 16));
    this.add(Number.parseInt(digits.slice(8), 16));
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high + this.#sumHigh) + hex(this.#low + this.#sumLow);
  }
}
