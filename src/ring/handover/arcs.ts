/**
 * Arcs: what a granted claim is made into. Of each part of the arc that we hold no copy of one is fetched,
 * from somebody who has promised and so takes no more writes under the old title; then one title for all
 * of it is proposed. Where nobody who holds a part can be heard, nothing is taken: an arc without its data
 * is nobody's, unless an operator says that all who hold it are lost.
 *
 *     claim granted ── a part without a copy here? sync with a holder ──▶ propose ──▶ ours
 */
import { equalIds, formatId } from '../../core/id.ts';
import type { Identity } from '../circle/identity.ts';
import { dropOutdated } from '../copies/forgetting.ts';
import { widened } from '../copies/repair.ts';
import { Sync } from '../copies/sync.ts';
import { compareVersions } from '../records/clock.ts';
import type { RingState } from '../state.ts';
import {
  copiesLeast,
  electorsNow,
  neighbourPeers,
  remaining,
  wantedWithout,
} from '../tenure/choosing.ts';
import { holdersOf, isLost, lostOf, sharedHolders } from '../tenure/claiming.ts';
import { Passing } from '../tenure/passing.ts';
import { type Claim, following, type Part } from '../titles/claim.ts';
import { Holding } from '../titles/holding.ts';
import { isBereft } from '../titles/lost.ts';
import { hasPeer, type Peer, peersOf, samePeer, type Title } from '../titles/title.ts';

/** Hears the title in force, or null when it came to nothing. */
export type Taken = (now: number, title: Title | null) => void;

/**
 * Goes from a granted claim to a title in force, whose copies and electors those who leave are not among
 * (`leavers`), and nobody who is lost.
 */
export function takeArc(
  node: RingState,
  now: number,
  identity: Identity,
  claim: Claim,
  done: Taken,
  leavers: readonly Peer[] = [],
): void {
  const { peer } = node.seat!;
  const named = claim.parts.flatMap(({ title }) => [...title.copies, ...title.electors]);
  const without = [...leavers, ...lostOf(node, named)];
  const lacking = claim.parts.filter(({ title }) => !hasPeer(title.copies, peer));
  const next = (at: number): void => {
    const part = lacking.shift();
    if (part === undefined) {
      return spread(node, at, identity, claim, without, (then, copies) => {
        propose(node, then, identity, claim, without, copies, done);
      });
    }
    const holder = holdersOf(claim, part)[0];
    if (holder === undefined) {
      if (!isBereft(part.title, (other) => isLost(node, other))) return done(at, null);
      node.seat!.bereft++;
      return next(at);
    }
    const from = node.shared.members.of(holder.home);
    dropOutdated(node, part.title);
    new Sync(node, from, part.from, part.end, null, (then, isEqual) => {
      if (isEqual) next(then);
      else done(then, null);
    }).start(at);
  };
  next(now);
}

/**
 * Who holds all parts, we first. When they would be too few, those who hold some, then our neighbours, and
 * whoever else is named, are given the rest before they are named: else the loss of the claimant alone
 * would be the loss of what the dead have left.
 */
function spread(
  node: RingState,
  now: number,
  identity: Identity,
  claim: Claim,
  without: readonly Peer[],
  done: (now: number, copies: readonly Peer[]) => void,
): void {
  const { peer } = node.seat!;
  const isLeft = (other: Peer) => !samePeer(other, peer) && !hasPeer(without, other);
  const copies = [peer, ...sharedHolders(claim, peer).filter(isLeft)];
  const holders = claim.parts.map((part) => holdersOf(claim, part));
  const named = claim.parts.map(({ title }) => title.copies);
  // Who comes back to its arc alone has no neighbours yet; and a promise takes as long as a disk.
  const known = [...holders, neighbourPeers(identity), ...named, ...claim.before];
  const others = remaining(node, peersOf(known)).filter(
    (other) => isLeft(other) && !hasPeer(copies, other),
  );
  const next = (at: number): void => {
    if (copies.length >= copiesLeast(wantedOf(claim))) return done(at, copies);
    const other = others.shift();
    if (other === undefined) return done(at, copies);
    const parts = claim.parts.filter((part) => !hasPeer(holdersOf(claim, part), other));
    fill(node, at, other, parts, (then, isWhole) => {
      if (isWhole) copies.push(other);
      next(then);
    });
  };
  next(now);
}

