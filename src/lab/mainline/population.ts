/**
 * Who lives in a world. Node i has the i-th smallest id, so that the nodes under any prefix are a
 * range of numbers: tables can be filled and truths looked up by halving ranges, without any search
 * structure. Addresses follow from the number too: 16.0.0.0 + i, one port for all.
 *
 *     0 … ids ascending … founders - 1 │ founders … ids in any order … count - 1
 *                                        latecomers: born while the world runs, a few
 *
 * In a world of IPv6 they are kept (addresses6.ts), 12 bytes a node. Where hosts have addresses of both
 * families (dual-stack.ts) each family is a population, and its ids are in an order of its own.
 *
 * Where networks matter, as to attackers and those who count them, ids and addresses are given: a
 * settlement. Then addresses are looked up, 50 bytes a node.
 */
import { type Address, addressOf, ipOf } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { ID_BYTES, prefixOf } from '../../core/id.ts';
import { fillRandom, type Random, SeededRandom } from '../../core/random.ts';
import type { Contacts } from '../../mainline/rows/contacts.ts';
import { SeedStream } from '../seed.ts';
import type { WorldOptions } from '../world-state.ts';
import { Addresses6 } from './addresses6.ts';
import { KeyTree } from './key-tree.ts';

/** 16.0.0.0, the first of 268 million public addresses that nothing else is made of. */
const FIRST_IP = 0x10000000;
export const PORT = 6881;

/** Who lives where, chosen beforehand. */
export interface Settlement {
  /** 20 bytes a node; those of the founders ascend. */
  readonly ids: Uint8Array;
  /** Each once. */
  readonly addresses: readonly Address[];
}

/** What sets a family of dual-stack hosts apart; each may be left out. */
export interface FamilyChoices {
  isV6?: boolean;
  /**
   * The founders that have an address of this family, in the order of their ids: numbers say nothing of
   * ids then. Null: all, by number.
   */
  order?: Uint32Array | null;
  /** 1 for each node that has one; null: all. */
  members?: Uint8Array | null;
}

export class Population {
  readonly count: number;
  /** Nodes whose ids ascend; the others, up to `count`, are latecomers. */
  readonly founders: number;
  readonly isV6: boolean;
  /** The first 48 bits of each founder's id, ascending. */
  readonly keys: Float64Array;
  /** The same as a tree. */
  readonly tree: KeyTree;
  readonly #settlement: Settlement | null;
  readonly #addresses6: Addresses6 | null;
  readonly #order: Uint32Array | null;
  /** By founder: its place in the order, plus 1; 0 for who has no address here. */
  readonly #places: Uint32Array | null;
  readonly #members: Uint8Array | null;
  /** The node at each address of a settlement. */
  readonly #nodes = new Map<Address, number>();

  constructor(
    count: number,
    random: Random,
    founders: number = count,
    settlement: Settlement | null = null,
    { isV6 = false, order = null, members = null }: FamilyChoices = {},
  ) {
    this.count = count;
    this.founders = founders;
    this.isV6 = isV6;
    this.keys = new Float64Array(order?.length ?? founders);
    this.#settlement = settlement;
    this.#order = order;
    this.#places = order && placesOf(order, founders);
    this.#members = members;
    this.#addresses6 = isV6 && settlement === null ? new Addresses6(count, PORT) : null;
    if (settlement === null) this.#scatter(random);
    else this.#settle(settlement);
    this.tree = new KeyTree(this.keys);
  }

