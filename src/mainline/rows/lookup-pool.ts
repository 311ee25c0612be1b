/**
 * Lookups to be used again. One is 9 KB and lives for a second or two; a finished one is kept for the
 * next, up to a limit.
 */
import { Lookup } from './lookup.ts';

/** Idle lookups that a real node's process keeps: a burst of thousands must not hold memory for ever. */
export const IDLE_LOOKUPS = 16;

export class LookupPool {
  readonly #idle: Lookup[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(): Lookup {
    return this.#idle.pop() ?? new Lookup();
  }

  release(lookup: Lookup): void {
    if (this.#idle.length < this.#limit) this.#idle.push(lookup);
  }
}
