/**
 * One timer for one deadline. A machine's deadline moves with nearly every call into it, mostly away:
 * the timer is moved only when the deadline comes closer, for a tick too many is harmless and moving
 * a timer for every message is not.
 */
import type { Clock } from './clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #armedFor = Infinity;
  #disarm: (() => void) | null = null;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `deadline`, perhaps earlier. Infinity asks for nothing. */
  setFor(deadline: number): void {
    if (deadline >= this.#armedFor) return;
    this.#disarm?.();
    this.#armedFor = deadline;
    const delayMs = Math.max(0, Math.ceil(deadline - this.#clock.now()));
    this.#disarm = this.#clock.after(delayMs, () => {
      this.#armedFor = Infinity;
      this.#disarm = null;
      this.#ring();
    });
  }

  /** It will not ring any more, whatever it is set for. */
  stop(): void {
    this.#disarm?.();
    this.#disarm = null;
    this.#armedFor = -Infinity;
  }
}
