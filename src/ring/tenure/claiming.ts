/**
 * Claiming: an arc is asked for, of all who have a say in it. A majority is enough to go on; but who holds
 * copies is waited for a moment longer, for who has promised may be named in the title that follows.
 */
import type { RingState } from '../state.ts';
import { Claim } from '../titles/claim.ts';
import type { Known } from '../titles/elector.ts';
import { type Epoch, epochAbove, laterOf, NO_EPOCH } from '../titles/epoch.ts';
import { hasPeer, type Peer, samePeer } from '../titles/title.ts';
import { askPromise } from './asking.ts';

/** How long those with copies are waited for when a majority has promised. */
const COPIES_WAIT_MS = 500;

/** The first epoch of ours above all that we know of these titles, and above `seen`. */
export function epochFor(node: RingState, bases: readonly Known[], seen: Epoch = NO_EPOCH): Epoch {
  const { elector, claimant } = node.seat!;
  let highest = seen;
  for (const { title } of bases) {
    highest = laterOf(highest, title.epoch);
    highest = laterOf(highest, elector.look(title.from, title.end).promised);
  }
  return epochAbove(highest, claimant);
}

/** A claim to what these titles are about, above all that we know of them and `seen`. */
export function claimOf(node: RingState, bases: readonly Known[], seen: Epoch): Claim {
  return new Claim(epochFor(node, bases, seen), bases, (peer) => isLost(node, peer));
}

/** Is it said to be lost, and has not been heard since? */
export function isLost({ lost, resigned }: RingState, { home }: Peer): boolean {
  return lost.includes(home) && resigned.has(home);
}

/** Those of some who are lost: nobody names them any more. */
export function lostOf(node: RingState, peers: readonly Peer[]): Peer[] {
  return peers.filter((peer) => isLost(node, peer));
}

export class Claiming {
  readonly claim: Claim;
  readonly #node: RingState;
  readonly #done: (now: number, claim: Claim) => void;
  #isWaiting = false;
  #isOver = false;

  /** `done` hears it once, when the claim is granted or has come to nothing. */
  constructor(node: RingState, claim: Claim, done: (now: number, claim: Claim) => void) {
    this.#node = node;
    this.claim = claim;
    this.#done = done;
  }

  start(now: number): void {
    const { peer } = this.#node.seat!;
    const { claim } = this;
    // Ours first, whether it counts or not.
    askPromise(this.#node, now, peer, [claim.from, claim.end], claim.epoch, (at, answer) => {
      if (answer === null) return this.#finish(at);
      const first = claim.toAsk();
      claim.heard(peer, answer);
      if (!answer.isGranted) {
        claim.state = 'refused';
        return this.#finish(at);
      }
      for (const other of first) this.#ask(at, other);
      this.#step(at);
    });
  }

  #ask(now: number, peer: Peer): void {
    const { claim } = this;
    if (samePeer(peer, this.#node.seat!.peer)) return;
    askPromise(this.#node, now, peer, [claim.from, claim.end], claim.epoch, (at, answer) => {
      if (this.#isOver) return;
      if (answer === null) claim.silent(peer);
      else claim.heard(peer, answer);
      this.#step(at);
    });
  }

  #step(now: number): void {
    const { claim } = this;
    if (this.#isOver) return;
    if (claim.state === 'news' || claim.state === 'refused' || claim.state === 'silent') {
      return this.#finish(now);
    }
    for (const peer of claim.toAsk()) this.#ask(now, peer);
    if (claim.state !== 'granted') return;
    if (claim.isAllHeard || this.#haveCopiesPromised()) return this.#finish(now);
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#node.after(now + COPIES_WAIT_MS, (at) => {
      if (!this.#isOver && claim.state === 'granted') this.#finish(at);
    });
  }

  #haveCopiesPromised(): boolean {
    const { claim } = this;
    return claim.parts.every(({ title }) => title.copies.every((peer) => claim.hasPromised(peer)));
  }

  #finish(now: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done(now, this.claim);
  }
}

/** Who holds all of a part and has promised. */
export function holdersOf(claim: Claim, part: Claim['parts'][number]): Peer[] {
  return part.title.copies.filter((peer) => claim.hasPromised(peer));
}

/** Those with copies of all parts who have promised, the claimant apart. */
export function sharedHolders(claim: Claim, claimant: Peer): Peer[] {
  const lists = claim.parts.map((part) => holdersOf(claim, part));
  return lists[0].filter(
    (peer) => !samePeer(peer, claimant) && lists.every((list) => hasPeer(list, peer)),
  );
}
