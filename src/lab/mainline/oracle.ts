/**
 * The oracle: what the world knows and no node does. Which living nodes are really the closest to a
 * target, to grade a lookup by.
 */

import type { Contacts, Handle } from '../../mainline/rows/contacts.ts';
import { Nearest } from '../../mainline/table/nearest.ts';
import { KEY_BITS } from './key-tree.ts';
import { keyOf, type Population } from './population.ts';

/** The descent ends here: so few are compared one by one. */
const FEW = 64;

export class Oracle {
  readonly #population: Population;
  readonly #alive: Uint8Array;
  readonly #nearest: Nearest;
  /** The way down the tree: the nodes `[low, high)` at each depth. */
  readonly #lows = new Uint32Array(KEY_BITS + 1);
  readonly #highs = new Uint32Array(KEY_BITS + 1);

  constructor(population: Population, alive: Uint8Array, contacts: Contacts) {
    this.#population = population;
    this.#alive = alive;
    this.#nearest = new Nearest(contacts, FEW);
  }

  /** Handles of the `k` living nodes closest to the target, closest first; `except` is left out. */
  closest(target: Uint8Array, k: number, except: Handle): Uint32Array {
    // All in the smallest part of the tree that has k of the living are nearer than anybody outside.
    for (let depth = this.#descend(target); depth >= 0; depth--) {
      this.#nearest.begin(target, 0, k);
      const living = this.#gather(this.#lows[depth], this.#highs[depth], except);
      if (living >= k || depth === 0) break;
    }
    const { founders, count } = this.#population;
    for (let node = founders; node < count; node++) this.#consider(node, except);
    this.#nearest.rank();
    return this.#nearest.handles.slice(0, this.#nearest.count);
  }

  /** Considers the living of a range of places; how many they are. */
  #gather(low: number, high: number, except: Handle): number {
    let living = 0;
    for (let place = low; place < high; place++) {
      living += this.#consider(this.#population.nodeAtPlace(place), except);
    }
    return living;
  }

  #consider(node: number, except: Handle): 0 | 1 {
    if (this.#alive[node] === 0 || node + 1 === except || !this.#population.has(node)) return 0;
    this.#nearest.gather(node + 1);
    return 1;
  }

  /** Writes the way to where the target would be; how deep few are left. */
  #descend(target: Uint8Array): number {
    const { tree } = this.#population;
    const key = keyOf(target, 0);
    let low = 0;
    let high = tree.keys.length;
    for (let depth = 0; ; depth++) {
      this.#lows[depth] = low;
      this.#highs[depth] = high;
      if (high - low <= FEW || depth === KEY_BITS) return depth;
      const middle = tree.split(key, low, high, depth);
      const bit = Math.floor(key / 2 ** (KEY_BITS - 1 - depth)) % 2;
      if (bit === 0) high = middle;
      else low = middle;
    }
  }
}
