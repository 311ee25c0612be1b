/**
 * What a long calm makes of a ring: lists of true neighbours, and fingers that point where they should. A world
 * that begins warm gives each node what it would have learned by then.
 *
 *     self ── successors ──▶ ▪▪▪▪        fingers: for each 2^i from the farthest down, the node of that point
 *     0 ────── 2^155 ─────── 2^156 ──────────────── 2^157 ──────────────────────────────── 2^158 …
 */
import type { Address } from '../../core/address.ts';
import { addPowerOfTwo, isInArc } from '../../core/arc.ts';
import { ID_BITS, ID_BYTES } from '../../core/id.ts';
import { NEIGHBOURS_LIMIT } from '../../ring/circle/neighbours.ts';
import type { Circle, Place } from './circle.ts';

/**
 * `owners`: the last node at or before the point at 2^i, whom our nodes look up. `chord`: the first node
 * at or after it, as Chord has them. `none`: there are no fingers.
 */
export type FingerRule = 'owners' | 'chord' | 'none';

/** Neighbours and fingers of a ring in which nobody has come or gone for a long time. */
export class Calm {
  readonly #circle: Circle;
  readonly #members: number;
  readonly #target = new Uint8Array(ID_BYTES);

  /** Of the nodes 0 to `members` - 1. */
  constructor(circle: Circle, members: number) {
    this.#circle = circle;
    this.#members = members;
  }

  addressAt(place: Place): Address {
    return this.#circle.addressOf(this.#circle.nodeOf(place), this.#circle.identityOf(place));
  }

  /** Nearest first, until they are so many processes (each on a host of its own). */
  neighbours(self: Place, processes: number, step: 1 | -1): Place[] {
    const list: Place[] = [];
    const seen: number[] = [];
    if (processes === 0) return list;
    for (let place = this.#next(self, step); place !== self; place = this.#next(place, step)) {
      const node = this.#circle.nodeOf(place);
      if (!seen.includes(node)) seen.push(node);
      list.push(place);
      if (seen.length >= processes || list.length >= NEIGHBOURS_LIMIT) break;
    }
    return list;
  }

  /** Each once, from the farthest to the last known successor, and the bits they stand for. */
  fingers(
    self: Place,
    known: Place | undefined,
    rule: FingerRule,
    nearestOf: number,
    wayMs: (to: Place) => number,
  ): { fingers: Place[]; bits: number[] } {
    const { hashes } = this.#circle;
    const fingers: Place[] = [];
    const bits: number[] = [];
    const hash = self * ID_BYTES;
    const isAlone = known === undefined || rule === 'none';
    for (let bit = ID_BITS - 1; !isAlone && bit >= 0; bit--) {
      addPowerOfTwo(hashes, hash, bit, this.#target, 0);
      if (isInArc(this.#target, 0, hashes, hash, hashes, known * ID_BYTES)) break;
      const owner = this.ownerOf(this.#target, 0);
      const first = rule === 'chord' ? this.#next(owner, 1) : owner;
      for (const finger of this.#nearer(first, nearestOf, self, wayMs)) {
        if (finger === self || fingers.includes(finger)) continue;
        fingers.push(finger);
        bits.push(bit);
      }
    }
    return { fingers, bits };
  }

  /**
   * Of so many nodes from one on, those that are nearer than all before them: whichever of the many lie before
   * a key, the last of these that does is the nearest of them.
   */
  #nearer(first: Place, count: number, self: Place, wayMs: (to: Place) => number): Place[] {
    const places = [first];
    let leastMs = wayMs(first);
    let place = first;
    for (let i = 1; i < count; i++) {
      place = this.#next(place, 1);
      if (place === self) break;
      const ms = wayMs(place);
      if (ms >= leastMs) continue;
      leastMs = ms;
      places.push(place);
    }
    return places;
  }

  ownerOf(key: Uint8Array, start: number): Place {
    const place = this.#circle.atOrBefore(key, start);
    return this.#isThere(place) ? place : this.#next(place, -1);
  }

  #next(from: Place, step: 1 | -1): Place {
    let place = from;
    do {
      place = step === 1 ? this.#circle.after(place) : this.#circle.before(place);
    } while (!this.#isThere(place) && place !== from);
    return place;
  }

  #isThere(place: Place): boolean {
    return this.#circle.nodeOf(place) < this.#members;
  }
}
