/**
 * Foreign code is called from here: what a program hands in to be called back may throw, or return a
 * promise that fails later. Neither ends the process or keeps a node from what it was about; both are
 * told to the program's `onError`. That is foreign code, too: when it fails itself, it is told as a
 * process warning.
 *
 *     callback ─┬─ throws ─────────────▶ onError ─┬─ throws, or its promise fails ─▶ process warning
 *               └─ promise ── fails ──▶           └─ returns
 */
import { warn } from './errors.ts';

/** Hears of an error that nobody waits for, and does not throw. */
export type Teller = (error: unknown) => void;

/** @param onError of a program. Default: a process warning. */
export function tellerOf(onError?: (error: unknown) => unknown): Teller {
  if (onError === undefined) return warn;
  return (error) => {
    try {
      watch(onError(error), warn);
    } catch (another) {
      warn(error);
      warn(another);
    }
  };
}

/** The same callback, which does not throw: `tell` hears of it. */
export function guarded<Arguments extends unknown[]>(
  callback: (...given: Arguments) => unknown,
  tell: Teller,
): (...given: Arguments) => void {
  return (...given) => {
    try {
      watch(callback(...given), tell);
    } catch (error) {
      tell(error);
    }
  };
}

/** Whether a value is a promise, or stands in for one. A promise's failure is told. */
export function watch(value: unknown, tell: Teller): boolean {
  const isPromise =
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function';
  if (isPromise) Promise.resolve(value).catch(tell);
  return isPromise;
}
