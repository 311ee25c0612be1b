/**
 * Going back and forth while a bar is dragged. A world takes its time to go back, so the next moment is
 * asked for when the one before is there, and only the newest of those that came meanwhile.
 */
import { effect } from '@preact/signals';
import type { SceneModel } from './scene-model.ts';

export class Scrubber {
  readonly #rewind: (toMs: number) => void;
  #isUnderWay = false;
  #nextMs: number | null = null;
  #stopWaiting = () => {};

  constructor(rewind: (toMs: number) => void) {
    this.#rewind = rewind;
  }

  scrub(model: SceneModel, toMs: number): void {
    if (this.#isUnderWay) {
      this.#nextMs = toMs;
      return;
    }
    this.#isUnderWay = true;
    this.#nextMs = null;
    const before = model.tick.peek();
    const known = model.trouble.peek(); // of before: it may stand there for long
    this.#rewind(toMs);
    let isDone = false;
    this.#stopWaiting = effect(() => {
      const isThere = model.tick.value !== before && model.busy.value === null;
      const failed = model.trouble.value !== null && model.trouble.value !== known;
      if (isDone || !(isThere || failed)) return;
      isDone = true;
      // Not within the effect: it would run for the ticks that the next one brings.
      queueMicrotask(() => this.#goOn(model));
    });
  }

  /** Another world is shown: nothing is waited for. */
  stop(): void {
    this.#stopWaiting();
    this.#isUnderWay = false;
    this.#nextMs = null;
  }

  #goOn(model: SceneModel): void {
    if (!this.#isUnderWay) return;
    const nextMs = this.#nextMs;
    this.stop();
    if (nextMs !== null) this.scrub(model, nextMs);
  }
}
