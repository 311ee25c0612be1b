/**
 * Writes that wait while it is not clear who owns their key: an arc is about to change hands. When that
 * has happened, or has come to nothing, all of them are tried again.
 */

/** Writes held back at most; a class program may take seconds. More than that are told to be busy. */
export const HELD_LIMIT = 10_000;

export class HeldWrites {
  #held: ((now: number) => void)[] = [];

  /** False when too many wait already. */
  hold(again: (now: number) => void): boolean {
    return this.#held.length < HELD_LIMIT && this.#held.push(again) > 0;
  }

  release(now: number): void {
    const held = this.#held;
    this.#held = [];
    for (const again of held) again(now);
  }
}
