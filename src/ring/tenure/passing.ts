/**
 * Passing: titles are proposed to all who have a say, and again to those who were silent, until they are
 * in force, somebody has a higher epoch, or it has taken too long. Who had a say hears in the end that
 * they are in force.
 */
import type { RingState } from '../state.ts';
import { Passage } from '../titles/passage.ts';
import { type Peer, samePeer, type Title } from '../titles/title.ts';
import { askAccept } from './asking.ts';

/** Who was silent is asked again after this. */
const AGAIN_MS = 300;
/** A passage that has not come to an end by then is left to whoever claims the arc next. */
export const PASSING_MS = 10_000;

export class Passing {
  readonly #node: RingState;
  readonly #passage: Passage;
  readonly #done: (now: number, passage: Passage) => void;
  #giveUpAtMs = 0;
  #isOver = false;

  constructor(
    node: RingState,
    titles: readonly Title[],
    before: readonly (readonly Peer[])[],
    alsoTell: readonly Peer[],
    done: (now: number, passage: Passage) => void,
  ) {
    this.#node = node;
    this.#passage = new Passage(titles, before, alsoTell);
    this.#done = done;
  }

  start(now: number): void {
    this.#giveUpAtMs = now + PASSING_MS;
    const { peer } = this.#node.seat!;
    const { proposal, toAsk } = this.#passage;
    // Ours first: what we would not accept is proposed to nobody.
    askAccept(this.#node, now, peer, proposal, (at, answer) => {
      if (answer === null || !answer.isGranted) {
        if (answer) this.#passage.heard(peer, answer);
        return this.#finish(at);
      }
      this.#passage.heard(peer, answer);
      for (const other of toAsk) if (!samePeer(other, peer)) this.#ask(at, other);
      this.#step(at);
    });
  }

  #ask(now: number, peer: Peer): void {
    askAccept(this.#node, now, peer, this.#passage.proposal, (at, answer) => {
      if (this.#isOver) return;
      if (answer !== null) this.#passage.heard(peer, answer);
      else {
        this.#passage.silent(peer);
        if (at < this.#giveUpAtMs) {
          this.#node.after(at + AGAIN_MS, (then) => {
            if (!this.#isOver) this.#ask(then, peer);
          });
        }
      }
      this.#step(at);
    });
  }

  #step(now: number): void {
    const { state } = this.#passage;
    if (this.#isOver || state === 'asking') return;
    if (state === 'silent' && now < this.#giveUpAtMs) return;
    this.#finish(now);
  }

  #finish(now: number): void {
    this.#isOver = true;
    if (this.#passage.state === 'won') this.#tellAll(now);
    this.#done(now, this.#passage);
  }

  #tellAll(now: number): void {
    const { proposal, toAsk } = this.#passage;
    for (const peer of toAsk) {
      askAccept(this.#node, now, peer, { titles: proposal.titles, isInForce: true }, () => {});
    }
  }
}
