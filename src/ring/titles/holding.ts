/**
 * A holding: what an owner has in its hands while it holds a title in force. It counts the writes that it
 * does under this title, remembers until when it is sure that nobody has taken a higher epoch, and keeps
 * back what is asked of it while the title is being changed.
 *
 *     title 4 ── write 1 · write 2 · write 3 ── change ┬ held: write, write ─┐
 *                                                      └── title 5 ──────────┴▶ write 1 · write 2 …
 */
import { type Epoch, NO_EPOCH } from './epoch.ts';
import type { Title } from './title.ts';

/** Hears whether an owner is still one: `silent`, when too few could be asked. */
export type Confirmed = (now: number, verdict: 'yes' | 'no' | 'silent') => void;

/** Acts held back at most while a title changes; further ones are told that it is busy. */
export const HELD_ACTS_LIMIT = 10_000;

export class Holding {
  title: Title;
  /** Our electors have promised us the next epoch: we proposed this title ourselves. */
  hasReserve: boolean;
  /** Writes done under this title. */
  counter = 0;
  /** When a majority was last asked that then said that nobody is above us. */
  confirmedAtMs: number;
  /** Keys whose last write may be on some copies only. */
  readonly open: Set<string> = new Set();
  /** Processes that had not kept a record in time, by their first address; until they are in step again. */
  readonly late: Set<number> = new Set();
  /** The title is on its way to its successor: nothing new is begun. */
  isChanging = false;
  /** The highest epoch by which we were refused. */
  seen: Epoch = NO_EPOCH;
  /** Electors are being asked whether we are still the owner; who came later waits for the next time. */
  isConfirming = false;
  doubters: Confirmed[] = [];
  #held: ((now: number) => void)[] = [];

  constructor(title: Title, now: number, hasReserve: boolean) {
    this.title = title;
    this.confirmedAtMs = now;
    this.hasReserve = hasReserve;
  }

  /** A later title of the same owner. */
  follow(title: Title, now: number): void {
    this.title = title;
    this.hasReserve = true;
    this.counter = 0;
    this.confirmedAtMs = now;
  }

  /** False when too many wait already. */
  hold(again: (now: number) => void): boolean {
    return this.#held.length < HELD_ACTS_LIMIT && this.#held.push(again) > 0;
  }

  release(now: number): void {
    this.isChanging = false;
    const held = this.#held;
    this.#held = [];
    for (const again of held) again(now);
  }
}
