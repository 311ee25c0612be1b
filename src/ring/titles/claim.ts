/**
 * A claim: how somebody who holds no title of an arc gets to the point where it may propose one.
 *
 *     we know of title 4 ── promise 6 ──▶ electors of 4     "granted; I have accepted 5"
 *                        ── promise 6 ──▶ electors of 5     "granted" · "granted"
 *     a majority of each: the highest title is 5, and nothing below 6 will come into force any more
 *
 * The title that follows is made from the highest one seen, whether that ever came into force or not
 * (the rule of Paxos). If it is not known to be, those before it have a say, too: its proposer may
 * have reached only them. The base we begin from may be as old as it likes: each title that came into
 * force was accepted by a majority of the electors of the one before, so the way leads on.
 *
 * Why no two titles are in force for one point and one epoch, nor one unknown to the next: say G is in
 * force and P is proposed later with a higher epoch. P asked a majority of the electors of the last
 * title in force below G that it knew of, or of its descendants that name them in `previous`; G was
 * accepted by a majority of the same; so one of them told P of G, or of a descendant of G.
 *
 * This machine speaks to nobody: it says whom to ask (`toAsk`), and is told what was answered.
 */
import { compareFrom, isInArc } from '../../core/arc.ts';
import { assert } from '../../core/assert.ts';
import { equalIds } from '../../core/id.ts';
import type { Answer, Known } from './elector.ts';
import { compareEpochs, type Epoch, laterOf } from './epoch.ts';
import { withoutLost } from './lost.ts';
import {
  clipped,
  distinct,
  electoratesOf,
  hasPeer,
  type Peer,
  PREVIOUS_LIMIT,
  peersOf,
  type Title,
} from './title.ts';
import { Votes } from './votes.ts';

/**
 * `granted`: propose, now. `news`: a part of the arc has another title; claim it part by part.
 * `refused`: somebody has a higher epoch. `silent`: too few could be heard.
 */
export type ClaimState = 'asking' | 'granted' | 'news' | 'refused' | 'silent';

/** A piece of the arc, with one title. */
export interface Part {
  readonly from: Uint8Array;
  readonly end: Uint8Array;
  /** The title with the highest epoch that was seen for it. */
  title: Title;
  isInForce: boolean;
}

export class Claim {
  readonly epoch: Epoch;
  /** One behind the other; several when arcs become one. */
  readonly parts: readonly Part[];
  state: ClaimState = 'asking';
  /** The highest epoch that was seen or refused us. */
  seen: Epoch;
  /** What made it `news`. */
  news: Known | null = null;
  /** A title in force that is above ours: whoever was refused has been replaced. */
  above: Known | null = null;
  readonly #votes: Votes;
  /** Electorates of which a majority has to promise. */
  #electorates: (readonly Peer[])[] = [];
  readonly #asked: Peer[] = [];
  #wasRefused = false;
  readonly #isLost: (peer: Peer) => boolean;

  /**
   * @param bases what is known: titles cut to the parts of the arc; `epoch` is above all of them.
   * @param isLost who will never vote again (lost.ts).
   */
  constructor(
    epoch: Epoch,
    bases: readonly Known[],
    isLost: (peer: Peer) => boolean = () => false,
  ) {
    this.epoch = epoch;
    this.seen = epoch;
    this.#isLost = isLost;
    this.parts = bases.map(({ title, isInForce }) => {
      const { from, end } = title;
      return { from, end, title, isInForce };
    });
    // Whoever owned what lies between would be outbid unheard.
    const isBehind = ({ from }: Part, i: number) =>
      i === 0 || equalIds(this.parts[i - 1].end, 0, from, 0);
    assert(this.parts.every(isBehind), 'the parts of a claim lie one behind the other');
    this.#votes = new Votes([]);
    this.#widen();
  }

  get from(): Uint8Array {
    return this.parts[0].from;
  }

  get end(): Uint8Array {
    return this.parts.at(-1)!.end;
  }

