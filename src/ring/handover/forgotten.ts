/**
 * Forgotten: an operator says that a member will not come back, and every other member is told. For those it is
 * as if it had left in good order: it is named in no title any more, and as many copies fewer are wanted as
 * there is nobody left for. The titles change as always, by a majority of those who had a say.
 *
 *     look      is it alive, as seen from you? do you know it?      nothing is done yet
 *     forget    ── part from it ──▶ titles without it               said again until none names it
 *               if it is said to be lost for good: what it knew, nobody waits for (titles/lost.ts)
 *     done      nobody is lost any more: who speaks up from now on is somebody new
 *
 *     request   step · flags · epoch · n × address
 *       ◀──     status · n × home · epoch above all I know · arcs without a record
 *               · n × (from · end · copies · wanted) · n × member that I know
 */
import type { Address } from '../../core/address.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { tend } from '../copies/tending.ts';
import { type Frame, FrameType, LIST_LIMIT, REPLY, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import { askPulse } from '../membership/life.ts';
import type { RingState } from '../state.ts';
import { takeEpoch } from '../tenure/wording.ts';
import { type Epoch, laterOf, NO_EPOCH } from '../titles/epoch.ts';
import { leapAbove } from '../titles/lost.ts';
import { type Peer, peersOf } from '../titles/title.ts';
import { comeBack, regainTitle } from './join.ts';
import { lastTitle } from './regain.ts';
import { partFrom } from './resigning.ts';

export const ForgetStep = { look: 0, forget: 1, done: 2 } as const;
export const LOST = 1;
/** Members that are forgotten at a time. */
export const FORGOTTEN_MEMBERS_LIMIT = 16;
/** Who was told to forget and never that it is done has forgotten that somebody is lost after this. */
const LOST_MS = 60_000;

export function answerForget(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const step = frame.u8();
  const isForLost = frame.u8() === LOST;
  const floor = takeEpoch(frame);
  const addresses = Array.from({ length: frame.u8() }, () => frame.address());
  const isFine = addresses.length > 0 && addresses.length <= FORGOTTEN_MEMBERS_LIMIT;
  if (!frame.isWhole || !isFine || step > ForgetStep.done) return false;
  const { request } = frame;
  if (node.seat === null) {
    link.answerStatus(FrameType.forget, request, Status.notMember);
    return true;
  }
  const homes = addresses.map((address) => homeOf(node, address));
  const known = homes.filter((home) => home !== 0);
  if (step === ForgetStep.look) {
    lookFor(node, now, known, (_at, living) => {
      if (link.isOver) return;
      if (living !== 0) say(node, link, request, Status.refused, [living]);
      else say(node, link, request, Status.ok, homes);
    });
    return true;
  }
  if (step === ForgetStep.done) {
    node.lost = [];
    say(node, link, request, Status.ok, []);
    return true;
  }
  if (isForLost) lose(node, now, known, floor);
  const named = known.filter((home) => partFrom(node, home));
  for (const identity of node.identities) pursue(node, now, identity);
  say(node, link, request, named.length > 0 ? Status.busy : Status.ok, named);
  return true;
}

/** Where the process lives that has, or had, this address; 0: nobody here has heard of it. */
function homeOf(node: RingState, address: Address): Address {
  if (node.identityAt(address) !== null) return node.home;
  for (const peer of peersNamed(node)) if (peer.home === address) return address;
  for (const { accepted } of node.seat!.elector.stretches) {
    if (accepted?.owner.address === address) return accepted.owner.home;
  }
  const member = node.shared.members.of(address);
  const isMet = member.isProven || node.memory.known.includes(member);
  return isMet ? member.home : 0;
}

/** All that the titles name which we know as electors. */
function peersNamed(node: RingState): Peer[] {
  return peersOf(
    node.seat!.elector.stretches.flatMap(({ accepted }) =>
      accepted === null ? [] : [accepted.copies, accepted.electors],
    ),
  );
}

/** Asks all of some processes for a sign of life; `done` hears one that lives, or 0. */
function lookFor(
  node: RingState,
  now: number,
  homes: readonly Address[],
  done: (now: number, living: Address) => void,
): void {
  let left = homes.length;
  let living: Address = 0;
  if (left === 0) return done(now, 0);
  for (const home of homes) {
    const heard = (at: number, lives: boolean) => {
      if (lives) living = home;
      if (--left === 0) done(at, living);
    };
    if (home === node.home) {
      heard(now, true);
      continue;
    }
    const member = node.shared.members.of(home);
    askPulse(node, now, member, (at, sign) => {
      const isMember = sign === 'member' || sign === 'leaving';
      // One that has not come back to its arc yet still has its promises, unless it has lost its data.
      const { incarnation } = member;
      const isNamed = peersNamed(node).some(
        (peer) => peer.home === home && peer.incarnation === incarnation,
      );
      heard(at, isMember || (sign === 'none' && isNamed));
    });
  }
}

/** Some are lost for good: our arcs go far above what they may have come to without us. */
function lose(node: RingState, now: number, homes: readonly Address[], floor: Epoch): void {
  if (node.lost.length === 0) {
    node.seat!.bereft = 0;
    node.after(now + LOST_MS, () => {
      node.lost = [];
    });
  }
  node.lost = homes;
  node.seat!.noteRefusal(floor);
  for (const { holding } of node.identities) {
    if (holding === null) continue;
    holding.seen = laterOf(holding.seen, floor);
    const { electors } = holding.title;
    if (electors.some(({ home }) => homes.includes(home))) holding.hasReserve = false;
  }
}

/** Sees at once to what would be seen to with the next pulse. */
function pursue(node: RingState, now: number, identity: Identity): void {
  if (identity.isMember) {
    if (identity.holding === null) regainTitle(node, now, identity);
    else tend(node, now, identity);
    node.reachOut(now, identity);
  } else if (identity.state === 'joining' && lastTitle(node, identity) !== null) {
    comeBack(node, now, identity);
  }
}

/** The highest epoch that we know of. */
function highestOf(node: RingState): Epoch {
  return node.seat!.elector.stretches.reduce(
    (highest, { promised }) => laterOf(highest, promised),
    NO_EPOCH,
  );
}

function say(
  node: RingState,
  link: Link,
  request: number,
  status: Status,
  homes: readonly Address[],
): void {
  const out = link.begin(FrameType.forget | REPLY, request);
  out.u8(status);
  out.u8(homes.length);
  for (const home of homes) out.address(home);
  out.u32(leapAbove([highestOf(node)]).number);
  out.u32(node.seat!.bereft);
  const held = node.identities.filter(({ isMember, holding }) => isMember && holding !== null);
  out.u8(held.length);
  for (const { hash, end, holding } of held) {
    out.raw(hash);
    out.raw(end);
    out.u8(holding!.title.copies.length);
    out.u8(holding!.title.wanted);
  }
  out.list(knownTo(node).slice(0, LIST_LIMIT));
  link.send();
}

function knownTo(node: RingState): Member[] {
  const all = new Set([...node.identities.map(({ member }) => member), ...node.neighbours()]);
  for (const { home } of peersNamed(node)) all.add(node.shared.members.of(home));
  return [...all];
}
