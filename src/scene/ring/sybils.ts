/**
 * Sybils of a ring: places on the circle follow from addresses, so whoever can choose his address can
 * choose his place. He hashes one address after the other and keeps those that stand just before the key
 * that he is after: the closest of them becomes its owner, those before it the holders of its copies.
 *
 *     … honest ─────────── S3 ─ S2 ─ S1 ● key ───────── honest …
 *
 * To stand before all of N honest places takes about N hashes for each of his, which is why a place that
 * follows from an address alone is no protection.
 */
import { type Address, addressOf } from '../../core/address.ts';
import { isBetween } from '../../core/arc.ts';

/**
 * Where attackers live: 48.0.0.0 and on, apart from all other nodes of the lab. Copies of a record go to
 * different hosts, so whoever wants them all needs as many hosts.
 */
const FIRST_IP = 0x30000000;
const IPS = 8192;
const FIRST_PORT = 1024;
/**
 * Hashes for each place that is wanted, per honest place. The nearest honest one is 1/N of the circle
 * before the key on average, the last of c found among M c/M: with 32 it is closer 97 times in 100.
 */
const TRIES_PER_PLACE = 32;
const TRIES_LEAST = 256;
/** Half a second's work: in the largest rings an attacker comes close, not closest. */
const TRIES_MOST = 300_000;

/** An attacker who goes on from address to address. */
export class SybilSearch {
  #taken = 0;
  readonly #hashOf: (address: Address) => Uint8Array;

  constructor(hashOf: (address: Address) => Uint8Array) {
    this.#hashOf = hashOf;
  }

  /** So many addresses that stand closest before `key`, the closest first, in a ring of `places`. */
  find(key: Uint8Array, count: number, places: number): Address[] {
    const tries = Math.min(Math.max(TRIES_LEAST, TRIES_PER_PLACE * count * places), TRIES_MOST);
    const found: { address: Address; hash: Uint8Array }[] = [];
    for (let i = 0; i < tries; i++) {
      const address = this.#take();
      const hash = this.#hashOf(address);
      let at = found.length;
      // The circle is cut open at the key: who comes later on the way to it is closer.
      while (at > 0 && isBetween(hash, 0, found[at - 1].hash, 0, key, 0)) at--;
      if (at >= count) continue;
      found.splice(at, 0, { address, hash });
      if (found.length > count) found.pop();
    }
    return found.map(({ address }) => address);
  }

  #take(): Address {
    const number = this.#taken++;
    return addressOf(FIRST_IP + (number % IPS), FIRST_PORT + Math.floor(number / IPS));
  }
}
