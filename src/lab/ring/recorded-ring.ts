/**
 * A ring world as a recorder sees it (results/recorded.ts): the members that each node knows as
 * successors, predecessors and fingers, and how far round the circle each of them is.
 */
import type { Address } from '../../core/address.ts';
import { arcLength, bitLength } from '../../core/arc.ts';
import { ID_BITS, ID_BYTES } from '../../core/id.ts';
import type { Identity } from '../../ring/circle/identity.ts';
import type { ContactSeer, Recorded, TrafficTotals } from '../results/recorded.ts';
import type { World } from '../world.ts';
import type { RingOverlay } from './ring-overlay.ts';

export class RecordedRing implements Recorded {
  readonly world: World;
  readonly #overlay: RingOverlay;

  constructor(overlay: RingOverlay) {
    this.world = overlay.world;
    this.#overlay = overlay;
  }

  /** Frames; streams lose none, and what became of connections is not told of single frames. */
  get traffic(): TrafficTotals {
    const { framesOut: sent, framesIn: delivered } = this.#overlay.counters;
    return { ...NO_LOSSES, sent, delivered };
  }

  get sentBytes(): number {
    return this.#overlay.counters.bytesOut;
  }

  get timeouts(): number {
    return this.#overlay.counters.timeouts;
  }

  addressOf(node: number): Address {
    return this.#overlay.addressOf(node);
  }

  /** Of the first of its places. */
  idOf(node: number): Uint8Array {
    const { circle } = this.#overlay;
    const start = circle.placeOf(node, 0) * ID_BYTES;
    return circle.hashes.subarray(start, start + ID_BYTES);
  }

  contactsOf(node: number): number {
    let count = 0;
    this.visit(node, () => count++);
    return count;
  }

  partsOf(node: number): number {
    return this.#identitiesOf(node).length;
  }

  visit(node: number, see: ContactSeer): void {
    const { world } = this;
    const seen = new Set<Address>();
    for (const { hash, successors, predecessors, fingers } of this.#identitiesOf(node)) {
      for (const { address, hash: theirs } of [
        ...successors,
        ...predecessors,
        ...fingers.members,
      ]) {
        if (seen.has(address)) continue;
        seen.add(address);
        const isAlive = world.alive[this.#overlay.nodeAt(address)] === 1;
        see(theirs, 0, halvings(hash, theirs), 0, null, isAlive);
      }
    }
  }

  #identitiesOf(node: number): readonly Identity[] {
    return this.#overlay.hasBegun(node) ? this.#overlay.node(node).identities : NOBODY;
  }
}

const NOBODY: readonly Identity[] = [];
const NO_LOSSES: TrafficTotals = {
  ...{ sent: 0, duplicated: 0, delivered: 0, undeliverable: 0, lost: 0 },
  ...{ queueDropped: 0, cut: 0, clogged: 0, natBlocked: 0 },
};

/** How often the circle must be halved until it is no longer than the way from `from` to `to`. */
export function halvings(from: Uint8Array, to: Uint8Array): number {
  const length = new Uint8Array(ID_BYTES);
  arcLength(from, 0, to, 0, length, 0);
  return ID_BITS - bitLength(length);
}
