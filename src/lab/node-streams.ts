/**
 * Randomness of many, each from a stream of its own: what one draws changes nothing for the others, nor
 * does it matter who comes first. A stream is a key and how often was drawn from it, 4 bytes a node,
 * and nothing for those who never drew:
 *
 *     the n-th word of a node = hash (its key, n)
 *
 * A `SeededRandom` for each would take 16 bytes, and 12 draws to begin.
 */
import type { Random } from '../core/random.ts';
import { mix } from './mix.ts';

/** Keys have up to 48 bits. */
const LOW = 0x1000000;

export class NodeStreams implements Random {
  /** Whose turn it is. */
  node = 0;
  readonly #keyOf: (node: number) => number;
  readonly #seeds: readonly [number, number];
  /** Words drawn by each. */
  readonly #counts: Uint32Array;

  /**
   * @param chance tells these streams from all others
   * @param keyOf what tells a node from all others, 48 bits at most; its number, where that does
   */
  constructor(count: number, chance: Random, keyOf: (node: number) => number = (node) => node) {
    this.#counts = new Uint32Array(count);
    this.#seeds = [chance.uint32(), chance.uint32()];
    this.#keyOf = keyOf;
  }

  get byteLength(): number {
    return this.#counts.byteLength;
  }

  uint32(): number {
    const key = this.#keyOf(this.node);
    const high = Math.floor(key / LOW);
    const [first, second] = this.#seeds;
    return mix(mix(first ^ high, this.count()), second ^ (key - high * LOW));
  }

  /** The number of this draw: different ones for draws that lie close together. */
  count(): number {
    return ++this.#counts[this.node];
  }
}
