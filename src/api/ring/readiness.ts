/**
 * Who waits for a node to be a member, as calls of their own: the node joins by itself, whatever
 * becomes of those who wait.
 */
import { formatAddress } from '../../core/address.ts';
import type { CallLimits, Calls } from '../../io/calls.ts';
import { DhtError } from '../../io/errors.ts';
import type { RingEvent } from '../../ring/outcome.ts';

/** Joining takes some milliseconds; with a ring in turmoil, some seconds. */
const READY_MS = 30_000;

export class Readiness {
  readonly #calls: Calls;
  readonly #waiting = new Set<number>();
  #missing: number;
  #lastFailure = 'nobody has answered yet';
  /** Somebody with whom we have nothing to do: perhaps whom we were to join. */
  #rejection = '';
  #refusal: DhtError | null = null;

  constructor(calls: Calls, identities: number) {
    this.#calls = calls;
    this.#missing = identities;
  }

  async ready({ signal, timeoutMs = READY_MS }: CallLimits): Promise<void> {
    if (this.#missing === 0) return;
    if (this.#refusal !== null) throw this.#refusal;
    const wait = (call: number): void => void this.#waiting.add(call);
    const forget = (call: number): void => void this.#waiting.delete(call);
    try {
      await this.#calls.open<void>(wait, { signal, timeoutMs }, forget);
    } catch (error) {
      if (!(error instanceof DhtError) || error.code !== 'TIMEOUT') throw error;
      const message = `no member after ${timeoutMs} ms: ${this.#lastFailure}${this.#rejection}`;
      throw new DhtError('TIMEOUT', message);
    }
  }

  hear(event: RingEvent): void {
    if (event.kind === 'join-failed') this.#lastFailure = event.reason;
    if (event.kind === 'rejected') {
      this.#rejection = `; ${formatAddress(event.peer)} was refused: ${event.reason}`;
    }
    if (event.kind === 'not-admitted') this.#refused(new DhtError('NOT_ADMITTED', event.reason));
    if (event.kind !== 'joined' || this.#missing === 0) return;
    this.#missing--;
    if (this.#missing > 0) return;
    for (const call of this.#waiting) this.#calls.settle(call, undefined);
    this.#waiting.clear();
  }

  #refused(refusal: DhtError): void {
    this.#refusal = refusal;
    for (const call of this.#waiting) this.#calls.fail(call, refusal);
    this.#waiting.clear();
  }
}
