/**
 * Calls: the one place where outcomes of a machine become promises, one per *user call*. A machine
 * knows a call by its number; whoever waits holds the promise. A call ends once: by its outcome, by
 * its AbortSignal, or because the node closes.
 */
import type { Clock } from './clock.ts';
import { DhtError } from './errors.ts';

/** How long a caller is ready to wait. */
export interface CallLimits {
  /** Gives the call up when it fires: it fails with ABORTED. */
  signal?: AbortSignal | undefined;
  /** Gives the call up after this long: it fails with TIMEOUT. */
  timeoutMs?: number | undefined;
}

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
  forget(): void;
}

export class Calls {
  readonly #waiting = new Map<number, Waiting>();
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#waiting.size;
  }

  /** Is somebody still waiting for this call? */
  has(call: number): boolean {
    return this.#waiting.has(call);
  }

  /**
   * Opens a call. `start` is given its number and may throw: then the call fails with that.
   * `cancel` is called when the signal fires or the time is up before there is an outcome.
   */
  open<T>(
    start: (call: number) => void,
    limits: CallLimits,
    cancel: (call: number) => void,
  ): Promise<T> {
    const call = ++this.#last;
    const { signal, timeoutMs } = limits;
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) throw aborted(signal);
      const giveUp = (error: DhtError): void => {
        cancel(call);
        this.fail(call, error);
      };
      const onAbort = (): void => giveUp(aborted(signal!));
      signal?.addEventListener('abort', onAbort, { once: true });
      const disarm =
        timeoutMs === undefined
          ? undefined
          : this.#clock.after(timeoutMs, () => {
              giveUp(new DhtError('TIMEOUT', `no answer within ${timeoutMs} ms`));
            });
      const forget = (): void => {
        signal?.removeEventListener('abort', onAbort);
        disarm?.();
      };
      this.#waiting.set(call, { resolve, reject, forget });
      try {
        start(call);
      } catch (error) {
        this.fail(call, error as Error);
      }
    });
  }

  settle<T>(call: number, value: T): void {
    this.#take(call)?.resolve(value as never);
  }

  fail(call: number, error: Error): void {
    this.#take(call)?.reject(error);
  }

  /** Ends all calls: the node is closing. */
  close(): void {
    for (const call of [...this.#waiting.keys()]) {
      this.fail(call, new DhtError('CLOSED', 'the node was closed'));
    }
  }

  #take(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    waiting?.forget();
    return waiting;
  }
}

function aborted(signal: AbortSignal): DhtError {
  return new DhtError('ABORTED', 'the call was aborted', { cause: signal.reason });
}
