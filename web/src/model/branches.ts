/**
 * Undo, redo, and going over to another future: what is remembered of them (futures.ts), and what they do to
 * the worlds that are shown.
 */
import { signal } from '@preact/signals';
import { type Future, Futures } from './futures.ts';
import type { Moment } from './moment.ts';

/** Something to say, maybe with a button. */
interface Said {
  text: string;
  offer: { label: string; take: () => void } | null;
}

/** The worlds that are shown, one or two. */
export interface ShownWorlds {
  /** Where each of them is; none where they are not of the lab. */
  moments(): Moment[];
  /** As many worlds as there are moments, each at its own. */
  begin(moments: readonly Moment[]): void;
  say(said: Said): void;
}

export class Branches {
  readonly #worlds: ShownWorlds;
  readonly #futures = new Futures();
  /** Counts up when there is something else to undo, to redo or to go over to. */
  readonly #tick = signal(0);

  constructor(worlds: ShownWorlds) {
    this.#worlds = worlds;
  }

  /** Another story begins. */
  clear(): void {
    this.#futures.clear();
    this.#tick.value++;
  }

  /** Something is about to be done to the worlds. */
  remember(): void {
    const now = this.#worlds.moments();
    if (now.length === 0) return;
    this.#futures.record(now);
    this.#tick.value++;
  }

  /** A future is left for another. */
  leave(moment: Moment): void {
    this.#futures.leave(moment);
    this.#tick.value++;
  }

  get canUndo(): boolean {
    this.#tick.value;
    return this.#futures.canUndo;
  }

  get canRedo(): boolean {
    this.#tick.value;
    return this.#futures.canRedo;
  }

  /** Back to before the last act, in all worlds. */
  undo(): void {
    const offer = { label: 'Redo', take: () => this.redo() };
    this.#goTo(this.#futures.undo(this.#worlds.moments()), { text: 'Undone.', offer });
  }

  redo(): void {
    const offer = { label: 'Undo', take: () => this.undo() };
    this.#goTo(this.#futures.redo(this.#worlds.moments()), { text: 'Done again.', offer });
  }

  /** Futures of the first world that were left for the one that is shown. */
  get others(): Future[] {
    this.#tick.value;
    const [now] = this.#worlds.moments();
    return now === undefined ? [] : this.#futures.others(now);
  }

  /** Another future in place of the one that is shown, or beside it; at the same moment. */
  take({ moment }: Future, isBeside: boolean): void {
    const [now] = this.#worlds.moments();
    if (now === undefined) return;
    const other = { ...moment, atMs: now.atMs };
    this.remember();
    if (!isBeside) this.leave(now);
    this.#worlds.begin(isBeside ? [now, other] : [other]);
    const text = isBeside
      ? 'A is the future that was shown, B the other one, at the same moment.'
      : 'Another future, at the same moment.';
    const offer = { label: 'Undo', take: () => this.undo() };
    this.#worlds.say({ text, offer });
  }

  #goTo(to: readonly Moment[] | null, said: Said): void {
    if (to === null || to.length === 0) return;
    this.#worlds.begin(to);
    this.#tick.value++;
    this.#worlds.say(said);
  }
}
