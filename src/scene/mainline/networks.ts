/**
 * The networks that the nodes of a scene are in: one, of the addresses that they have, or that of IPv4 and that
 * of IPv6. Where there are both, a node has a place in the tree for each id that it has:
 *
 *     node    0        1    2 …
 *     place   0   1    2    3   4 …      first its id of IPv4, then that of IPv6; some have one only
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import {
  type DualStack,
  type DualStackOptions,
  dualStackWorld,
} from '../../lab/mainline/dual-stack.ts';
import {
  type MainlineOptions,
  type MainlineOverlay,
  mainlineWorld,
} from '../../lab/mainline/mainline-overlay.ts';
import type { WorldOptions } from '../../lab/world-state.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { MainlineObserver, Settings } from '../../mainline/state.ts';
import type { SceneCall } from '../world/inhabitants.ts';

export class Networks {
  /** Ends and begins nodes, in all of their networks at once. */
  readonly mortals: MainlineOverlay | DualStack;
  /** IPv4 first, where there are both. */
  readonly all: readonly MainlineOverlay[];
  /** By place, where nodes have several: the node, and its network. */
  readonly #nodes: number[] = [];
  readonly #families: MainlineOverlay[] = [];

  constructor(options: WorldOptions & MainlineOptions, observer: MainlineObserver) {
    if (options.network.family === 'both') {
      const stack = dualStackWorld(options as DualStackOptions, [observer, observer]);
      this.mortals = stack;
      this.all = stack.families;
    } else {
      const overlay = mainlineWorld(options, observer);
      this.mortals = overlay;
      this.all = [overlay];
    }
  }

  get hasBoth(): boolean {
    return this.all.length > 1;
  }

  /** Those that a node is in. */
  of(node: number): readonly MainlineOverlay[] {
    if (!this.hasBoth) return this.all;
    return this.all.filter(({ population }) => population.has(node));
  }

  /** The one over which a call goes. Of nodes that are in both, keys decide where nobody does. */
  for({ from, key, family }: Pick<SceneCall, 'from' | 'key' | 'family'>): MainlineOverlay | null {
    const own = this.of(from);
    if (family === undefined) return own[key[ID_BYTES - 1] % own.length];
    return own.find(({ population }) => population.isV6 === (family === 6)) ?? null;
  }

  /** Gives a node its places, after those of all before it. */
  settle(node: number): void {
    if (!this.hasBoth) return;
    for (const family of this.of(node)) {
      this.#nodes.push(node);
      this.#families.push(family);
    }
  }

  /** How many places there are, of so many nodes that are settled. */
  placesOf(nodeCount: number): number {
    return this.hasBoth ? this.#nodes.length : nodeCount;
  }

  nodeOf(place: number): number {
    return this.hasBoth ? this.#nodes[place] : place;
  }

  addressOf(place: number): Address {
    return this.#familyOf(place).addressOf(this.nodeOf(place));
  }

  copyId(place: number, into: Uint8Array, start: number): void {
    const at = (this.nodeOf(place) + 1) * CONTACT_BYTES;
    into.set(this.#familyOf(place).contactBytes.subarray(at, at + ID_BYTES), start);
  }

  /** Makes latecomers what they are to be, see `MainlineOverlay.enlist`. */
  enlist(node: number, idOf: () => Uint8Array, settings: Settings): void {
    for (const family of this.of(node)) family.enlist(node, idOf(), settings);
  }

  #familyOf(place: number): MainlineOverlay {
    return this.hasBoth ? this.#families[place] : this.all[0];
  }
}
