/**
 * Nodes that are not to be asked something again before their time: BEP 51 lets a node say how long its
 * sample of info-hashes stays the same, and who asks sooner is a burden.
 *
 *     rest(now, address, 6 h) ──▶ mayAsk: false … 6 h … true
 *
 * Unlike the meters this is exact: nobody is forgotten before his time, and when there is no room left
 * nobody new may be asked.
 */
import type { Address } from '../../core/address.ts';

/** Nodes remembered at a time; 40 bytes each. A walk through the public network asks some thousand an hour. */
const RESTING_LIMIT = 100_000;

export class Resting {
  /** In the order in which they were asked. */
  readonly #untilMs = new Map<Address, number>();
  readonly #limit: number;

  constructor(limit: number = RESTING_LIMIT) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#untilMs.size;
  }

  mayAsk(now: number, address: Address): boolean {
    const untilMs = this.#untilMs.get(address);
    if (untilMs !== undefined) return untilMs <= now;
    if (this.#untilMs.size < this.#limit) return true;
    this.#sweep(now);
    return this.#untilMs.size < this.#limit;
  }

  rest(now: number, address: Address, durationMs: number): void {
    this.#untilMs.delete(address);
    this.#untilMs.set(address, now + durationMs);
  }

  #sweep(now: number): void {
    for (const [address, untilMs] of this.#untilMs) {
      if (untilMs <= now) this.#untilMs.delete(address);
    }
  }
}
