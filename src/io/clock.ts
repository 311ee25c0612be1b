/**
 * Clocks that only move forward. Machines are given their readings, never a clock itself.
 *
 *     systemClock   since the process began; stands still while the machine sleeps, where the system's does
 *     epochClock    since 1970; goes on meanwhile (sleep.ts)
 */
import { Sleep } from './sleep.ts';

/** Milliseconds. */
export interface Clock {
  now(): number;
  /** The wall clock (ms since 1970) at reading 0. */
  readonly originMs: number;
  /**
   * Calls back once, after at least `delayMs`. Returns how to call it off. What waits so does not keep a
   * process from ending, unless it `isAwaited`: a socket does, and whoever waits for an answer.
   */
  after(delayMs: number, callback: () => void, isAwaited?: boolean): () => void;
}

/** setTimeout's limit, 2^31 - 1 ms; a later deadline is waited for in steps of this. */
const LONGEST_DELAY_MS = 0x7fffffff;

export const systemClock: Clock = {
  originMs: performance.timeOrigin,
  now: () => performance.now(),
  after(delayMs, callback, isAwaited = false) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS));
    if (!isAwaited) timer.unref?.();
    return () => clearTimeout(timer);
  },
};

const sleep = new Sleep(performance.now());

/**
 * The same clock with readings since 1970: what a machine needs whose timestamps are compared with
 * those of other hosts. It is set by the wall clock once, when the process starts. Whatever is done to that
 * later, it goes on by itself, also while the machine is suspended: it must not take what is an hour old
 * for something of now.
 */
export const epochClock: Clock = {
  originMs: 0,
  now: () => {
    const runningMs = performance.now();
    return performance.timeOrigin + runningMs + sleep.upTo(runningMs);
  },
  after: systemClock.after,
};