  /** Whom to ask for a promise and has not been asked yet: all who have a say, and who hold copies. */
  toAsk(): Peer[] {
    const all = peersOf([...this.#electorates, ...this.parts.map(({ title }) => title.copies)]);
    const next = all.filter((peer) => !hasPeer(this.#asked, peer));
    this.#asked.push(...next);
    return next;
  }

  /** Everybody who matters has answered, or was found not to. */
  get isAllHeard(): boolean {
    return this.#asked.every((peer) => this.#votes.isHeard(peer));
  }

  hasPromised(peer: Peer): boolean {
    return this.#votes.hasYes(peer);
  }

  /** Whose majorities have to accept what follows, beside its own electors. */
  get before(): readonly (readonly Peer[])[] {
    return this.#electorates;
  }

  heard(peer: Peer, answer: Answer): void {
    if (!this.#isOpen) return;
    for (const known of answer.known) this.#learn(known);
    if (answer.isGranted) this.#votes.yes(peer);
    else {
      this.#wasRefused = true;
      this.seen = laterOf(this.seen, answer.promised);
      this.#votes.no(peer);
    }
    this.#count();
  }

  /** No answer, or another process by now. */
  silent(peer: Peer): void {
    this.#votes.no(peer);
    this.#count();
  }

  get #isOpen(): boolean {
    return this.state === 'asking' || this.state === 'granted';
  }

  #learn({ title, isInForce }: Known): void {
    this.seen = laterOf(this.seen, title.epoch);
    // Nothing of ours may be made from what is above us: it comes to light in the votes.
    if (compareEpochs(title.epoch, this.epoch) >= 0) {
      if (isInForce) this.above = { title, isInForce };
      return;
    }
    for (const part of this.parts) {
      const order = compareEpochs(title.epoch, part.title.epoch);
      if (order < 0 || !overlaps(title, part)) continue;
      if (order === 0) {
        part.isInForce ||= isInForce;
      } else if (covers(title, part)) {
        part.title = clipped(title, part.from, part.end);
        part.isInForce = isInForce;
      } else {
        this.state = 'news';
        this.news = { title, isInForce };
        return;
      }
    }
    this.#widen();
  }

  /** Those who have promised are asked no more; that some were asked who have no say does no harm. */
  #widen(): void {
    const all = this.parts.flatMap(({ title, isInForce }) => electoratesOf(title, isInForce));
    this.#electorates = distinct(withoutLost(all, this.#isLost));
    this.#votes.widen(this.#electorates);
  }

  #count(): void {
    if (!this.#isOpen) return;
    const isAsked = (list: readonly Peer[]) => list.every((peer) => hasPeer(this.#asked, peer));
    if (this.#votes.isWon) this.state = 'granted';
    else if (!this.#electorates.every(isAsked) || !this.#votes.isLost) this.state = 'asking';
    else this.state = this.#wasRefused ? 'refused' : 'silent';
  }
}

function covers(title: Title, { from, end }: Part): boolean {
  if (equalIds(title.from, 0, title.end, 0)) return true;
  if (equalIds(from, 0, end, 0)) return false;
  // Both ends of the part, seen from where the title begins, in their order and before its end.
  const isAfter = compareFrom(title.from, 0, from, 0, end, 0) < 0;
  const isUpTo = equalIds(end, 0, title.end, 0) || isInArc(end, 0, title.from, 0, title.end, 0);
  return isAfter && isUpTo && isInArc(from, 0, title.from, 0, title.end, 0);
}

function overlaps(title: Title, { from, end }: Part): boolean {
  return isInArc(title.from, 0, from, 0, end, 0) || isInArc(from, 0, title.from, 0, title.end, 0);
}

/**
 * A title that follows others: `before` are the electorates that have a say in those. Null when that
 * would be too many: then one with the same electors has to come into force first.
 */
export function following(
  title: Omit<Title, 'previous'>,
  before: readonly (readonly Peer[])[],
): Title | null {
  assert(title.electors.length > 0, 'a title has electors');
  const previous = distinct([title.electors, ...before]).slice(1);
  return previous.length > PREVIOUS_LIMIT ? null : { ...title, previous };
}
