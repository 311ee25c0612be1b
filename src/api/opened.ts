/**
 * What all have in common that a program opens on sockets, Mainline nodes, members and clients of a ring:
 * the same names for the same things.
 *
 *     stats, metricsText()     what was counted, as data and as Prometheus reads it
 *     unref(), ref()           whether a process may end although this is open
 *     close(), await using     the end
 */
import { type Measured, metricsText } from './metrics.ts';

/** Sockets, as far as this goes. A transport of a program's own need not know it. */
export interface Held {
  unref?(): void;
  ref?(): void;
}

export abstract class Opened {
  readonly #whose: Measured;
  readonly #held: Held;

  /** @internal */
  constructor(whose: Measured, held: Held) {
    this.#whose = whose;
    this.#held = held;
  }

  /** Counters since this was opened. */
  abstract get stats(): object;

  abstract close(): Promise<void>;

  /** The numbers of `stats` in the text format of Prometheus. */
  metricsText(): string {
    return metricsText(this.#whose, [{ stats: this.stats }]);
  }

  /**
   * Lets the process end although this is open, as `unref` of Node.js does. A call that somebody waits
   * for keeps it all the same. Testnets and clients of a ring are so from the start.
   */
  unref(): this {
    this.#held.unref?.();
    return this;
  }

  /** Keeps the process from ending until this is closed. Nodes and members are so from the start. */
  ref(): this {
    this.#held.ref?.();
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
