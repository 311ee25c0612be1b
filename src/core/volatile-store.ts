/**
 * The store of a process that keeps nothing: what is put is as durable as it will ever be, so nobody waits for
 * a flush and nothing is remembered of what was there before. Its twin for the lab, where processes die and
 * disks are slow, is the memory store.
 *
 *     put a ─▶ kept, the record itself      flush 7 ─▶ reported at once
 */
import { KeptRecords } from './kept-records.ts';
import type { StoreToken } from './store.ts';

export class VolatileStore extends KeptRecords {
  readonly isVolatile = true;
  readonly #report: (token: StoreToken) => void;

  /** @param report hears of each flush; it must not call back into the machine. */
  constructor(report: (token: StoreToken) => void) {
    super();
    this.#report = report;
  }

  flush(token: StoreToken): void {
    this.#report(token);
  }
}
