/**
 * Figures over time, bounded: a sample every so often, and when there are too many, every other one
 * goes and samples are taken half as often from then on. Charts show all of a run, never all of it finely.
 */
import type { Figures } from 'ringlight/scene';

/** More than a chart has pixels. */
export const SAMPLES_KEPT = 2000;

/** The finest grain, in ms of the source's clock. */
const FIRST_STEP_MS = 20;

export class FigureSeries {
  /** Ascending. */
  readonly atMs: number[] = [];
  readonly samples: Figures[] = [];
  /** The newest there is, sampled or not. */
  last: Figures | null = null;
  #stepMs = FIRST_STEP_MS;

  get length(): number {
    return this.atMs.length;
  }

  /** Was it taken as a sample? */
  add(atMs: number, figures: Figures): boolean {
    this.last = figures;
    const before = this.atMs.at(-1);
    if (before !== undefined && atMs < before + this.#stepMs) return false;
    this.atMs.push(atMs);
    this.samples.push(figures);
    if (this.length > SAMPLES_KEPT) this.#thin();
    return true;
  }

  forgetAfter(atMs: number): void {
    let kept = this.length;
    while (kept > 0 && this.atMs[kept - 1] > atMs) kept--;
    this.atMs.length = kept;
    this.samples.length = kept;
    this.last = this.samples[kept - 1] ?? null;
    if (kept === 0) this.#stepMs = FIRST_STEP_MS;
  }

  #thin(): void {
    let kept = 0;
    for (let i = 0; i < this.length; i += 2) {
      this.atMs[kept] = this.atMs[i];
      this.samples[kept++] = this.samples[i];
    }
    this.atMs.length = kept;
    this.samples.length = kept;
    this.#stepMs = Math.max(this.#stepMs * 2, (this.atMs[kept - 1] - this.atMs[0]) / SAMPLES_KEPT);
  }
}
