/**
 * Ascending keys as a tree of their bits: all that share their first bits are a range, which the next bit
 * parts in two. Nothing is kept for it but where the first bits change:
 *
 *     starts   000 ─▶ 0    001 ─▶ 3    010 ─▶ 7   …      splits of the first bits are read,
 *     keys     ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒       the others searched for, among a few dozen
 *
 * The way from the top down to a few hardly ever leaves what is in the caches.
 */

/** Bits of an id that are looked at; of 10 million ids hardly ever do two share them. */
export const KEY_BITS = 48;
/** Values of the bits of a key, the first one first: written out, a power is a call each time. */
const BIT_AT = Float64Array.from({ length: KEY_BITS }, (_, depth) => 2 ** (KEY_BITS - 1 - depth));
/** First bits whose places are kept, at most: 256 KB. */
const START_BITS_MAX = 16;
/** Keys that share the bits that are kept, on average: 1 KB of them is searched. */
const KEYS_PER_START = 64;

export class KeyTree {
  readonly keys: Float64Array;
  readonly #startBits: number;
  /** The first key with those first bits, or with later ones. */
  readonly #starts: Uint32Array;

  /** @param keys ascending, each of `KEY_BITS` bits. */
  constructor(keys: Float64Array) {
    this.keys = keys;
    let bits = 0;
    while (bits < START_BITS_MAX && KEYS_PER_START * 2 ** (bits + 1) <= keys.length) bits++;
    this.#startBits = bits;
    this.#starts = new Uint32Array(2 ** bits + 1);
    this.#look();
  }

  #look(): void {
    const { keys } = this;
    const starts = this.#starts;
    const size = 2 ** (KEY_BITS - this.#startBits);
    let place = 0;
    for (let start = 0; start < starts.length; start++) {
      const border = start * size;
      while (place < keys.length && keys[place] < border) place++;
      starts[start] = place;
    }
  }

  /**
   * The first of the keys `[low, high)` whose next bit is 1, where these are all that share `depth` bits.
   * @param key one that shares them, too
   */
  split(key: number, low: number, high: number, depth: number): number {
    if (low === high) return low;
    const bit = BIT_AT[depth];
    const border = Math.floor(key / (bit * 2)) * (bit * 2) + bit;
    const startBits = this.#startBits;
    if (depth < startBits) return this.#starts[border / BIT_AT[startBits - 1]];
    const { keys } = this;
    let from = low;
    let to = high;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (keys[middle] < border) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
