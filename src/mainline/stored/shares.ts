/**
 * Shares: how many places of a store one network may have. An address costs nothing inside a network
 * that somebody owns, so a /24 counts as one; loopback is nobody's and has no share.
 *
 *     network     93.184.216/24   5.1.7/24   …
 *     places      200 (full)      3
 */
import { type Address, isLoopback, networkOf } from '../../core/address.ts';

export class Shares {
  readonly limit: number;
  readonly #places = new Map<number, number>();

  /** @param limit places that a network may have. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Networks that have places. */
  get count(): number {
    return this.#places.size;
  }

  hasRoom(from: Address): boolean {
    return isLoopback(from) || (this.#places.get(networkOf(from)) ?? 0) < this.limit;
  }

  take(from: Address): void {
    if (isLoopback(from)) return;
    const network = networkOf(from);
    this.#places.set(network, (this.#places.get(network) ?? 0) + 1);
  }

  giveBack(from: Address): void {
    if (isLoopback(from)) return;
    const network = networkOf(from);
    const left = (this.#places.get(network) ?? 0) - 1;
    if (left > 0) this.#places.set(network, left);
    else this.#places.delete(network);
  }
}
