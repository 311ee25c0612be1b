/**
 * A passage: titles on their way into force. A majority of each of their own electorates has to accept
 * them, and of each that had a say in what they follow; then they are in force, whoever hears of it.
 *
 *     proposed ── accept ──▶ old electors, new electors     yes yes no · yes yes –     → in force
 *                        ──▶ those who hold copies          know now whose writes to take
 *
 * One that was refused, or found too few, may come into force all the same: whoever claims the arc next
 * finds it with somebody and goes on from there. Only `won` is certain.
 */
import type { Answer, Known, Proposal } from './elector.ts';
import { compareEpochs, type Epoch, laterOf } from './epoch.ts';
import { distinct, type Peer, peersOf, type Title } from './title.ts';
import { Votes } from './votes.ts';

export type PassageState = 'asking' | 'won' | 'refused' | 'silent';

export class Passage {
  readonly proposal: Proposal;
  state: PassageState = 'asking';
  /** The highest epoch that was seen. */
  seen: Epoch;
  /** The highest title above ours that somebody who refused us has accepted. */
  news: Known | null = null;
  readonly toAsk: readonly Peer[];
  readonly #votes: Votes;
  #wasRefused = false;

  /**
   * @param titles of one epoch, one behind the other.
   * @param before electorates that have a say in what these titles follow.
   * @param alsoTell who should know of them, and has no say.
   */
  constructor(
    titles: readonly Title[],
    before: readonly (readonly Peer[])[],
    alsoTell: readonly Peer[] = [],
  ) {
    this.proposal = { titles, isInForce: false };
    this.seen = titles[0].epoch;
    const electorates = distinct([...titles.map(({ electors }) => electors), ...before]);
    this.#votes = new Votes(electorates);
    this.toAsk = peersOf([...electorates, ...titles.map(({ copies }) => copies), alsoTell]);
  }

  heard(peer: Peer, answer: Answer): void {
    if (answer.isGranted) this.#votes.yes(peer);
    else {
      this.#wasRefused = true;
      this.seen = laterOf(this.seen, answer.promised);
      this.#votes.no(peer);
      for (const known of answer.known) this.#learn(known);
    }
    this.#count();
  }

  silent(peer: Peer): void {
    this.#votes.no(peer);
    this.#count();
  }

  hasAccepted(peer: Peer): boolean {
    return this.#votes.hasYes(peer);
  }

  #learn(known: Known): void {
    const limit = this.news?.title.epoch ?? this.proposal.titles[0].epoch;
    if (compareEpochs(known.title.epoch, limit) > 0) this.news = known;
  }

  #count(): void {
    if (this.state === 'won') return;
    if (this.#votes.isWon) this.state = 'won';
    else if (this.#votes.isLost) this.state = this.#wasRefused ? 'refused' : 'silent';
  }
}
