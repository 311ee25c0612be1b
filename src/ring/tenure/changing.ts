/**
 * Changing: an owner brings a title into force that follows its own: other copies, other electors, a part
 * of the arc for somebody else. What is asked of it meanwhile waits.
 *
 *     proposed it itself      the next epoch is promised:  accept ────────────▶ in force
 *     got it from another,    claim it again: promise ──▶  accept ────────────▶ in force
 *     or was refused                     └ somebody else has it: lost
 */
import { randomBelow } from '../../core/random.ts';
import type { Identity } from '../circle/identity.ts';
import type { RingState } from '../state.ts';
import { type Claim, following } from '../titles/claim.ts';
import { nextOf } from '../titles/elector.ts';
import { compareEpochs, type Epoch, laterOf } from '../titles/epoch.ts';
import { ALONE_MS, Holding } from '../titles/holding.ts';
import { type Peer, peersOf, type Title } from '../titles/title.ts';
import { Claiming, claimOf } from './claiming.ts';
import { Passing } from './passing.ts';

/** What a title should be followed by: itself, and perhaps another for the rest of its arc. */
export type Draft = Omit<Title, 'epoch' | 'previous'>;

/** Two who claim the same arc outbid each other until one is ahead by more than a round trip. */
const AGAIN_MS = 100;
const TRIES = 4;
/** How often, and how many times, it is looked whether all is ready for a change. */
const WAIT_MS = 20;
const WAITS = 25;

class Change {
  readonly #node: RingState;
  readonly #identity: Identity;
  readonly #holding: Holding;
  readonly #drafts: (title: Title) => readonly Draft[];
  readonly #done: (now: number, titles: readonly Title[] | null) => void;
  readonly #isReady: () => boolean;
  #tries = 0;
  #waits = 0;

  constructor(
    node: RingState,
    identity: Identity,
    holding: Holding,
    drafts: (title: Title) => readonly Draft[],
    done: (now: number, titles: readonly Title[] | null) => void,
    isReady: () => boolean,
  ) {
    this.#node = node;
    this.#identity = identity;
    this.#holding = holding;
    this.#drafts = drafts;
    this.#done = done;
    this.#isReady = isReady;
  }

  start(now: number): void {
    beginChange(this.#node, now, this.#holding);
    this.#begin(now);
  }

  /** Writes under way come to an end first, where that matters; new ones are held back. */
  #begin(now: number): void {
    const { title, hasReserve } = this.#holding;
    if (!this.#isReady()) {
      if (++this.#waits > WAITS) return this.#giveUp(now);
      return this.#node.after(now + WAIT_MS, (at) => {
        if (this.#identity.holding === this.#holding) this.#begin(at);
        else this.#done(at, null);
      });
    }
    if (hasReserve) this.#propose(now, nextOf(title.epoch), [title.electors]);
    else this.#claim(now);
  }

  #claim(now: number): void {
    const { title, seen } = this.#holding;
    this.#holding.hasReserve = false;
    const bases = [{ title, isInForce: true }];
    const claim = claimOf(this.#node, bases, seen);
    new Claiming(this.#node, claim, (at) => this.#claimed(at, claim)).start(now);
  }

  #claimed(now: number, claim: Claim): void {
    const holding = this.#holding;
    if (this.#identity.holding !== holding) return this.#done(now, null);
    holding.seen = laterOf(holding.seen, claim.seen);
    const isOurs = compareEpochs(claim.parts[0].title.epoch, holding.title.epoch) === 0;
    if (claim.state === 'granted' && isOurs) {
      return this.#propose(now, claim.epoch, claim.before);
    }
    if (claim.state === 'news' || claim.state === 'granted') return this.#lose(now);
    if (claim.state === 'refused' && ++this.#tries < TRIES) {
      const atMs = now + AGAIN_MS + randomBelow(this.#node.random, AGAIN_MS << this.#tries);
      return this.#node.after(atMs, (at) => {
        if (this.#identity.holding === holding) this.#claim(at);
        else this.#done(at, null);
      });
    }
    if (claim.state === 'refused') return this.#lose(now);
    // Too few can be heard: it is ours as far as we know, and there is no telling.
    this.#giveUp(now);
  }

  /** Nothing was proposed: all is as it was. */
  #giveUp(now: number): void {
    this.#holding.release(now);
    this.#done(now, null);
  }

  #propose(now: number, epoch: Epoch, before: readonly (readonly Peer[])[]): void {
    const { title } = this.#holding;
    const titles: Title[] = [];
    for (const draft of this.#drafts(title)) {
      const next = following({ ...draft, epoch }, before);
      if (next === null) return this.#lose(now);
      titles.push(next);
    }
    const alsoTell = peersOf([title.copies, title.electors]);
    new Passing(this.#node, titles, before, alsoTell, (at, passage) => {
      if (this.#identity.holding !== this.#holding) return this.#done(at, null);
      if (passage.state !== 'won') {
        this.#holding.seen = laterOf(this.#holding.seen, passage.seen);
        return this.#lose(at);
      }
      this.#holding.follow(titles[0], at);
      // Whatever has become of the hand-over for which it was split: the rest has another owner now, in the same epoch.
      this.#identity.end = titles[0].end;
      this.#done(at, titles);
      this.#holding.release(at);
      for (const write of [...(this.#identity.writes ?? [])]) {
        write.spread(at);
        write.progress(at);
      }
    }).start(now);
  }

  #lose(now: number): void {
    this.#done(now, null);
    lose(this.#node, now, this.#identity);
  }
}

/**
 * Begins a change; `done` hears the titles in force, the first of them ours, or null when it came to
 * nothing. `drafts` makes them of the one that is followed, once all `isReady`.
 */
export function change(
  node: RingState,
  now: number,
  identity: Identity,
  drafts: (title: Title) => readonly Draft[],
  done: (now: number, titles: readonly Title[] | null) => void,
  isReady: () => boolean = () => true,
): void {
  const { holding } = identity;
  if (holding === null || holding.isChanging) return done(now, null);
  new Change(node, identity, holding, drafts, done, isReady).start(now);
}

/** A change begins; who needs nothing but our own word does not wait until it ends. */
export function beginChange(node: RingState, now: number, holding: Holding): void {
  holding.beginChange(now);
  node.after(now + ALONE_MS, (at) => {
    if (holding.isAlone(at)) holding.releaseAlone(at);
  });
}

/** A title in force is ours from here on. */
export function hold(node: RingState, now: number, identity: Identity, title: Title): void {
  const hasReserve = title.epoch.claimant === node.seat!.claimant;
  identity.holding = new Holding(title, now, hasReserve);
  identity.end = title.end;
}

/** Our title may be somebody else's: nothing is answered for until it is clear. */
export function lose(node: RingState, now: number, identity: Identity): void {
  const { holding } = identity;
  if (holding === null) return;
  identity.holding = null;
  identity.lastHeld = laterOf(identity.lastHeld, holding.title.epoch);
  for (const write of [...(identity.writes ?? [])]) write.disowned(now);
  for (const heard of holding.doubters.splice(0)) heard(now, 'no');
  holding.release(now);
  node.regain(now, identity);
}
