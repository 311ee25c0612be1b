/**
 * A colony as a recorder sees it (results/recorded.ts). Ids are the SHA-1 of addresses unless the protocol
 * has others; whom a machine knows is told by the protocol.
 */
import { type Address, writeAddress } from '../../core/address.ts';
import { sharedPrefixBits } from '../../core/id.ts';
import type { ContactSeer, Recorded, TrafficTotals } from '../results/recorded.ts';
import { sha1 } from '../sha1.ts';
import type { World } from '../world.ts';
import type { Colony, ColonyMachine } from './colony.ts';

/** What only the protocol knows. */
export interface Insight<M> {
  /** 20 bytes. */
  idOf?(node: number): Uint8Array;
  /** Whom a machine knows, by address. */
  contacts?(machine: M): Iterable<Address>;
  /** Requests given up so far, in the whole world. */
  timeouts?(): number;
}

export class RecordedColony<M extends ColonyMachine> implements Recorded {
  readonly world: World;
  readonly #colony: Colony<M>;
  readonly #insight: Insight<M>;

  constructor(colony: Colony<M>, insight: Insight<M> = {}) {
    this.world = colony.world;
    this.#colony = colony;
    this.#insight = insight;
  }

  get traffic(): TrafficTotals {
    return this.world.network.traffic;
  }

  get sentBytes(): number {
    return this.#colony.sentBytes;
  }

  get timeouts(): number {
    return this.#insight.timeouts?.() ?? 0;
  }

  addressOf(node: number): Address {
    return this.#colony.addressOf(node);
  }

  idOf(node: number): Uint8Array {
    return this.#insight.idOf?.(node) ?? hashOf(this.addressOf(node));
  }

  contactsOf(node: number): number {
    let count = 0;
    for (const _ of this.#contacts(node)) count++;
    return count;
  }

  partsOf(node: number): number {
    return this.#colony.hasBegun(node) ? 1 : 0;
  }

  visit(node: number, see: ContactSeer): void {
    const own = this.idOf(node);
    for (const address of this.#contacts(node)) {
      const other = this.#colony.nodeAt(address);
      if (other < 0) continue;
      const id = this.idOf(other);
      see(id, 0, sharedPrefixBits(own, 0, id, 0), 0, null, this.#colony.isAlive(other));
    }
  }

  #contacts(node: number): Iterable<Address> {
    if (!this.#colony.hasBegun(node)) return [];
    return this.#insight.contacts?.(this.#colony.machine(node)) ?? [];
  }
}

/** SHA-1 of the 6 bytes of an address. */
export function hashOf(address: Address): Uint8Array {
  const bytes = new Uint8Array(6);
  writeAddress(bytes, 0, address);
  return sha1(bytes);
}
