/**
 * The oracle: what the world knows and no node does. Which living nodes are really the closest to a
 * target, to grade a lookup by.
 */
import type { Contacts, Handle } from '../core/contacts.ts';
import { prefixOf } from '../core/id.ts';
import { Nearest } from '../mainline/table.ts';
import { KEY_BITS, type Population } from './population.ts';

/** The descent ends here: so few are compared one by one. */
const FEW = 64;

export class Oracle {
  readonly #population: Population;
  readonly #alive: Uint8Array;
  readonly #nearest: Nearest;

  constructor(population: Population, alive: Uint8Array, contacts: Contacts) {
    this.#population = population;
    this.#alive = alive;
    this.#nearest = new Nearest(contacts, FEW);
  }

  /** Handles of the `k` living nodes closest to the target, closest first; `except` is left out. */
  closest(target: Uint8Array, k: number, except: Handle): Uint32Array {
    const path: [low: number, high: number][] = [[0, this.#population.count]];
    for (let depth = 0; depth < KEY_BITS; depth++) {
      const [low, high] = path[depth]!;
      if (high - low <= FEW) break;
      const middle = this.#population.split(low, high, depth);
      const bit = depth < 32 ? (prefixOf(target, 0) >>> (31 - depth)) & 1 : 0;
      path.push(bit === 0 ? [low, middle] : [middle, high]);
    }
    // All in the smallest part of the tree that has k of the living are nearer than anybody outside.
    for (let depth = path.length - 1; depth >= 0; depth--) {
      const [low, high] = path[depth]!;
      this.#nearest.begin(target, 0, k);
      let living = 0;
      for (let node = low; node < high; node++) {
        if (this.#alive[node] === 0 || node + 1 === except) continue;
        living++;
        this.#nearest.consider(node + 1);
      }
      if (living >= k || depth === 0) break;
    }
    return this.#nearest.handles.slice(0, this.#nearest.count);
  }
}
