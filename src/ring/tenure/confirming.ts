/**
 * Confirming: an owner asks its electors whether anybody was promised more than it has. A majority that
 * says no means that no other title can have come into force when it was asked; so what is answered
 * afterwards is true of that moment, whatever stood still in between. No clock takes part in it: a lease
 * would be cheaper by a round trip, but clocks of virtual machines stand still with them, and then an owner that
 * has been replaced for an hour believes in its lease.
 *
 *     electors   us  A  B │ C  D        the quickest first, as many as are a majority: two questions with
 *                    ?  ? │             K = 2; the others when one of those is slow, silent or against it
 *
 * Who asks while others are being asked waits for the next round, for this one may have begun too early: so
 * however many ask at once, they share one.
 */
import type { Identity } from '../circle/identity.ts';
import type { RingState } from '../state.ts';
import type { Answer } from '../titles/elector.ts';
import { compareEpochs } from '../titles/epoch.ts';
import type { Confirmed, Holding } from '../titles/holding.ts';
import { hasPeer, type Peer, peersOf, type Title } from '../titles/title.ts';
import { majorityOf, Votes } from '../titles/votes.ts';
import { askConfirm } from './asking.ts';

/** An owner that has not been confirmed for so many pulses confirms itself before it acts. */
const CONFIRMED_PULSES = 3;
/** By itself it does so every third pulse. */
const FRESH_PULSES = 2.5;

/** Was a majority heard so lately that the next pulse is early enough to ask it again? */
export function isFresh(node: RingState, now: number, { confirmedAtMs }: Holding): boolean {
  return now >= confirmedAtMs && now - confirmedAtMs < FRESH_PULSES * node.settings.pulseMs;
}

/** Has a majority been heard a short while ago? A jump of the clock makes it long. */
export function isConfirmed(node: RingState, now: number, { confirmedAtMs }: Holding): boolean {
  return now - confirmedAtMs <= CONFIRMED_PULSES * node.settings.pulseMs && now >= confirmedAtMs;
}

export function confirm(node: RingState, now: number, identity: Identity, heard: Confirmed): void {
  const { holding } = identity;
  if (holding === null) return heard(now, 'no');
  // Those who have accepted the next title would deny this one.
  if (holding.isChanging) {
    if (!holding.hold((at) => confirm(node, at, identity, heard))) heard(now, 'silent');
    return;
  }
  holding.doubters.push(heard);
  if (holding.round === null) ask(node, now, identity, holding);
}

/** Those who waited while others were answered: one round for all of them. */
function confirmAll(
  node: RingState,
  now: number,
  identity: Identity,
  waiting: readonly Confirmed[],
): void {
  if (waiting.length === 0) return;
  confirm(node, now, identity, (at, verdict) => {
    for (const heard of waiting) heard(at, verdict);
  });
}

/** Has an elector accepted nothing else? What it has promised us beside it does not count against us. */
function isFor(node: RingState, { epoch }: Title, { isGranted, promised, known }: Answer): boolean {
  if (isGranted) return true;
  if (promised.claimant !== node.seat!.claimant) return false;
  return known.length > 0 && known.every(({ title }) => compareEpochs(title.epoch, epoch) === 0);
}

/** As many are asked as are a majority; all others, too, when those have not answered after this. */
const SLOW_MS = 250;
/** Every so many rounds all are asked, so that each hears of the title and may show that it is quick. */
const ALL_EVERY = 8;

/** One question to the electors. */
class Round {
  readonly begunAtMs: number;
  readonly title: Title;
  readonly #node: RingState;
  readonly #heard: Confirmed;
  readonly #votes: Votes;
  readonly #holding: Holding;
  #unasked: Peer[];
  #left = 0;
  #wasRefused = false;
  #isOver = false;

  constructor(node: RingState, now: number, holding: Holding, heard: Confirmed) {
    this.begunAtMs = now;
    this.title = holding.title;
    this.#node = node;
    this.#holding = holding;
    this.#heard = heard;
    const { electors } = this.title;
    this.#votes = new Votes([electors]);
    this.#unasked = peersOf([[node.seat!.peer], holding.quick, electors]).filter((peer) =>
      hasPeer(electors, peer),
    );
  }

  start(now: number): void {
    const { electors } = this.title;
    const isForAll = this.#holding.rounds++ % ALL_EVERY === 0;
    if (isForAll) this.#holding.quick = [];
    this.#ask(now, isForAll ? electors.length : majorityOf(electors.length));
  }

  /** Asks all who have not been asked. */
  askRest(now: number): void {
    if (!this.#isOver) this.#ask(now, this.#unasked.length);
  }

  #ask(now: number, count: number): void {
    const peers = this.#unasked.splice(0, count);
    this.#left += peers.length;
    for (const peer of peers) {
      askConfirm(this.#node, now, peer, this.title, (at, answer) =>
        this.#answered(at, peer, answer),
      );
    }
  }

  #answered(now: number, peer: Peer, answer: Answer | null): void {
    const isYes = answer !== null && isFor(this.#node, this.title, answer);
    this.#holding.noteQuick(peer, isYes);
    if (this.#isOver) return;
    this.#left--;
    if (isYes) this.#votes.yes(peer);
    else this.#votes.no(peer);
    if (answer !== null && !isYes) this.#wasRefused = true;
    if (this.#votes.isWon) return this.#finish(now, 'yes');
    if (this.#votes.isLost) return this.#finish(now, this.#wasRefused ? 'no' : 'silent');
    if (!isYes || this.#left === 0) this.askRest(now);
  }

  #finish(now: number, verdict: Parameters<Confirmed>[1]): void {
    this.#isOver = true;
    this.#heard(now, verdict);
  }
}

function ask(node: RingState, now: number, identity: Identity, holding: Holding): void {
  const { doubters } = holding;
  const round = new Round(node, now, holding, (at, verdict) => {
    holding.round = null;
    if (verdict === 'yes') holding.confirmedAtMs = Math.max(holding.confirmedAtMs, now);
    // It was changed meanwhile: nobody knows what the answers were about.
    const isOutdated = holding.title !== round.title || holding.isChanging;
    if (verdict === 'silent' && !isOutdated) holding.silentAtMs = at;
    const again = holding.doubters;
    holding.doubters = [];
    if (verdict === 'yes' || !isOutdated) for (const heard of doubters) heard(at, verdict);
    else again.unshift(...doubters);
    confirmAll(node, at, identity, again);
    if (verdict === 'no' && !isOutdated && identity.holding === holding) {
      node.challenged(at, identity);
    }
  });
  holding.round = round;
  holding.doubters = [];
  round.start(now);
  watch(node, now, holding);
}

/** One look at a time at whether a round takes long, however many there are. */
function watch(node: RingState, now: number, holding: Holding): void {
  if (holding.isWatched) return;
  holding.isWatched = true;
  node.after(now + SLOW_MS, (at) => {
    const { round } = holding;
    holding.isWatched = false;
    if (round === null) return;
    if (round.begunAtMs + SLOW_MS <= at) round.askRest(at);
    else watch(node, at, holding);
  });
}
