/**
 * Tending: an owner keeps its title as it should be. Copies are named when they are whole, and no longer
 * when they are gone; electors that are gone are replaced. Once a pulse it looks, and while there is
 * nothing to change it confirms itself, so that one who was replaced learns of it.
 *
 *     title   owner A B │ C D        B is gone, E has become a backup and is whole
 *     next    owner A E │ C D        one change, which a majority of the old electors has to accept
 *
 * `wanted` never falls because somebody is gone: those are missing, and an act at `all` says so. It falls
 * when somebody has left in good order and there is nobody to take its place.
 */
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import type { RingState } from '../state.ts';
import { change, type Draft } from '../tenure/changing.ts';
import {
  copiesLeast,
  electorsNow,
  neighbourPeers,
  peerOf,
  remaining,
  wantedWithout,
} from '../tenure/choosing.ts';
import { lostOf } from '../tenure/claiming.ts';
import { confirm, isConfirmed, isFresh } from '../tenure/confirming.ts';
import type { Holding } from '../titles/holding.ts';
import { hasPeer, type Peer, peersOf, samePeer, samePeers, type Title } from '../titles/title.ts';
import { noteLate } from './commit.ts';

/** After a change of the arc its title is looked after after this, then after twice as long, up to a pulse. */
const SETTLING_MS = 50;

/** Our electors are those of somebody else still, and our neighbours say only now who they are. */
export function settleIn(
  node: RingState,
  now: number,
  identity: Identity,
  delayMs: number = SETTLING_MS,
): void {
  if (!identity.isMember) return;
  tend(node, now, identity);
  if (delayMs >= node.settings.pulseMs) return;
  node.after(now + delayMs, (at) => settleIn(node, at, identity, 2 * delayMs));
}

/** Electors that one word can tell apart. */
const BITS = 31;

/** Once a pulse. */
export function tend(node: RingState, now: number, identity: Identity): void {
  const { holding } = identity;
  if (holding === null || holding.isChanging || identity.isClaiming) return;
  if (identity.isYielding) return;
  noteLate(now, identity);
  const isFree = identity.state === 'member' && identity.handover === null;
  const mayChange = isFree && (isConfirmed(node, now, holding) || namesLost(node, holding));
  const next = mayChange ? draft(node, identity) : null;
  if (next === null) {
    if (mayChange) holding.hasOneLess = false;
    if (!isFresh(node, now, holding)) confirm(node, now, identity, () => {});
    return;
  }
  const added = next.copies.filter((peer) => !hasPeer(holding.title.copies, peer));
  const before = holding.title;
  change(
    node,
    now,
    identity,
    () => [next],
    (_at, titles) => {
      if (titles !== null) notePartings(node, holding, before, titles[0]);
    },
    () => areWhole(node, identity, added),
  );
}

/** Then no majority need be left to confirm it. */
function namesLost(node: RingState, { title }: Holding): boolean {
  return lostOf(node, title.electors).length > 0;
}

/** Whoever had left and was named has been taken off what is wanted; who is back will count again. */
function notePartings(node: RingState, holding: Holding, before: Title, after: Title): void {
  holding.hasOneLess = false;
  for (const { home } of before.copies) if (node.resigned.has(home)) holding.parted.add(home);
  for (const { home } of after.copies) holding.parted.delete(home);
}

/** What the title should become; null when it is as it should be. */
function draft(node: RingState, identity: Identity): Draft | null {
  const { title } = identity.holding!;
  if (isAsItWas(node, identity, title)) return null;
  const { k } = node.settings;
  const copies = copiesNow(node, identity, title);
  const electors = electorsNow(node, identity, copies, title.electors);
  const wanted = wantedNow(node, identity, title, copies);
  const isSame =
    samePeers(copies, title.copies) &&
    samePeers(electors, title.electors) &&
    wanted === title.wanted;
  return isSame ? null : { ...title, copies, electors, wanted: Math.min(wanted, k + 1) };
}

/**
 * The usual case, told without making anything: all copies are in step and named, nobody has resigned, and the
 * nearest neighbours are the electors. False does not mean that something has changed.
 */
