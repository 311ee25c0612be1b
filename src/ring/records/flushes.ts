/**
 * Flushes: who waits for the store to be durable. All that was written in one turn is flushed at its
 * end by one flush, so a hundred writes that came in one segment cost one.
 *
 *     keep · keep · wait(a) · wait(b) │ end of turn: flush 7 │ … stored(7) ─▶ a, b
 */
import type { Store, StoreToken } from '../../core/store.ts';

/** Hears whether all that was written before is durable: null, or what went wrong. */
type Flushed = (now: number, error: string | null) => void;

const NOBODY: readonly Flushed[] = [];

export class Flushes {
  /** What the store could not do last; null while it works. */
  error: string | null = null;
  /** Writes what belongs beside anything that is ever written, when something is. */
  first: (() => void) | null = null;
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
    const { first } = this;
    this.first = null;
    first?.();
  }

  wait(flushed: Flushed): void {
    this.#waiting.push(flushed);
  }

  /** Those who wait for nothing that is not durable already; true when there were some. */
  runIdle(now: number): boolean {
    if (this.#store.isVolatile) this.#isDirty = false;
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

  /** Flushes up to `token` are reported. False when it is none of ours. */
  stored(now: number, token: StoreToken, error: string | null): boolean {
    const first = this.#underWay[0];
    if (first === undefined || token < first.token || token > this.#lastToken) return false;
    const reported = this.#underWay.splice(0, token - first.token + 1);
    this.error = error;
    for (const { waiting } of reported) this.#run(now, error, waiting);
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
