/**
 * Sleep: how long this machine was suspended while a process ran. On Linux the clock that never moves backward stands
 * still meanwhile (CLOCK_MONOTONIC, which `performance.now()` reads), so whoever wakes believes that no time
 * has passed. How long the system has been up counts sleep, too (CLOCK_BOOTTIME), but is dear to ask: it comes out of
 * a file. So it is asked only when the wall clock has run ahead of ours.
 *
 *     wall clock   ├──┤ lid closed ├──     ahead at once: is it that we have slept?
 *     up           ├──┤············├──     it goes on: so long
 *     up           ├──┤├──                 it does not: somebody has set the wall clock, which is nothing to us
 *
 * A virtual machine that its host has frozen has no clock that goes on: nothing here can tell.
 */
import { uptime } from 'node:os';

/** What is to be known of the machine, in milliseconds. */
export interface Readings {
  /** Since 1970, as somebody has set it. */
  wallMs(): number;
  /** Since the system began, sleep included. */
  upMs(): number;
}

const SYSTEM: Readings = {
  wallMs: () => Date.now(),
  upMs: () => uptime() * 1000,
};

/** The wall clock is no further ahead of ours between two looks unless we slept, or it was set. */
const NOTICED_MS = 250;

export class Sleep {
  readonly #readings: Readings;
  /** How far the wall clock was ahead when last looked at. */
  #wallAheadMs: number;
  /** The same of the time that the system has been up, when there had been no sleep. */
  readonly #upAheadMs: number;
  #sleptMs = 0;

  /** @param runningMs what our own clock reads: one that may stand still while the machine sleeps. */
  constructor(runningMs: number, readings: Readings = SYSTEM) {
    this.#readings = readings;
    this.#wallAheadMs = readings.wallMs() - runningMs;
    this.#upAheadMs = readings.upMs() - runningMs;
  }

  /** How long the machine has slept until now; never less than it was. */
  upTo(runningMs: number): number {
    const aheadMs = this.#readings.wallMs() - runningMs;
    if (aheadMs - this.#wallAheadMs > NOTICED_MS) this.#look(runningMs);
    this.#wallAheadMs = aheadMs;
    return this.#sleptMs;
  }

  #look(runningMs: number): void {
    const sleptMs = this.#readings.upMs() - runningMs - this.#upAheadMs;
    // What a reading of seconds rounds off is no sleep.
    if (sleptMs - this.#sleptMs > NOTICED_MS) this.#sleptMs = sleptMs;
  }
}
