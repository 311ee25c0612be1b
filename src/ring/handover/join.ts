/**
 * Joining, the joiner's side: it finds the owner of its place, asks it to hand over, and is a member
 * when `switch` comes. It goes on trying until then.
 *
 *     join ── owner? ─▶ host ── join ─▶ "ok" … the host syncs … ◀─ switch: joined
 *       ▲                └ plain: CON (plain.ts)
 *       └── a moment later ◀── no, or silence
 */
import { randomBelow } from '../../core/random.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { chained } from '../circle/neighbours.ts';
import { forgetAll } from '../copies/keeping.ts';
import { receiving } from '../copies/release.ts';
import { widened } from '../copies/repair.ts';
import { settleIn } from '../copies/tending.ts';
import { type Frame, FrameType, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import { setPredecessors, setSuccessors } from '../membership/lists.ts';
import { Operation } from '../routing/operation.ts';
import type { RingState } from '../state.ts';
import { hold } from '../tenure/changing.ts';
import { takeTitle } from '../tenure/wording.ts';
import { claimantOf, compareEpochs } from '../titles/epoch.ts';
import { NOTHING_FORGOTTEN, type Peer, samePeer, type Title } from '../titles/title.ts';
import { hasLeft } from './leave.ts';
import { announcePrevious, joinPlain } from './plain.ts';
import { greetAll, lastTitle, regain } from './regain.ts';

/** A join that came to nothing is tried again after this and a chance of as much again. */
const AGAIN_MS = 200;
const AGAIN_MS_MAX = 3000;

/** Joins that fail before a node that remembers a ring begins one of its own: some 2 s, */
const LONELY_FAILURES = 4;

/** and some 20 s when it was told whom to join. */
const PATIENT_FAILURES = 12;

/** Finds the owner of our place and asks it to let us in. */
export function join(node: RingState, now: number, identity: Identity): void {
  identity.state = 'joining';
  identity.host = null;
  identity.pulseAtMs = Infinity;
  const via = node.isMember ? null : node.waysIn();
  if (via !== null && via.length === 0) return joinFailed(node, now, identity, 'nobody to ask');
  const key = new Uint8Array(identity.hash);
  new Operation(node, 'owner', key, null, 'one', via, (at, outcome, owner) => {
    if (identity.state !== 'joining') return;
    if (owner === null) return joinFailed(node, at, identity, outcome.message);
    if (owner.address === identity.member.address) {
      return joinFailed(node, at, identity, 'the ring still takes us for who we were');
    }
    if (node.isPlain(owner) && identity.isTitled) {
      joinFailed(node, at, identity, 'the owner of our place is a class program');
    } else if (node.isPlain(owner)) joinBefore(node, at, identity, owner);
    else askToJoin(node, at, identity, owner);
  }).start(now);
}

/** Asks the host to hand over, and again while it does: if it has forgotten us it begins anew. */
function askToJoin(node: RingState, now: number, identity: Identity, host: Member): void {
  identity.host = host;
  identity.pulseAtMs = now + node.settings.bulkIdleMs / 4;
  if (node.seat === null) return sayJoin(node, now, identity, host);
  // Whoever lets us in may name us at once: who dies then and comes back has to be whom it named.
  node.seat.whenLasting(now, (at, error) => {
    if (!isAsking(identity, host)) return;
    if (error === null) sayJoin(node, at, identity, host);
    else joinFailed(node, at, identity, error);
  });
}

function isAsking(identity: Identity, host: Member): boolean {
  return identity.state === 'joining' && identity.host === host;
}

function sayJoin(node: RingState, now: number, identity: Identity, host: Member): void {
  receiving(node, now);
  const link = node.linkTo(now, host);
  const out = link.ask(now, FrameType.join, node.lines.replies, (at, reply) => {
    if (!isAsking(identity, host)) return;
    const status = reply === null ? -1 : reply.u8();
    if (status === Status.ok) discardOutdated(node, at, reply!.f64());
    else joinFailed(node, at, identity, 'the owner of our place has no time');
  });
  out.address(host.address);
  out.member(identity.member);
  link.send();
}

/** The host's first look at our store comes behind its word, so this is before it. */
function discardOutdated(node: RingState, now: number, ringSinceMs: number): void {
  if (node.isMember || !node.memory.isOutdated(now, ringSinceMs)) return;
  node.memory.aliveAtMs = 0;
  forgetAll(node);
}

/** The owner of our place is a class program. */
function joinBefore(node: RingState, now: number, identity: Identity, host: Member): void {
  identity.host = host;
  identity.pulseAtMs = Infinity;
  const become = (at: number, s1: Member, s2: Member | null) => {
    const { member } = identity;
    identity.end = s1 === member ? host.hash : s1.hash;
    becomeMember(node, at, identity);
    const first = s1 === member ? host : s1;
    const list = chained(member, first, s2 ? [s2, host] : [host], node.listProcesses, () => false);
    setSuccessors(node, at, identity, list);
    setPredecessors(node, at, identity, [host]);
    announcePrevious(node, at, identity, first);
  };
  const failed = (at: number, reason: string) => joinFailed(node, at, identity, reason);
  joinPlain(node, now, identity, host, become, failed);
}

/** The pulse of one who is joining. */
export function watchJoin(node: RingState, now: number, identity: Identity): void {
  if (identity.host === null) join(node, now, identity);
  else askToJoin(node, now, identity, identity.host);
}

function joinFailed(node: RingState, now: number, identity: Identity, reason: string): void {
  identity.host = null;
  identity.joinFailures++;
  node.event({ kind: 'join-failed', identity: identity.member.address, reason });
  const delayMs = Math.min(AGAIN_MS_MAX, AGAIN_MS * identity.joinFailures);
  identity.pulseAtMs = now + delayMs + randomBelow(node.random, delayMs);
  if (!identity.isTitled) return goItAlone(node, now, identity);
  // The ring may wait for us as we wait for the ring.
  if (lastTitle(node, identity) !== null) comeBack(node, now, identity);
}

/** What was ours when last heard of is asked for again, if it is nobody's yet. */
export function comeBack(node: RingState, now: number, identity: Identity): void {
  const become = (at: number) => {
    becomeMember(node, at, identity);
    greetAll(node, at, identity);
  };
  regain(node, now, identity, become, () => {});
}

/** A member that holds no title any more: it gets it back, or joins anew. */
export function regainTitle(node: RingState, now: number, identity: Identity): void {
  regain(
    node,
    now,
    identity,
    () => {},
    (at) => {
      if (!identity.isMember || identity.holding !== null) return;
      if (identity.state === 'leaving') {
        // Somebody else has it: that is all a leaver wants.
        hasLeft(node, identity);
        return identity.leaveDone?.(at);
      }
      for (const { sync } of identity.copies) sync?.abort();
      identity.state = 'joining';
      identity.host = null;
      identity.pulseAtMs = at + randomBelow(node.random, AGAIN_MS);
    },
  );
}

/**
 * A node that has never been in a ring goes on trying. One that was begins a ring of its own after
 * a while: else a ring whose nodes were all restarted would never begin. Rings that meet again
 * become one.
 */
function goItAlone(node: RingState, now: number, identity: Identity): void {
  if (node.isMember || !node.memory.hasMemory) return;
  const patience = node.ways.length > 0 ? PATIENT_FAILURES : LONELY_FAILURES;
  if (identity.joinFailures >= patience) becomeMember(node, now, identity);
}

/** Begins without anybody to ask: as a ring of its own, or where it was. */
export function beginAlone(node: RingState, now: number, identity: Identity): void {
  const { seat } = node;
  if (seat === null) return becomeMember(node, now, identity);
  if (lastTitle(node, identity) !== null) {
    identity.state = 'joining';
    return joinFailed(node, now, identity, 'nobody to ask');
  }
  const title = firstTitle(identity, seat.peer);
  identity.state = 'joining';
  takeUp(node, now, identity, title, (at, isOurs) => {
    if (!isOurs || identity.state !== 'joining') return;
    hold(node, at, identity, title);
    widened(node, at, identity);
    becomeMember(node, at, identity);
  });
}

/** All of the circle, by the vote of the one who is there. */
function firstTitle({ hash, member }: Identity, peer: Peer): Title {
  return {
    ...{
      from: hash,
      end: hash,
      epoch: { number: 1, claimant: claimantOf(peer.home, peer.incarnation) },
    },
    ...{ owner: { ...peer, address: member.address }, copies: [peer], electors: [peer] },
    ...{ previous: [], wanted: 1, forgottenBelow: NOTHING_FORGOTTEN },
  };
}

/** The identity has an arc, and takes part from here on. */
export function becomeMember(node: RingState, now: number, identity: Identity): void {
  identity.state = 'member';
  identity.host = null;
  identity.joinFailures = 0;
  identity.heardAtMs = now;
  identity.pulseAtMs = now + node.settings.pulseMs;
  node.counters.joins++;
  node.unsteadySinceMs = now;
  node.event({ kind: 'joined', identity: identity.member.address });
  node.agenda.joined(now, node.policy.testsItself);
  node.moved(now);
  // Whoever dies right after this should find back.
  node.memory.remember(now);
  const next = node.identities.find(({ state }) => state === 'idle');
  if (next === undefined || identity === next) return;
  node.after(now, (at) => next.state === 'idle' && join(node, at, next));
}

/** The arc is ours from here on. */
export function answerSwitch(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const { members } = node.shared;
  const target = frame.address();
  const host = frame.member(members);
  const end = frame.id();
  const predecessors = frame.list(members);
  const successors = frame.list(members);
  const title = frame.left > 0 ? takeTitle(frame) : null;
  if (!frame.isWhole || !link.speaksFor(host)) return false;
  const { request } = frame;
  const answer = (status: Status) => link.answerStatus(FrameType.switch, request, status);
  const identity = node.identityAt(target);
  // A title is the word of a majority, whoever tells us of it.
  const isExpected = identity?.state === 'joining' && (title !== null || identity.host === host);
  if (!isExpected || (title !== null) !== identity.isTitled) {
    answer(Status.refused);
    return true;
  }
  if (title === null) {
    answer(Status.ok);
    joined(node, now, identity, host, end, predecessors, successors);
    return true;
  }
  const become = (at: number, arcEnd: Uint8Array) => {
    joined(node, at, identity, host, arcEnd, predecessors, successors);
    settleIn(node, at, identity);
  };
  takeUp(node, now, identity, title, (at, isOurs) => {
    const isFor = isForUs(node, identity, title) && identity.state === 'joining';
    answer(isFor ? Status.ok : Status.refused);
    if (!isFor) return;
    // We have promised more meanwhile, to somebody who missed us; or we have had it before, and numbered writes
    // by it: in either case we go above that ourselves.
    if (!isOurs || compareEpochs(title.epoch, identity.lastHeld) <= 0)
      return regain(
        node,
        at,
        identity,
        (then) => become(then, identity.end),
        () => {},
        title,
      );
    hold(node, at, identity, title);
    widened(node, at, identity);
    become(at, title.end);
  });
  return true;
}

/** A title in force that names us; it is written down before we act on it. */
function takeUp(
  node: RingState,
  now: number,
  identity: Identity,
  title: Title,
  done: (now: number, isOurs: boolean) => void,
): void {
  const { elector } = node.seat!;
  const isFor = isForUs(node, identity, title);
  const isGranted = isFor && elector.accept({ titles: [title], isInForce: true }).isGranted;
  node.seat!.whenDurable(now, (at, error) => done(at, isGranted && error === null));
}

function isForUs(node: RingState, { member }: Identity, { owner }: Title): boolean {
  return owner.address === member.address && samePeer(owner, node.seat!.peer);
}

function joined(
  node: RingState,
  now: number,
  identity: Identity,
  host: Member,
  end: Uint8Array,
  predecessors: readonly Member[],
  successors: readonly Member[],
): void {
  const isGone = (member: Member) => node.isGone(now, member);
  const list = (first: Member, rest: readonly Member[]) =>
    chained(identity.member, first, rest, node.listProcesses, isGone);
  identity.end = end;
  becomeMember(node, now, identity);
  // A host that was alone is before us and behind us. In a larger ring it is our last successor only
  // if the list reaches that far, and that is for our first successor to say.
  const after = successors.length > 0 ? successors[0] : host;
  setSuccessors(node, now, identity, list(after, successors.slice(1)));
  setPredecessors(node, now, identity, list(host, predecessors));
}