/** Makes somebody's copy of parts of an arc equal to ours, one after the other. */
function fill(
  node: RingState,
  now: number,
  peer: Peer,
  parts: readonly Part[],
  done: (now: number, isWhole: boolean) => void,
): void {
  const [part, ...rest] = parts;
  if (part === undefined) return done(now, true);
  const to = node.shared.members.of(peer.home);
  new Sync(node, to, part.from, part.end, null, (at, isEqual) => {
    if (isEqual) fill(node, at, peer, rest, done);
    else done(at, false);
  }).start(now);
}

/** Copies that there should be of an arc whose parts become one. */
function wantedOf(claim: Claim): number {
  return claim.parts.reduce((most, { title }) => Math.max(most, title.wanted), 1);
}

/** No fewer than acts want, unless there were fewer already: then others come when the arc has its owner. */
function leastOf(claim: Claim, { wanted }: Title): number {
  const of = ({ title }: Part) => Math.min(copiesLeast(title.wanted), title.copies.length);
  return Math.min(copiesLeast(wanted), Math.max(...claim.parts.map(of)));
}

function propose(
  node: RingState,
  now: number,
  identity: Identity,
  claim: Claim,
  without: readonly Peer[],
  holders: readonly Peer[],
  done: Taken,
): void {
  const { peer } = node.seat!;
  const isLeft = (other: Peer) => !hasPeer(without, other);
  const titles = claim.parts.map(({ title }) => title);
  const wanted = wantedOf(claim);
  const copies = holders.slice(0, node.settings.k + 1);
  // Who has not been heard has all that was acknowledged, too, and nothing more will be without it.
  for (const other of titles[0].copies) {
    const isShared = titles.every((its) => hasPeer(its.copies, other));
    const isMissing = copies.length < copiesLeast(wanted) && !hasPeer(copies, other);
    if (isShared && isMissing && isLeft(other)) copies.push(other);
  }
  const before = peersOf(claim.before).filter(isLeft);
  const promised = before.filter((other) => claim.hasPromised(other));
  const own = titles[0].electors.filter(isLeft);
  const electors = electorsNow(node, identity, copies, own, promised).filter(isLeft);
  const title = following(
    {
      from: claim.from,
      end: claim.end,
      epoch: claim.epoch,
      owner: { ...peer, address: identity.member.address },
      copies,
      electors,
      wanted: without.length > 0 ? wantedWithout(node, identity, wanted, copies, without) : wanted,
      forgottenBelow: titles.reduce(laterForgotten, titles[0]).forgottenBelow,
    },
    claim.before,
  );
  // With so few nothing could be acknowledged, and the next loss could be that of all there is.
  if (title === null || copies.length < leastOf(claim, title)) return done(now, null);
  const alsoTell = peersOf(titles.map((its) => its.copies));
  new Passing(node, [title], claim.before, alsoTell, (at, passage) => {
    done(at, passage.state === 'won' ? title : null);
  }).start(now);
}

function laterForgotten(a: Title, b: Title): Title {
  return compareVersions(a.forgottenBelow, 0, b.forgottenBelow, 0) >= 0 ? a : b;
}

/** A title in force, of all of our arc and perhaps more than we had. */
export function grow(node: RingState, now: number, identity: Identity, title: Title): void {
  const { holding, end } = identity;
  if (holding === null) identity.holding = new Holding(title, now, true);
  else holding.follow(title, now);
  identity.end = title.end;
  if (holding === null || !equalIds(end, 0, title.end, 0)) {
    widened(node, now, identity);
    node.agenda.repairBy(now);
    node.event({ kind: 'arc', identity: identity.member.address, end: formatId(title.end) });
    node.moved(now);
  }
  identity.holding!.release(now);
  for (const write of [...(identity.writes ?? [])]) {
    write.spread(now);
    write.progress(now);
  }
}
