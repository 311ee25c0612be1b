/**
 * IPv6 addresses as numbers. An IPv4 address is a number by itself; one of IPv6 has 128 bits and gets a
 * number when it is first met, by which it is known from then on:
 *
 *     2^32 + generation · 2^20 + row        row ─▶ 16 bytes, its /64, how many hold on to it
 *
 * So an endpoint is one double in both families (`ip * 65536 + port`), and who only compares, keeps and
 * passes on addresses need not know which it has. Rows are bounded: one that nobody holds on to and that
 * was not met for longest is given to another address, under the next generation; the old number then
 * means nobody. Numbers are for this process and for no wire, no file and no order.
 */
import { grown } from './column.ts';
import { InternedKeys } from './interned.ts';

export const IP6_BYTES = 16;
/** The first number of an IPv6 address. */
export const FIRST_IP6: number = 2 ** 32;
/** Bytes of an address that name its network: a /64 is what one customer gets. */
const NETWORK_BYTES = 8;
const ROW_BITS = 20;
const ROWS = 2 ** ROW_BITS;
const GENERATIONS = 2 ** (32 - ROW_BITS);
/** Addresses known that nobody holds on to, at most: 4 MB. A lookup meets some hundred. */
export const LOOSE_LIMIT = 65_536;

export class AddressBook {
  #ips: InternedKeys;
  #networks: InternedKeys;
  #generations = new Uint32Array(64);
  #holders = new Uint32Array(64);
  #networkOf = new Uint32Array(64);
  /** Addresses of a network, by its row. */
  #members = new Uint32Array(64);
  /** Was it met since the search for a free row last passed it? */
  #isFresh = new Uint8Array(64);
  #held = 0;
  #hand = 1;

  constructor(seed: number) {
    this.#ips = new InternedKeys(IP6_BYTES, 32, seed);
    this.#networks = new InternedKeys(NETWORK_BYTES, 32, seed);
  }

  get count(): number {
    return this.#ips.count;
  }

  /** Strangers choose many of these addresses: a seed they do not know, before the first is met. */
  reseed(seed: number): void {
    if (this.count > 0) return;
    this.#ips = new InternedKeys(IP6_BYTES, 32, seed);
    this.#networks = new InternedKeys(NETWORK_BYTES, 32, seed);
  }

  /** The number of the address in `bytes[start, start + 16)`. */
  numberOf(bytes: Uint8Array, start: number): number {
    let row = this.#ips.find(bytes, start);
    if (row === 0) {
      if (this.#ips.count - this.#held >= LOOSE_LIMIT) this.#forgetOne();
      row = this.#ips.intern(bytes, start);
      this.#settle(row, bytes, start);
    }
    this.#isFresh[row] = 1;
    return FIRST_IP6 + this.#generations[row] * ROWS + row;
  }

  /** Where the 16 bytes of a number begin in `bytes`, or 0 when it means nobody any more. */
  startOf(ip: number): number {
    const row = this.rowOf(ip);
    return row === 0 ? 0 : row * IP6_BYTES;
  }

  /** Replaced when the book grows: read it anew. */
  get bytes(): Uint8Array {
    return this.#ips.keys;
  }

  /** The /64 of an address, as a number that all of it have in common; 0 for nobody. */
  networkOf(ip: number): number {
    return this.#networkOf[this.rowOf(ip)];
  }

  /** Whoever keeps a number for long holds on to it, and lets go as often. */
  hold(ip: number): void {
    const row = this.rowOf(ip);
    if (row !== 0 && this.#holders[row]++ === 0) this.#held++;
  }

  letGo(ip: number): void {
    const row = this.rowOf(ip);
    if (row !== 0 && --this.#holders[row] === 0) this.#held--;
  }

  /** A small number for each address that is known, used again when it is forgotten; 0 for nobody. */
  rowOf(ip: number): number {
    const low = ip - FIRST_IP6;
    const row = low % ROWS;
    return this.#generations[row] === Math.floor(low / ROWS) && row < this.#ips.rowEnd ? row : 0;
  }

  #settle(row: number, bytes: Uint8Array, start: number): void {
    if (row >= this.#holders.length) {
      const rows = this.#holders.length * 2;
      this.#generations = grown(this.#generations, rows);
      this.#holders = grown(this.#holders, rows);
      this.#networkOf = grown(this.#networkOf, rows);
      this.#members = grown(this.#members, rows);
      this.#isFresh = grown(this.#isFresh, rows);
    }
    this.#holders[row] = 0;
    const network = this.#networks.intern(bytes, start);
    this.#networkOf[row] = network;
    this.#members[network]++;
  }

  /** The hand goes round: who was met since it last came is spared once. */
  #forgetOne(): void {
    for (;;) {
      const row = this.#hand;
      this.#hand = row + 1 < this.#ips.rowEnd ? row + 1 : 1;
      if (this.#networkOf[row] === 0 || this.#holders[row] > 0) continue;
      if (this.#isFresh[row] === 0) return this.#forget(row);
      this.#isFresh[row] = 0;
    }
  }

  #forget(row: number): void {
    const network = this.#networkOf[row];
    if (--this.#members[network] === 0) this.#networks.remove(network);
    this.#networkOf[row] = 0;
    this.#ips.remove(row);
    this.#generations[row] = (this.#generations[row] + 1) % GENERATIONS;
  }
}

/** Of the process: an address has one number, whoever meets it. */
export const addressBook: AddressBook = new AddressBook(0);
