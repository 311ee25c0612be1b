/**
 * A rate: how much may be moved, so that repair leaves room for everybody else. Bytes flow in at so
 * many per second, up to a second's worth; what is taken beyond that is waited for afterwards.
 */

export class Rate {
  readonly perSecond: number;
  #level: number;
  #filledAtMs = 0;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.#level = perSecond;
  }

  /** Something may go, however large: what it takes too much is waited for afterwards. */
  isReady(now: number): boolean {
    const gained = ((now - this.#filledAtMs) * this.perSecond) / 1000;
    this.#level = Math.min(this.perSecond, this.#level + Math.max(0, gained));
    this.#filledAtMs = now;
    return this.#level > 0;
  }

  take(bytes: number): void {
    this.#level -= bytes;
  }

  readyAt(now: number): number {
    return this.#level > 0 ? now : now + Math.ceil(((1 - this.#level) * 1000) / this.perSecond);
  }
}
