/**
 * Lookups in lanes, so many at a time: when one has ended the next of its lane begins, at another node,
 * which has to be told; and word travels no faster than a datagram over the shortest way.
 *
 *     lane 0    lookup 0 at node 17 ──▶ lookup 100 at node 903 ──▶ lookup 200 …
 *     lane 1    lookup 1 at node 4 ─────▶ lookup 101 at node 512 ──▶ …
 *
 * Who looks up what follows from the seed and the number of the lookup alone, so that it is the same in
 * however many parts a world is.
 */
import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import { SeedStream } from '../seed.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';

export interface LanesModel {
  lookups: number;
  /** How many lanes there are. */
  atOnce: number;
}

/** Hears of a lookup that has ended; null when its node is not up, knows nobody, or went meanwhile. */
export type LaneObserver = (number: number, node: number, lookup: Lookup | null) => void;

export class Lanes {
  /** Lookups over that began in this part of the world. */
  over = 0;
  readonly #overlay: MainlineOverlay;
  readonly #model: LanesModel;
  readonly #ended: LaneObserver;
  readonly #random = new SeededRandom(0);
  readonly #stream: number;
  readonly #beginning: number;
  /** The lookups under way of nodes that live here, by call. */
  readonly #open = new Map<number, number>();

  constructor(overlay: MainlineOverlay, model: LanesModel, ended: LaneObserver) {
    const { world } = overlay;
    this.#overlay = overlay;
    this.#model = model;
    this.#ended = ended;
    this.#stream = new SeededRandom(world.seed, SeedStream.lookups).uint32();
    this.#beginning = world.subscribe((node, number) => this.#look(node, number));
  }

  /** The first of each lane begin now. */
  begin(): void {
    const { world } = this.#overlay;
    const first = Math.min(this.#model.atOnce, this.#model.lookups);
    for (let number = 0; number < first; number++) {
      const node = this.#draw(number);
      if (world.isHere(node)) world.tell(node, world.now, this.#beginning, number);
    }
  }

  /** A lookup of a call has ended; false when it was none of these. */
  onLookup(call: number, lookup: Lookup): boolean {
    const node = this.#open.get(call);
    if (node === undefined) return false;
    this.#open.delete(call);
    this.#over(call - 1, node, lookup);
    return true;
  }

  /** The process of a node has ended, and what it looked up is not found. */
  gone(node: number): void {
    for (const [call, asker] of this.#open) {
      if (asker !== node) continue;
      this.#open.delete(call);
      this.#over(call - 1, node, null);
    }
  }

  #look(node: number, number: number): void {
    const overlay = this.#overlay;
    const { world } = overlay;
    this.#draw(number);
    const target = new Uint8Array(ID_BYTES);
    fillRandom(this.#random, target, 0, ID_BYTES);
    const call = number + 1;
    if (world.alive[node] === 1) {
      this.#open.set(call, node);
      if (overlay.node(node).lookup(world.now, LookupKind.findNode, target, call)) {
        world.arm(node);
        return;
      }
      this.#open.delete(call);
      world.arm(node);
    }
    this.#over(number, node, null);
  }

  #over(number: number, node: number, lookup: Lookup | null): void {
    const { world } = this.#overlay;
    this.over++;
    this.#ended(number, node, lookup);
    const next = number + this.#model.atOnce;
    if (next >= this.#model.lookups) return;
    world.tell(this.#draw(next), world.now + world.network.leastMs, this.#beginning, next);
  }

  /** Who looks up; the target is drawn next. */
  #draw(number: number): number {
    this.#random.begin(number, this.#stream);
    return randomBelow(this.#random, this.#overlay.count);
  }
}
