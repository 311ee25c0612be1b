/**
 * What was done, so that it can be undone: before each act the moments of all worlds are kept, and a
 * future that an act cuts off is not forgotten. A world is its configuration and its acts, so that each of
 * these is a few hundred bytes.
 *
 *     ── crash 3 ── put ──────▶ now          the line that is shown
 *          └────── crash 7 ───▶              a future that was left, with where it parts from this one
 */
import type { TimedAct } from 'ringlight/scene';
import type { Moment } from './moment.ts';

/** More is remembered by nobody. */
export const UNDO_MAX = 100;
export const FUTURES_MAX = 12;

/** A future that was left: all of its acts, and from when on they differ from those of the world shown. */
export interface Future {
  moment: Moment;
  partsMs: number;
}

export class Futures {
  /** Moments of all worlds, the newest last. */
  #past: Moment[][] = [];
  #ahead: Moment[][] = [];
  #left: Moment[] = [];

  clear(): void {
    this.#past = [];
    this.#ahead = [];
    this.#left = [];
  }

  /** Something is about to be done to these. */
  record(now: readonly Moment[]): void {
    this.#past.push([...now]);
    if (this.#past.length > UNDO_MAX) this.#past.shift();
    this.#ahead = [];
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#ahead.length > 0;
  }

  /** The moments before the last act; null when there was none. */
  undo(now: readonly Moment[]): readonly Moment[] | null {
    const before = this.#past.pop();
    if (before === undefined) return null;
    this.#ahead.push([...now]);
    return before;
  }

  redo(now: readonly Moment[]): readonly Moment[] | null {
    const after = this.#ahead.pop();
    if (after === undefined) return null;
    this.#past.push([...now]);
    return after;
  }

  /** A future is left for another. One that the new one goes on from is no other. */
  leave(moment: Moment): void {
    const text = JSON.stringify([moment.config, moment.acts]);
    this.#left = this.#left.filter((one) => JSON.stringify([one.config, one.acts]) !== text);
    this.#left.push(moment);
    if (this.#left.length > FUTURES_MAX) this.#left.shift();
  }

  /** Those of the same world that are not the one shown, the newest first. */
  others(now: Moment): Future[] {
    const world = JSON.stringify(now.config);
    return this.#left
      .filter((one) => JSON.stringify(one.config) === world)
      .map((moment) => ({ moment, partsMs: partingOf(now.acts, moment.acts) }))
      .filter(({ partsMs }) => partsMs < Number.POSITIVE_INFINITY)
      .reverse();
  }
}

/** When two histories begin to differ; infinity where the one is how the other begins. */
function partingOf(shown: readonly TimedAct[], other: readonly TimedAct[]): number {
  for (let i = 0; i < other.length; i++) {
    const [a, b] = [shown[i], other[i]];
    if (a === undefined) return b.atMs;
    if (JSON.stringify(a) !== JSON.stringify(b)) return Math.min(a.atMs, b.atMs);
  }
  return Number.POSITIVE_INFINITY;
}
