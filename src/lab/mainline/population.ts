/**
 * Who lives in a world. Node i has the i-th smallest id, so that the nodes under any prefix are a
 * range of numbers: tables can be filled and truths looked up by halving ranges, without any search
 * structure. Addresses follow from the number too: 16.0.0.0 + i, one port for all.
 *
 *     0 … ids ascending … founders - 1 │ founders … ids in any order … count - 1
 *                                        latecomers: born while the world runs, a few
 */
import { type Address, addressOf, ipOf } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { Random } from '../../core/random.ts';
import type { Contacts } from '../../mainline/rows/contacts.ts';

/** 16.0.0.0, the first of 268 million public addresses that nothing else is made of. */
const FIRST_IP = 0x10000000;
const PORT = 6881;
/** Bits of an id that the range search looks at; of 10 million ids hardly ever do two share them. */
export const KEY_BITS = 48;
/** Values of the bits of a key, the first one first: written out, a power is a call each time. */
const BIT_AT = Float64Array.from({ length: KEY_BITS }, (_, depth) => 2 ** (KEY_BITS - 1 - depth));

export class Population {
  readonly count: number;
  /** Nodes whose ids ascend; the others, up to `count`, are latecomers. */
  readonly founders: number;
  /** The first 48 bits of each founder's id, ascending. */
  readonly keys: Float64Array;

  constructor(count: number, random: Random, founders: number = count) {
    this.count = count;
    this.founders = founders;
    this.keys = new Float64Array(founders);
    for (let i = 0; i < founders; i++) {
      this.keys[i] = random.uint32() * 0x10000 + (random.uint32() & 0xffff);
    }
    this.keys.sort();
  }

  addressOf(node: number): Address {
    return addressOf(FIRST_IP + node, PORT);
  }

  /** The node at an address, or -1 for one that is not of this world. */
  nodeAt(address: Address): number {
    const ip = ipOf(address);
    const node = ip - FIRST_IP;
    return node >= 0 && node < this.count && address === ip * 0x10000 + PORT ? node : -1;
  }

  /** Makes every node a contact; node i gets the handle i + 1. */
  intern(contacts: Contacts, random: Random): void {
    const id = new Uint8Array(ID_BYTES);
    for (let node = 0; node < this.count; node++) {
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
