/**
 * Addresses of a world of IPv6: each node lives in a /64 of its own, in the prefix for documentation. The
 * address book knows them by numbers, and this is where numbers lead back to nodes:
 *
 *     node 258     2001:db8:0:102::1       its row in the address book ── 258
 *
 * Node i has the same address in every world, so that a process knows no more addresses than its largest
 * world has nodes.
 */
import { type Address, addressOf, holdAddress, ipOf } from '../../core/address.ts';
import { addressBook, IP6_BYTES } from '../../core/address-book.ts';

/** Half of what the address book has room for: the rest is for those that nodes hear of. */
export const NODES6_LIMIT = 500_000;

export class Addresses6 {
  readonly #addresses: Float64Array;
  /** By row of the address book, plus 1; 0 is nobody. */
  #nodes = new Uint32Array(0);

  /** @throws RangeError for more nodes than there are addresses. */
  constructor(count: number, port: number) {
    if (count > NODES6_LIMIT) {
      throw new RangeError(`a world of IPv6 has at most ${NODES6_LIMIT} nodes, not ${count}`);
    }
    this.#addresses = new Float64Array(count);
    const bytes = new Uint8Array(IP6_BYTES);
    bytes.set([0x20, 0x01, 0x0d, 0xb8]);
    bytes[IP6_BYTES - 1] = 1;
    let rows = 0;
    for (let node = 0; node < count; node++) {
      bytes[5] = node >>> 16;
      bytes[6] = node >>> 8;
      bytes[7] = node;
      const address = addressOf(addressBook.numberOf(bytes, 0), port);
      holdAddress(address);
      this.#addresses[node] = address;
      rows = Math.max(rows, addressBook.rowOf(ipOf(address)) + 1);
    }
    this.#nodes = new Uint32Array(rows);
    for (let node = 0; node < count; node++) {
      this.#nodes[addressBook.rowOf(ipOf(this.#addresses[node]))] = node + 1;
    }
  }

  addressOf(node: number): Address {
    return this.#addresses[node];
  }

  /** The node at an address, or -1. */
  nodeAt(address: Address): number {
    const node = (this.#nodes[addressBook.rowOf(ipOf(address))] ?? 0) - 1;
    return node >= 0 && this.#addresses[node] === address ? node : -1;
  }
}
