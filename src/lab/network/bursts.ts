/**
 * Losses that come in bursts (Gilbert 1960, Elliott 1963). A node's line is good or bad; before each
 * datagram it may change, and on a bad line datagrams are lost:
 *
 *              enter
 *     good ───────────▶ bad      share of the time bad = enter / (enter + leave)
 *          ◀───────────          datagrams in a row that meet it bad, on average = 1 / leave
 *              leave
 *
 * One byte a node.
 */
import type { Random } from '../../core/random.ts';
import { mix } from '../mix.ts';

export interface BurstModel {
  /** Chance per datagram that a good line turns bad, 0..1. */
  enter: number;
  /** Chance per datagram that a bad line turns good, above 0, up to 1. */
  leave: number;
  /** Share lost while bad, 0..1. Default 1. */
  loss?: number;
}

/** A share of all 32-bit words, to compare a random word with. */
export function wordsBelow(share: number): number {
  return Math.round(share * 0x100000000);
}

export class Bursts {
  /** Share of all that is lost in the long run, for those to whom the line's state is no guide. */
  readonly share: number;
  readonly #isBad: Uint8Array;
  readonly #enterBelow: number;
  readonly #leaveBelow: number;
  readonly #lossBelow: number;

  /** Lines begin as they are in the long run; which are bad follows from the seed. */
  constructor(model: BurstModel, count: number, seed: number) {
    this.#enterBelow = wordsBelow(model.enter);
    this.#leaveBelow = wordsBelow(model.leave);
    this.#lossBelow = wordsBelow(model.loss ?? 1);
    this.#isBad = new Uint8Array(count);
    const badShare = model.enter / (model.enter + model.leave);
    this.share = badShare * (model.loss ?? 1);
    const badBelow = wordsBelow(badShare);
    for (let node = 0; node < count; node++) if (mix(seed, node) < badBelow) this.#isBad[node] = 1;
  }

  /** Is this datagram of a node lost? */
  take(node: number, random: Random): boolean {
    const wasBad = this.#isBad[node] === 1;
    const isChanged = random.uint32() < (wasBad ? this.#leaveBelow : this.#enterBelow);
    const isBad = wasBad !== isChanged;
    if (isChanged) this.#isBad[node] = isBad ? 1 : 0;
    return isBad && random.uint32() < this.#lossBelow;
  }
}
