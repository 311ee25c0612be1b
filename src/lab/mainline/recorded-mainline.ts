/**
 * A Mainline world as a recorder sees it (results/recorded.ts): tables, their buckets and contacts.
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { ContactSeer, Recorded, TrafficTotals } from '../results/recorded.ts';
import type { World } from '../world.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';

export class RecordedMainline implements Recorded {
  readonly world: World;
  readonly #overlay: MainlineOverlay;

  constructor(overlay: MainlineOverlay) {
    this.world = overlay.world;
    this.#overlay = overlay;
  }

  get traffic(): TrafficTotals {
    return this.world.network.traffic;
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

  idOf(node: number): Uint8Array {
    const start = (node + 1) * CONTACT_BYTES;
    return this.#overlay.contactBytes.subarray(start, start + ID_BYTES);
  }

  contactsOf(node: number): number {
    return this.#overlay.node(node).table.count;
  }

  partsOf(node: number): number {
    return this.#overlay.node(node).table.parts;
  }

  visit(node: number, see: ContactSeer): void {
    const { world } = this;
    const overlay = this.#overlay;
    const { contacts } = overlay.shared;
    overlay.node(node).table.visit((handle, heardSeconds, failures, bucket) => {
      const isAlive = world.alive[overlay.nodeAt(contacts.addressOf(handle))] === 1;
      const heardAgoMs = Math.max(0, world.now - heardSeconds * 1000);
      const start = handle * CONTACT_BYTES;
      see(overlay.contactBytes, start, bucket, failures, heardAgoMs, isAlive);
    });
  }
}
