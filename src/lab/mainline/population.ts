/**
 * Who lives in a world. Node i has the i-th smallest id, so that the nodes under any prefix are a
 * range of numbers: tables can be filled and truths looked up by halving ranges, without any search
 * structure. Addresses follow from the number too: 16.0.0.0 + i, one port for all.
 *
 *     0 … ids ascending … founders - 1 │ founders … ids in any order … count - 1
 *                                        latecomers: born while the world runs, a few
 *
 * In a world of IPv6 they are kept (addresses6.ts), 12 bytes a node.
 *
 * Where networks matter, as to attackers and those who count them, ids and addresses are given: a
 * settlement. Then addresses are looked up, 50 bytes a node.
 */
import { type Address, addressOf, ipOf } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { ID_BYTES, prefixOf } from '../../core/id.ts';
import type { Random } from '../../core/random.ts';
import type { Contacts } from '../../mainline/rows/contacts.ts';
import { Addresses6 } from './addresses6.ts';

/** 16.0.0.0, the first of 268 million public addresses that nothing else is made of. */
const FIRST_IP = 0x10000000;
const PORT = 6881;
/** Bits of an id that the range search looks at; of 10 million ids hardly ever do two share them. */
export const KEY_BITS = 48;
/** Values of the bits of a key, the first one first: written out, a power is a call each time. */
const BIT_AT = Float64Array.from({ length: KEY_BITS }, (_, depth) => 2 ** (KEY_BITS - 1 - depth));

/** Who lives where, chosen beforehand. */
export interface Settlement {
  /** 20 bytes a node; those of the founders ascend. */
  readonly ids: Uint8Array;
  /** Each once. */
  readonly addresses: readonly Address[];
}

export class Population {
  readonly count: number;
  /** Nodes whose ids ascend; the others, up to `count`, are latecomers. */
  readonly founders: number;
  /** The first 48 bits of each founder's id, ascending. */
  readonly keys: Float64Array;
  readonly #settlement: Settlement | null;
  readonly #addresses6: Addresses6 | null;
  /** The node at each address of a settlement. */
  readonly #nodes = new Map<Address, number>();

  constructor(
    count: number,
    random: Random,
    founders: number = count,
    settlement: Settlement | null = null,
    isV6 = false,
  ) {
    this.count = count;
    this.founders = founders;
    this.keys = new Float64Array(founders);
    this.#settlement = settlement;
    this.#addresses6 = isV6 && settlement === null ? new Addresses6(count, PORT) : null;
    if (settlement === null) this.#scatter(random);
    else this.#settle(settlement);
  }

  #scatter(random: Random): void {
    for (let i = 0; i < this.founders; i++) {
      this.keys[i] = random.uint32() * 0x10000 + (random.uint32() & 0xffff);
    }
    this.keys.sort();
  }

  #settle({ ids, addresses }: Settlement): void {
    for (let i = 0; i < this.founders; i++) this.keys[i] = keyOf(ids, i * ID_BYTES);
    for (const [node, address] of addresses.entries()) this.#nodes.set(address, node);
    assert(this.#nodes.size === this.count, 'everybody has an address of his own');
  }

  addressOf(node: number): Address {
    if (this.#settlement !== null) return this.#settlement.addresses[node];
    if (this.#addresses6 !== null) return this.#addresses6.addressOf(node);
    return addressOf(FIRST_IP + node, PORT);
  }

  /** The node at an address, or -1 for one that is not of this world. */
  nodeAt(address: Address): number {
    if (this.#settlement !== null) return this.#nodes.get(address) ?? -1;
    if (this.#addresses6 !== null) return this.#addresses6.nodeAt(address);
    const ip = ipOf(address);
    const node = ip - FIRST_IP;
    return node >= 0 && node < this.count && address === ip * 0x10000 + PORT ? node : -1;
  }

  /** Makes every node a contact; node i gets the handle i + 1. */
  intern(contacts: Contacts, random: Random): void {
    const id = new Uint8Array(ID_BYTES);
    for (let node = 0; node < this.count; node++) {
      if (this.#settlement !== null) {
        contacts.retain(this.#settlement.ids, node * ID_BYTES, this.addressOf(node));
        continue;
      }
      const isFounder = node < this.founders;
      const key = isFounder
        ? this.keys[node]
        : random.uint32() * 0x10000 + (random.uint32() & 0xffff);
      const high = Math.floor(key / 0x10000);
      id[0] = high >>> 24;
      id[1] = high >>> 16;
      id[2] = high >>> 8;
      id[3] = high;
      id[4] = (key % 0x10000) >>> 8;
      id[5] = key;
      for (let i = 6; i < ID_BYTES; i++) id[i] = random.uint32();
      contacts.retain(id, 0, this.addressOf(node));
    }
  }

  /** The first of the nodes `[low, high)`, which share `depth` bits, whose next bit is 1. */
  split(low: number, high: number, depth: number): number {
    return split(this.keys, low, high, depth);
  }
}

/** The first 48 bits of an id. */
export function keyOf(id: Uint8Array, start: number): number {
  return prefixOf(id, start) * 0x10000 + ((id[start + 4] << 8) | id[start + 5]);
}

/** The first of the ascending keys `[low, high)`, which share `depth` bits, whose next bit is 1. */
export function split(keys: Float64Array, low: number, high: number, depth: number): number {
  if (low === high) return low;
  const bit = BIT_AT[depth];
  const border = Math.floor(keys[low] / (bit * 2)) * (bit * 2) + bit;
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (keys[middle] < border) from = middle + 1;
    else to = middle;
  }
  return from;
}
