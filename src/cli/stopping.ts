/**
 * Commands that stay up until somebody stops them. The first Ctrl-C or SIGTERM asks the command to
 * end in good order; a second one ends the process at once.
 */

/** Ctrl-C under npm comes twice, from the terminal and from npm: what comes this soon is the same. */
const ECHO_MS = 500;

/** The longest that a timer waits. */
const FOREVER_MS = 0x7fffffff;

/** What a shell shows for a program that was ended by Ctrl-C. */
const INTERRUPTED_STATUS = 130;

/**
 * Resolves with what ended the wait: a signal's name, or `time` after `forMs`. A second signal ends
 * the process with `secondStatus`.
 */
export function untilStopped(
  forMs?: number,
  secondStatus: number = INTERRUPTED_STATUS,
): Promise<'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'time'> {
  return new Promise((resolve) => {
    // A command that is to stay stays, whatever it has open.
    const timer =
      forMs === undefined
        ? setInterval(() => {}, FOREVER_MS)
        : setTimeout(() => resolve('time'), forMs);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      let firstAtMs = Infinity;
      process.on(signal, () => {
        const isEcho = signal === 'SIGINT' && performance.now() - firstAtMs <= ECHO_MS;
        if (firstAtMs < Infinity && !isEcho) process.exit(secondStatus);
        firstAtMs = Math.min(firstAtMs, performance.now());
        clearTimeout(timer);
        resolve(signal);
      });
    }
  });
}

/** Calls `show` now and then until the returned function is called. */
export function every(intervalMs: number, show: () => void): () => void {
  const timer = setInterval(show, intervalMs);
  return () => clearInterval(timer);
}
