/**
 * Jobs that take turns: so many at a time, so many that wait, the oldest of these dropped. A program may
 * name ten thousand nodes in one turn of its loop; they are not all pinged at once.
 */

export class Turns {
  readonly #atOnce: number;
  readonly #waitingLimit: number;
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: (() => Promise<void>)[] = [];

  constructor(atOnce: number, waitingLimit: number) {
    this.#atOnce = atOnce;
    this.#waitingLimit = waitingLimit;
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** @param job never rejects. */
  add(job: () => Promise<void>): void {
    this.#waiting.push(job);
    if (this.#waiting.length > this.#waitingLimit) this.#waiting.shift();
    this.#next();
  }

  /** Resolves when the next one ends. */
  one(): Promise<void> {
    return Promise.race(this.#running);
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  #next(): void {
    if (this.#running.size >= this.#atOnce) return;
    const job = this.#waiting.shift();
    if (!job) return;
    const run = job().then(() => {
      this.#running.delete(run);
      this.#next();
    });
    this.#running.add(run);
  }
}
