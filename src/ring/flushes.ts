/**
 * Flushes: who waits for the store to be durable. All that was written in one turn is flushed at its
 * end by one flush, so a hundred writes that came in one segment cost one.
 *
 *     keep · keep · wait(a) · wait(b) │ end of turn: flush 7 │ … stored(7) ─▶ a, b
 */
import type { Store, StoreToken } from '../core/store.ts';

/** Hears whether all that was written before is durable: null, or what went wrong. */
export type Flushed = (now: number, error: string | null) => void;

const NOBODY: readonly Flushed[] = [];

export class Flushes {
  /** What the store could not do last; null while it works. */
  error: string | null = null;
  readonly #store: Store;
  #isDirty = false;
  #waiting: Flushed[] = [];
  readonly #underWay: { token: StoreToken; waiting: readonly Flushed[] }[] = [];
  #lastToken = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Something was written. */
  touch(): void {
    this.#isDirty = true;
  }

  wait(flushed: Flushed): void {
    this.#waiting.push(flushed);
  }

  /** Those who wait for nothing that is not durable already; true when there were some. */
  runIdle(now: number): boolean {
    if (this.#isDirty || this.#underWay.length > 0 || this.error !== null) return false;
    return this.#run(now, null, this.#take());
  }

  /** The turn is over. */
  flush(): void {
    if (!this.#isDirty && this.#waiting.length === 0) return;
    this.#isDirty = false;
    const token = ++this.#lastToken;
    this.#underWay.push({ token, waiting: this.#take() });
    this.#store.flush(token);
  }

  /** False for a flush that is not ours. */
  stored(now: number, token: StoreToken, error: string | null): boolean {
    if (this.#underWay[0]?.token !== token) return false;
    const { waiting } = this.#underWay.shift()!;
    this.error = error;
    this.#run(now, error, waiting);
    return true;
  }

  #take(): readonly Flushed[] {
    // Never the array that goes on being filled: its guests wait for a later flush.
    if (this.#waiting.length === 0) return NOBODY;
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  #run(now: number, error: string | null, waiting: readonly Flushed[]): boolean {
    for (const flushed of waiting) flushed(now, error);
    return waiting.length > 0;
  }
}
