/**
 * Confirming: an owner asks its electors whether anybody was promised more than it has. A majority that
 * says no means that no other title can have come into force when it was asked; so what is answered
 * afterwards is true of that moment, whatever stood still in between.
 *
 * Who asks while others are being asked waits for the next round, for this one may have begun too early.
 */
import type { Identity } from '../circle/identity.ts';
import type { RingState } from '../state.ts';
import type { Answer } from '../titles/elector.ts';
import { compareEpochs } from '../titles/epoch.ts';
import type { Confirmed, Holding } from '../titles/holding.ts';
import type { Title } from '../titles/title.ts';
import { Votes } from '../titles/votes.ts';
import { askConfirm } from './asking.ts';

/** An owner that has not been confirmed for so many pulses confirms itself before it acts. */
const CONFIRMED_PULSES = 3;
/** By itself it does so every other pulse. */
const FRESH_PULSES = 1.5;

/** Has a majority been heard since the last pulse but one? */
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
  if (!holding.isConfirming) ask(node, now, identity, holding);
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

function ask(node: RingState, now: number, identity: Identity, holding: Holding): void {
  const { title, doubters } = holding;
  const votes = new Votes([title.electors]);
  let wasRefused = false;
  let isOver = false;
  holding.isConfirming = true;
  holding.doubters = [];
  const finish = (at: number, verdict: Parameters<Confirmed>[1]) => {
    isOver = true;
    holding.isConfirming = false;
    if (verdict === 'yes') holding.confirmedAtMs = Math.max(holding.confirmedAtMs, now);
    // It was changed meanwhile: nobody knows what the answers were about.
    const isOutdated = holding.title !== title || holding.isChanging;
    const again = holding.doubters;
    holding.doubters = [];
    if (verdict === 'yes' || !isOutdated) for (const heard of doubters) heard(at, verdict);
    else again.unshift(...doubters);
    confirmAll(node, at, identity, again);
    if (verdict === 'no' && !isOutdated && identity.holding === holding) {
      node.challenged(at, identity);
    }
  };
  for (const peer of title.electors) {
    askConfirm(node, now, peer, title, (at, answer) => {
      if (isOver) return;
      const isYes = answer !== null && isFor(node, title, answer);
      if (isYes) votes.yes(peer);
      else votes.no(peer);
      if (answer !== null && !isYes) wasRefused = true;
      if (votes.isWon) finish(at, 'yes');
      else if (votes.isLost) finish(at, wasRefused ? 'no' : 'silent');
    });
  }
}
