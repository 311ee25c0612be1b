/**
 * A plain Chord on paper, as the authors describe it (Stoica et al., ToN 2003, §IV), by brute force: no
 * messages, no time, no code of the product's. It is the judge of what a lookup in a ring costs.
 *
 *     nodes        numbers of 160 bits, ascending, some of them dead
 *     successors   the next r nodes, dead or not
 *     finger i     the first node at or after hash + 2^i, dead or not
 *     lookup       ask the closest before the key of all that the node asked last knows; one that is dead
 *                  is met once and costs a time-out, then the next closest; until the predecessor of
 *                  the key, the last living node before it, has been reached
 */
export interface StaticLookup {
  /** Living nodes asked, the asker not among them, the predecessor of the key among them. */
  path: number;
  /** Dead ones met. */
  timeouts: number;
  /** The number of the node at which it ended; -1: nobody was left to ask. */
  end: number;
}

const BITS = 160;
const CIRCLE = 1n << 160n;

export class StaticChord {
  readonly #hashes: readonly bigint[];
  readonly #isDead: readonly boolean[];
  readonly #successors: number;
  /** Whom each node knows, by its number; made when first needed. */
  readonly #known: number[][] = [];

  /** @param hashes ascending */
  constructor(hashes: readonly bigint[], isDead: readonly boolean[], successors: number) {
    this.#hashes = hashes;
    this.#isDead = isDead;
    this.#successors = successors;
  }

  lookup(asker: number, key: bigint): StaticLookup {
    const met = new Set<number>();
    const end = this.#predecessor(key);
    let path = 0;
    /** All that were named on the way, those named last first. */
    let open: number[] = [];
    for (let at = asker; at !== end; path++) {
      const closest = this.#knownTo(at)
        .filter((node) => this.#before(node, key) < this.#before(at, key))
        .sort((a, b) => (this.#before(a, key) < this.#before(b, key) ? -1 : 1));
      open = [...closest, ...open];
      let next = -1;
      for (const node of open) {
        if (met.has(node)) continue;
        met.add(node);
        if (this.#isDead[node]) continue;
        next = node;
        break;
      }
      if (next < 0) return { path, timeouts: this.#deadOf(met), end: -1 };
      at = next;
    }
    return { path, timeouts: this.#deadOf(met), end };
  }

  #deadOf(met: ReadonlySet<number>): number {
    return [...met].filter((node) => this.#isDead[node]).length;
  }

  /** How far a node stands before a key. */
  #before(node: number, key: bigint): bigint {
    return (key - this.#hashes[node] + CIRCLE) % CIRCLE;
  }

  #predecessor(key: bigint): number {
    let best = -1;
    for (let node = 0; node < this.#hashes.length; node++) {
      if (this.#isDead[node]) continue;
      if (best < 0 || this.#before(node, key) < this.#before(best, key)) best = node;
    }
    return best;
  }

  #knownTo(node: number): number[] {
    return (this.#known[node] ??= this.#table(node));
  }

  #table(node: number): number[] {
    const count = this.#hashes.length;
    const table = new Set<number>();
    for (let i = 1; i <= this.#successors; i++) table.add((node + i) % count);
    for (let bit = 0; bit < BITS; bit++) {
      table.add(this.#atOrAfter((this.#hashes[node] + (1n << BigInt(bit))) % CIRCLE));
    }
    table.delete(node);
    return [...table];
  }

  #atOrAfter(point: bigint): number {
    let low = 0;
    let high = this.#hashes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#hashes[middle] < point) low = middle + 1;
      else high = middle;
    }
    return low % this.#hashes.length;
  }
}
