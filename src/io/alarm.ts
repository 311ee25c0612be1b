/**
 * One timer for one deadline. A machine's deadline moves with nearly every call into it, mostly away:
 * the timer is moved only when the deadline comes closer, for a tick too many is harmless and moving
 * a timer for every message is not.
 */
import type { Clock } from './clock.ts';

/**
 * What is so far away need not be met to the millisecond: a timer of Node.js of its own length costs a list of its
 * own, and a thousand nodes at rest wait for a quarter of an hour each.
 */
const FAR_MS = 10_000;
const FAR_STEP_MS = 100;

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: (lateMs: number) => void;
  #armedFor = Infinity;
  #disarm: (() => void) | null = null;

  /** @param ring is told how much later it is called than it was to be. */
  constructor(clock: Clock, ring: (lateMs: number) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `deadline`, perhaps earlier; a tenth of a second later if it is far away. Infinity asks for nothing. */
  setFor(deadline: number): void {
    if (deadline >= this.#armedFor) return;
    this.#arm(deadline);
  }

  /** Rings once more, after a turn of the event loop, and not before. */
  again(): void {
    this.#arm(-Infinity);
  }

  #arm(deadline: number): void {
    this.#disarm?.();
    this.#armedFor = deadline;
    const now = this.#clock.now();
    const stepMs = deadline - now > FAR_MS ? FAR_STEP_MS : 1;
    const delayMs = Math.max(0, Math.ceil((deadline - now) / stepMs) * stepMs);
    this.#disarm = this.#clock.after(delayMs, () => {
      this.#armedFor = Infinity;
      this.#disarm = null;
      this.#ring(this.#clock.now() - now - delayMs);
    });
  }

  /** It will not ring any more, whatever it is set for. */
  stop(): void {
    this.#disarm?.();
    this.#disarm = null;
    this.#armedFor = -Infinity;
  }
}
