/**
 * The circle: every place of a ring world, those included where nobody stands at the moment. A place
 * is an identity of a node; its number is its rank by hash, so what follows it on the circle is the
 * next number, and the place at or before a key is found by bisection.
 *
 *     place      0     1     2     3  …          a node with two identities has two places
 *     hash     03..  1f..  2a..  77..
 *     node       5     0     5     2
 *
 * Who has not begun yet may still choose another address (`move`), as an attacker does.
 */
import { type Address, addressOf, ipOf, portOf } from '../../core/address.ts';
import { compareIds, ID_BYTES, prefixOf } from '../../core/id.ts';
import { type Random, randomBelow } from '../../core/random.ts';
import type { Members } from '../../ring/circle/member.ts';

/**
 * Node 0 lives at one of the 200 million addresses from 16.0.0.0 on, which the seed chooses: hashes
 * follow from addresses, so that another seed is another ring. The others follow it.
 */
const FIRST_IP = 0x10000000;
const FIRST_IPS = 0x0c000000;
/** The port of a node's first identity, from which the others count. */
const FIRST_PORT = 5000;

/** Rank of an identity on the circle. */
export type Place = number;

export class Circle {
  readonly nodes: number;
  /** Identities of each node. */
  readonly identities: number;
  readonly count: number;
  readonly #firstIp: number;
  /** The hash of place p at p × 20. */
  readonly hashes: Uint8Array;
  readonly #nodeOf: Uint32Array;
  readonly #identityOf: Uint16Array;
  /** By node × identities + identity. */
  readonly #placeOf: Uint32Array;
  /** The first 48 bits of each hash, ascending. */
  readonly #prefixes: Float64Array;
  /** Of those who moved: address by node × identities + identity, and the other way round. */
  readonly #moved = new Map<number, Address>();
  readonly #newcomers = new Map<Address, number>();

  constructor(nodes: number, identities: number, members: Members, random: Random) {
    this.#firstIp = FIRST_IP + randomBelow(random, FIRST_IPS);
    this.nodes = nodes;
    this.identities = identities;
    this.count = nodes * identities;
    const hashes = new Uint8Array(this.count * ID_BYTES);
    for (let node = 0; node < nodes; node++) {
      for (let identity = 0; identity < identities; identity++) {
        const hash = members.hashOf(this.addressOf(node, identity));
        hashes.set(hash, (node * identities + identity) * ID_BYTES);
      }
    }
    const order = Uint32Array.from({ length: this.count }, (_, i) => i);
    order.sort((a, b) => compareIds(hashes, a * ID_BYTES, hashes, b * ID_BYTES));
    this.hashes = new Uint8Array(hashes.length);
    this.#nodeOf = new Uint32Array(this.count);
    this.#identityOf = new Uint16Array(this.count);
    this.#placeOf = new Uint32Array(this.count);
    this.#prefixes = new Float64Array(this.count);
    order.forEach((from, place) => {
      const start = from * ID_BYTES;
      this.hashes.set(hashes.subarray(start, start + ID_BYTES), place * ID_BYTES);
      this.#nodeOf[place] = Math.floor(from / identities);
      this.#identityOf[place] = from % identities;
      this.#placeOf[from] = place;
      this.#prefixes[place] = first48(hashes, start);
    });
  }

  get byteLength(): number {
    return this.count * (ID_BYTES + 4 + 2 + 4 + 8);
  }

  addressOf(node: number, identity: number): Address {
    const moved =
      this.#moved.size > 0 ? this.#moved.get(node * this.identities + identity) : undefined;
    return moved ?? addressOf(this.#firstIp + node, FIRST_PORT + identity);
  }

  /** The node at an address, or -1 for one that is not of this world. */
  nodeAt(address: Address): number {
    const newcomer = this.#newcomers.size > 0 ? this.#newcomers.get(address) : undefined;
    if (newcomer !== undefined) return Math.floor(newcomer / this.identities);
    const node = ipOf(address) - this.#firstIp;
    const identity = portOf(address) - FIRST_PORT;
    const isOurs = node >= 0 && node < this.nodes && identity >= 0 && identity < this.identities;
    if (!isOurs || this.#moved.size === 0) return isOurs ? node : -1;
    return this.#moved.has(node * this.identities + identity) ? -1 : node;
  }

  /** The place of an address, or -1 for one that is not of this world. */
  placeAt(address: Address): Place {
    const newcomer = this.#newcomers.size > 0 ? this.#newcomers.get(address) : undefined;
    if (newcomer !== undefined) return this.#placeOf[newcomer];
    const node = this.nodeAt(address);
    return node < 0 ? -1 : this.placeOf(node, portOf(address) - FIRST_PORT);
  }

  /**
   * Gives an identity of a node that has never begun an address of its choice, at which nobody lives.
   * Numbers of places change.
   */
  move(node: number, identity: number, address: Address, members: Members): void {
    const from = node * this.identities + identity;
    const hash = members.hashOf(address);
    this.#newcomers.delete(this.addressOf(node, identity));
    this.#moved.set(from, address);
    this.#newcomers.set(address, from);
    this.#shift(this.#placeOf[from], this.count - 1);
    const last = this.count - 1;
    this.hashes.fill(0xff, last * ID_BYTES);
    this.#prefixes[last] = Infinity;
    const place = this.#countUpTo(hash, 0);
    this.#shift(last, place);
    this.hashes.set(hash, place * ID_BYTES);
    this.#prefixes[place] = first48(hash, 0);
  }

  /** Takes a place out and puts it in elsewhere; those between move up by one. */
  #shift(from: Place, to: Place): void {
    const [node, identity] = [this.#nodeOf[from], this.#identityOf[from]];
    const step = from < to ? 1 : -1;
    const [start, end] = from < to ? [from + 1, to + 1] : [to, from];
    const at = start - step;
    this.hashes.copyWithin(at * ID_BYTES, start * ID_BYTES, end * ID_BYTES);
    this.#prefixes.copyWithin(at, start, end);
    this.#nodeOf.copyWithin(at, start, end);
    this.#identityOf.copyWithin(at, start, end);
    this.#nodeOf[to] = node;
    this.#identityOf[to] = identity;
    for (let place = Math.min(from, to); place <= Math.max(from, to); place++) {
      this.#placeOf[this.#nodeOf[place] * this.identities + this.#identityOf[place]] = place;
    }
  }

  nodeOf(place: Place): number {
    return this.#nodeOf[place];
  }

  /** Which of its node's identities stands there. */
  identityOf(place: Place): number {
    return this.#identityOf[place];
  }

  placeOf(node: number, identity: number): Place {
    return this.#placeOf[node * this.identities + identity];
  }

  after(place: Place): Place {
    return place + 1 === this.count ? 0 : place + 1;
  }

  before(place: Place): Place {
    return place === 0 ? this.count - 1 : place - 1;
  }

  /** The last place at or before a key, going over zero where there is none. */
  atOrBefore(key: Uint8Array, start: number): Place {
    const low = this.#countUpTo(key, start);
    return low === 0 ? this.count - 1 : low - 1;
  }

  /** Places at or before a key, from zero on. */
  #countUpTo(key: Uint8Array, start: number): number {
    const prefix = first48(key, start);
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const difference = this.#prefixes[middle] - prefix;
      const isAfter =
        difference === 0
          ? compareIds(this.hashes, middle * ID_BYTES, key, start) > 0
          : difference > 0;
      if (isAfter) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function first48(id: Uint8Array, start: number): number {
  return prefixOf(id, start) * 0x10000 + id[start + 4] * 256 + id[start + 5];
}