function isAsItWas(node: RingState, identity: Identity, title: Title): boolean {
  const { copies, holding } = identity;
  if (holding!.late.size > 0 || holding!.hasOneLess || node.resigned.size > 0) return false;
  if (title.copies.length !== copies.length + 1 || title.copies.length > title.wanted) return false;
  if (!hasPeer(title.copies, node.seat!.peer)) return false;
  for (const { member, isInStep } of copies) {
    if (!isInStep || peerAt(title.copies, member) < 0) return false;
  }
  return areElectors(node, identity, title.electors);
}

/** Are these whom the owner would choose: itself, its copies, then the nearest in its lists, one of each process? */
function areElectors(
  node: RingState,
  { copies, predecessors, successors }: Identity,
  electors: readonly Peer[],
): boolean {
  const own = electors.findIndex((peer) => samePeer(peer, node.seat!.peer));
  if (electors.length !== 2 * node.settings.k + 1 || own < 0) return false;
  if (electors.length > BITS) return false;
  let chosen = 1 << own;
  let left = electors.length - 1;
  const choose = (member: Member): boolean => {
    if (!member.isProven || member.isPlain) return true;
    const at = peerAt(electors, member);
    if (at < 0) return false;
    if ((chosen & (1 << at)) === 0) left--;
    chosen |= 1 << at;
    return true;
  };
  for (const { member } of copies) if (!choose(member)) return false;
  for (const list of [predecessors, successors]) {
    for (const member of list) {
      if (left === 0) return true;
      if (!choose(member)) return false;
    }
  }
  return left === 0;
}

/** Where a member's process stands in a list, as it says that it is now; -1: nowhere. */
function peerAt(peers: readonly Peer[], { home, incarnation, isProven, isPlain }: Member): number {
  if (!isProven || isPlain) return -1;
  for (let i = 0; i < peers.length; i++) {
    if (peers[i].home === home && peers[i].incarnation === incarnation) return i;
  }
  return -1;
}

function copiesNow(node: RingState, identity: Identity, title: Title): Peer[] {
  const { peer } = node.seat!;
  const { late } = identity.holding!;
  for (const { member, isInStep } of identity.copies) if (isInStep) late.delete(member.home);
  const living = neighbourPeers(identity);
  const isThere = (other: Peer) => hasPeer(living, other) && !late.has(other.home);
  const named = title.copies.filter(isThere);
  const targets: Peer[] = [];
  const whole: Peer[] = [];
  for (const { member, isInStep } of identity.copies) {
    const target = peerOf(member);
    if (target === null) continue;
    targets.push(target);
    if (hasPeer(named, target) || isInStep) whole.push(target);
  }
  const isAll = whole.length === targets.length && targets.length === identity.copies.length;
  const chosen = isAll ? [[peer], whole] : [[peer], whole, named];
  const copies = peersOf(chosen).slice(0, node.settings.k + 1);
  // With fewer nothing would be acknowledged: so those who are missing may as well be named.
  for (const other of remaining(node, title.copies)) {
    if (copies.length < copiesLeast(title.wanted) && !hasPeer(copies, other)) copies.push(other);
  }
  return copies;
}

function wantedNow(
  node: RingState,
  identity: Identity,
  { wanted, copies: before }: Title,
  copies: readonly Peer[],
): number {
  const most = Math.max(wanted, copies.length);
  const { hasOneLess } = identity.holding!;
  if (!hasOneLess && !before.some(({ home }) => node.resigned.has(home))) return most;
  return wantedWithout(node, identity, most, copies);
}

/** Do those who are to be named have all that was written, what is under way included? */
function areWhole(node: RingState, identity: Identity, added: readonly Peer[]): boolean {
  return added.every((peer) => {
    const copy = identity.copies.find(({ member }) => member.home === peer.home);
    if (copy?.isInStep !== true || node.seat === null) return false;
    for (const write of identity.writes ?? []) if (!write.isAt(peer)) return false;
    return true;
  });
}
