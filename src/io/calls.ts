/**
 * Calls: the one place where outcomes of a machine become promises, one per *user call*. A machine
 * knows a call by its number; whoever waits holds the promise. A call ends once: by its outcome, by
 * its AbortSignal, or because the node closes.
 */
import { shown } from '../core/argument.ts';
import type { Clock } from './clock.ts';
import { DhtError } from './errors.ts';

/** A time-out that comes this much too late tells that the process was kept from running. */
const STALL_MS = 25;
/** Turns of the event loop in which it then reads, 1024 datagrams each (udp-batch.ts). */
const READING_TURNS = 8;

/** How long a caller is ready to wait. */
export interface CallLimits {
  /** Gives the call up when it fires: it fails with ABORTED. */
  signal?: AbortSignal | undefined;
  /** Gives the call up after this long: it fails with TIMEOUT. */
  timeoutMs?: number | undefined;
}

/** One who waits for an outcome. */
export interface Waiting<T = never> {
  resolve(value: T): void;
  reject(error: Error): void;
  /** Nobody waits any more; before either of them. */
  forget(): void;
}

/** A call that is being begun, and its outcome if that is there already. */
interface Beginning {
  readonly call: number;
  isSettled: boolean;
  value: unknown;
}

/** A timer that does nothing but be there; the longest there is. */
const HOLD_MS = 0x7fffffff;

/** While somebody waits the process goes on, whatever its sockets were told: one timer for all nodes of it. */
class Hold {
  #waiting = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  on(): void {
    if (this.#waiting++ > 0) return;
    this.#timer ??= setInterval(() => {}, HOLD_MS);
    this.#timer.ref?.();
  }

  off(): void {
    if (--this.#waiting === 0) this.#timer?.unref?.();
  }
}

const hold = new Hold();

export class Calls {
  readonly #waiting = new Map<number, Waiting>();
  readonly #clock: Clock;
  #last = 0;
  #beginning: Beginning | null = null;

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
          : this.#afterReading(timeoutMs, () => {
              giveUp(new DhtError('TIMEOUT', `no answer within ${timeoutMs} ms`));
            });
      const forget = (): void => {
        signal?.removeEventListener('abort', onAbort);
        disarm?.();
      };
      this.#wait(call, { resolve, reject, forget });
      try {
        start(call);
      } catch (error) {
        this.fail(call, error as Error);
      }
    });
  }

  /**
   * The same without limits, and without a promise when the outcome is there before `start` returns. What
   * `start` throws is thrown.
   */
  begin<T>(start: (call: number) => void): T | Promise<T> {
    const { call, isSettled, value } = this.#begin(start);
    if (isSettled) return value as T;
    return new Promise<T>((resolve, reject) => this.#wait(call, { resolve, reject, forget() {} }));
  }

  /** The same for one who is told by a call, which may come at once. */
  tell<T>(waiting: Waiting<T>, start: (call: number) => void): void {
    const { call, isSettled, value } = this.#begin(start);
    if (isSettled) waiting.resolve(value as T);
    else this.#wait(call, waiting as Waiting);
  }

  #begin(start: (call: number) => void): Beginning {
    const call = ++this.#last;
    const outer = this.#beginning;
    const beginning: Beginning = { call, isSettled: false, value: undefined };
    this.#beginning = beginning;
    try {
      start(call);
    } finally {
      this.#beginning = outer;
    }
    return beginning;
  }

  #wait(call: number, waiting: Waiting): void {
    this.#waiting.set(call, waiting);
    if (this.#waiting.size === 1) hold.on();
  }

  settle<T>(call: number, value: T): void {
    const beginning = this.#beginning;
    if (beginning?.call === call) {
      beginning.isSettled = true;
      beginning.value = value;
      return;
    }
    this.#take(call)?.resolve(value as never);
  }

  fail(call: number, error: Error): void {
    this.#take(call)?.reject(error);
  }

  /**
   * As `clock.after`, but when the process was kept from running what lies in its sockets is read first: an
   * answer that came in time is no time-out.
   */
  #afterReading(delayMs: number, callback: () => void): () => void {
    const dueAtMs = this.#clock.now() + delayMs;
    let turns = READING_TURNS;
    let disarm: () => void;
    const ring = (): void => {
      if (this.#clock.now() - dueAtMs <= STALL_MS || turns === 0) return callback();
      turns--;
      disarm = this.#clock.after(0, ring);
    };
    disarm = this.#clock.after(delayMs, ring);
    return () => disarm();
  }

  /** Ends all calls: the node is closing. */
  close(): void {
    for (const call of [...this.#waiting.keys()]) {
      this.fail(call, new DhtError('CLOSED', 'the node was closed'));
    }
  }

  #take(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(call);
    if (this.#waiting.size === 0) hold.off();
    waiting.forget();
    return waiting;
  }
}

/**
 * Waits for `work`, or until the signal fires. What comes all the same is undone by `undo`, and nothing is
 * left on the signal. @throws DhtError ABORTED.
 */
export async function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: Promise<T>,
  undo: (late: T) => void = () => {},
): Promise<T> {
  if (signal === undefined) return work;
  let onAbort = (): void => {};
  const over = new Promise<never>((_, reject) => {
    onAbort = () => reject(aborted(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([over, work]);
  } catch (error) {
    if (signal.aborted) work.then(undo, () => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Goes on with what `begin` gave: now, if it is there. */
export function onceThere<T, Result>(
  value: T | Promise<T>,
  next: (value: T) => Result,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** @throws TypeError for what is no signal. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new TypeError(`"signal" expected an AbortSignal, got ${shown(signal)}`);
}

function aborted(signal: AbortSignal): DhtError {
  return new DhtError('ABORTED', 'the call was aborted', { cause: signal.reason });
}
