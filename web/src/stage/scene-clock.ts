/**
 * The scene's time between two frames. A source tells the time some dozens of times in a second, and a
 * picture moves more smoothly: the clock runs on at the pace last measured, is put right by each frame,
 * and never runs ahead of what may be known by more than a moment.
 */

/** So long a source may be silent before its time is thought to stand still, in ms of the viewer's. */
const TRUSTED_MS = 120;

export class SceneClock {
  #frameMs = 0;
  #seenMs = 0;
  #pace = 0;
  #shown = 0;

  /** A frame was applied: the scene's time, its pace in ms per second (0 when paused). */
  put(frameMs: number, pace: number, nowMs: number): void {
    if (frameMs === this.#frameMs && pace === this.#pace) return;
    const backwards = frameMs < this.#frameMs;
    this.#frameMs = frameMs;
    this.#seenMs = nowMs;
    this.#pace = pace;
    if (backwards || pace === 0) this.#shown = frameMs;
  }

  /** What to show now. */
  at(nowMs: number): number {
    const since = Math.min(TRUSTED_MS, Math.max(0, nowMs - this.#seenMs));
    const guess = this.#frameMs + (since * this.#pace) / 1000;
    // A clock that is a little ahead waits rather than going back.
    if (guess > this.#shown || guess < this.#shown - this.#pace) this.#shown = guess;
    return this.#shown;
  }
}
