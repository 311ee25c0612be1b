/**
 * A holding: what an owner has in its hands while it holds a title in force. It counts the writes that it
 * does under this title, remembers until when it is sure that nobody has taken a higher epoch, and keeps
 * back what is asked of it while the title is being changed.
 *
 *     title 4 ── write 1 · write 2 · write 3 ── change ┬ held: write, write ─┐
 *                                                      └── title 5 ──────────┴▶ write 1 · write 2 …
 */
import { type Epoch, NO_EPOCH } from './epoch.ts';
import { hasPeer, type Peer, samePeer, type Title } from './title.ts';

/** Hears whether an owner is still one: `silent`, when too few could be asked. */
export type Confirmed = (now: number, verdict: 'yes' | 'no' | 'silent') => void;

/** A question to electors that is under way (tenure/confirming.ts). */
interface Asking {
  readonly begunAtMs: number;
  /** Asks those, too, who have been left out. */
  askRest(now: number): void;
}

/** Acts held back at most while a title changes; further ones are told that it is busy. */
export const HELD_ACTS_LIMIT = 10_000;
/** Acts at `one` wait for a change of the title no longer than this. */
export const ALONE_MS = 1000;

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
  /** Processes that have left in good order, by their first address: nobody waits for their copies. */
  readonly parted: Set<number> = new Set();
  /** One of them was not named any more when it said so, so the copies that are wanted have yet to be fewer. */
  hasOneLess = false;
  /** The title is on its way to its successor: nothing new is begun. */
  isChanging = false;
  /** The highest epoch by which we were refused. */
  seen: Epoch = NO_EPOCH;
  /** Electors are being asked whether we are still the owner; who came later waits for the next time. */
  round: Asking | null = null;
  doubters: Confirmed[] = [];
  /** Rounds so far; it will be looked whether the one under way takes long. */
  rounds = 0;
  isWatched = false;
  /** Electors in the order in which they answered when all were asked last, those that did not say yes left out. */
  quick: Peer[] = [];
  /** When too few electors were last found to answer. */
  silentAtMs = -Infinity;
  #held: ((now: number) => void)[] = [];
  /** Held acts that want nothing but the owner's word. */
  #heldAlone: ((now: number) => void)[] = [];
  #changingSinceMs = 0;

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

  /** An elector has answered. */
  noteQuick(peer: Peer, isYes: boolean): void {
    const isKnown = hasPeer(this.quick, peer);
    if (isYes && !isKnown) this.quick.push(peer);
    if (!isYes && isKnown) this.quick = this.quick.filter((other) => !samePeer(other, peer));
  }

  /** The title is about to change. */
  beginChange(now: number): void {
    this.isChanging = true;
    this.#changingSinceMs = now;
  }

  /**
   * No majority is to be had: it was silent when last asked, or a change of the title takes its time. Then acts
   * at `one` go by the owner's own word.
   */
  isAlone(now: number): boolean {
    if (this.silentAtMs > this.confirmedAtMs) return true;
    return this.isChanging && now - this.#changingSinceMs >= ALONE_MS;
  }

  /** False when too many wait already. `isAlone`: it goes on as soon as no majority is to be had. */
  hold(again: (now: number) => void, isAlone = false): boolean {
    const held = isAlone ? this.#heldAlone : this.#held;
    return held.length < HELD_ACTS_LIMIT && held.push(again) > 0;
  }

  release(now: number): void {
    this.isChanging = false;
    this.releaseAlone(now);
    const held = this.#held;
    this.#held = [];
    for (const again of held) again(now);
  }

  releaseAlone(now: number): void {
    const held = this.#heldAlone;
    this.#heldAlone = [];
    for (const again of held) again(now);
  }
}