  #scatter(random: Random): void {
    for (let i = 0; i < this.keys.length; i++) {
      this.keys[i] = random.uint32() * 0x10000 + (random.uint32() & 0xffff);
    }
    this.keys.sort();
  }

  #settle({ ids, addresses }: Settlement): void {
    for (let i = 0; i < this.founders; i++) this.keys[i] = keyOf(ids, i * ID_BYTES);
    for (const [node, address] of addresses.entries()) this.#nodes.set(address, node);
    assert(this.#nodes.size === this.count, 'everybody has an address of his own');
  }

  /** What tells a node from all others, whoever else there is: the key of a founder; a latecomer's number. */
  keyOf(node: number): number {
    const place = this.placeOf(node);
    return place < 0 ? node : this.keys[place];
  }

  /** Where a founder's id stands among all, from 0; -1 for latecomers, and who has no address here. */
  placeOf(node: number): number {
    if (node >= this.founders) return -1;
    return this.#places === null ? node : this.#places[node] - 1;
  }

  /** The founder whose id stands there. */
  nodeAtPlace(place: number): number {
    return this.#order === null ? place : this.#order[place];
  }

  /** Has it an address here? */
  has(node: number): boolean {
    return this.#members === null || this.#members[node] === 1;
  }

  addressOf(node: number): Address {
    if (this.#settlement !== null) return this.#settlement.addresses[node];
    if (this.#addresses6 !== null) return this.#addresses6.addressOf(node);
    return usualAddress(node);
  }

  /** The node at an address, or -1 for one that is not of this world. */
  nodeAt(address: Address): number {
    const node = this.#residentAt(address);
    return this.#members === null || node < 0 || this.#members[node] === 1 ? node : -1;
  }

  #residentAt(address: Address): number {
    if (this.#settlement !== null) return this.#nodes.get(address) ?? -1;
    if (this.#addresses6 !== null) return this.#addresses6.nodeAt(address);
    const ip = ipOf(address);
    const node = ip - FIRST_IP;
    return node >= 0 && node < this.count && address === ip * 0x10000 + PORT ? node : -1;
  }

  /**
   * Makes every node a contact for good; node i gets the handle i + 1. What follows the key of a
   * founder's id is drawn from a stream of that key: one node more changes the ids of no others.
   * @param tails the stream of latecomers' ids, and which streams founders have
   */
  settleIn(contacts: Contacts, tails: Random): void {
    contacts.keepDirectory((address) => this.nodeAt(address) + 1);
    const id = new Uint8Array(ID_BYTES);
    const stream = tails.uint32();
    const own = new SeededRandom(0);
    for (let node = 0; node < this.count; node++) {
      if (this.#settlement !== null) {
        contacts.settle(this.#settlement.ids, node * ID_BYTES, this.addressOf(node));
        continue;
      }
      const isFounder = this.placeOf(node) >= 0;
      const key = isFounder
        ? this.keyOf(node)
        : tails.uint32() * 0x10000 + (tails.uint32() & 0xffff);
      if (isFounder) own.begin(key, stream);
      writeId(id, key, isFounder ? own : tails);
      contacts.settle(id, 0, this.addressOf(node));
    }
  }
}

/** Who is to live in a world of these options. */
export function populationOf(
  options: WorldOptions & { founders?: number; settlement?: Settlement | null },
): Population {
  const { seed, nodes, network, founders = nodes, settlement = null } = options;
  const random = new SeededRandom(seed, SeedStream.ids);
  return new Population(nodes, random, founders, settlement, { isV6: network.family === 6 });
}

function placesOf(order: Uint32Array, founders: number): Uint32Array {
  const places = new Uint32Array(founders);
  for (let place = 0; place < order.length; place++) places[order[place]] = place + 1;
  return places;
}

/** Where a node lives unless somebody has chosen. */
export function usualAddress(node: number): Address {
  return addressOf(FIRST_IP + node, PORT);
}

function writeId(id: Uint8Array, key: number, tail: Random): void {
  const high = Math.floor(key / 0x10000);
  id[0] = high >>> 24;
  id[1] = high >>> 16;
  id[2] = high >>> 8;
  id[3] = high;
  id[4] = (key % 0x10000) >>> 8;
  id[5] = key;
  fillRandom(tail, id, 6, ID_BYTES);
}

/** The first 48 bits of an id. */
export function keyOf(id: Uint8Array, start: number): number {
  return prefixOf(id, start) * 0x10000 + ((id[start + 4] << 8) | id[start + 5]);
}
