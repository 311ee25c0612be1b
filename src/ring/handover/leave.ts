/**
 * Leaving: each arc is handed to its predecessor, the heir, and then the process waits until the owners
 * of all that it still holds have confirmed it.
 *
 *     leaver                                         heir
 *       ──────────────── leave ─────────────────────▶  may I? its arc ends where mine begins
 *       sync all of my arc ─────────────────────────▶  durable, acked
 *       ──────────────── inherit ───────────────────▶  it owns my arc from this byte on
 */
import type { Address } from '../../core/address.ts';
import { equalIds } from '../../core/id.ts';
import { randomBelow } from '../../core/random.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { chained } from '../circle/neighbours.ts';
import { receiving, release, stopReleasing } from '../copies/release.ts';
import { refreshCopies } from '../copies/repair.ts';
import { type Frame, FrameType, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import { askNeighbours, moveEnd, setPredecessors, setSuccessors } from '../membership/lists.ts';
import type { RingState } from '../state.ts';
import { putTitle, takeTitle } from '../tenure/wording.ts';
import { Handover } from './handover.ts';
import { inheritTitle } from './inheriting.ts';
import { findPredecessor, leavePlain } from './plain.ts';
import { ownersToTell, resign } from './resigning.ts';
import { Staying } from './staying.ts';

/** A leave that came to nothing is tried again after this and a chance of as much again. */
const AGAIN_MS = 200;

/** A leaver that has handed its arcs over waits so long for its records to be confirmed. */
const LEAVE_MS = 60_000;
const LEAVE_AGAIN_MS = 500;
/** If it is alone, others that it once knew get so long to show that they are there after all. */
const LEAVE_ALONE_MS = 4000;
/** Where others leave, too, one that gets no further for so long ends with its data on its disk. */
const STUCK_MS = 5000;

/** A process that leaves with all its identities, one after the other. */
class Leaving {
  readonly #node: RingState;
  readonly #staying: Staying;
  /** Owners whose titles named us when we began. */
  readonly #named: ReadonlyMap<Address, Address>;
  readonly #done: (now: number, left: number) => void;
  #giveUpAtMs: number;
  #isOver = false;
  /** When something last went on, and what had been moved by then. */
  #movedAtMs: number;
  #moved = 0;

  constructor(node: RingState, now: number, done: (now: number, left: number) => void) {
    this.#node = node;
    this.#staying = new Staying(node);
    this.#named = ownersToTell(node);
    this.#done = done;
    this.#giveUpAtMs = now + LEAVE_MS;
    this.#movedAtMs = now;
  }

  start(now: number): void {
    const node = this.#node;
    node.isLeaving = true;
    for (const identity of node.identities) {
      if (identity.state === 'joining') hasLeft(node, identity);
    }
    this.#next(now);
    if (node.seat !== null && node.isMember) {
      node.after(now + LEAVE_AGAIN_MS, (at) => this.#watch(at));
    }
  }

  #end(now: number, left: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done(now, left);
  }

  /** The next identity that is still there, and then the records. */
  #next(now: number): void {
    const node = this.#node;
    this.#staying.look();
    this.#movedAtMs = now;
    const identity = node.identities.findLast(({ state }) => state === 'member');
    if (identity !== undefined) return leave(node, now, identity, (at) => this.#next(at));
    stopReleasing(node);
    node.agenda.stop();
    if (node.isRingOver) this.#giveUpAtMs = now + LEAVE_ALONE_MS;
    resign(node, now, this.#named, (at) => {
      if (node.store.count === 0) this.#drained(at, 0);
      else this.#drain(at);
    });
  }

  #drain(now: number): void {
    if (this.#isOver) return;
    const node = this.#node;
    if (node.waysIn().length === 0) this.#drained(now, 0);
    else release(node, now, (at, left) => this.#drained(at, left));
  }

  #drained(now: number, left: number): void {
    if (left === 0 || now >= this.#giveUpAtMs) return this.#end(now, left);
    this.#staying.ask(now, (at, rest) => {
      if (rest !== 'gone')
        return this.#node.after(at + LEAVE_AGAIN_MS, (then) => this.#drain(then));
      this.#node.isRingOver = true;
      this.#end(at, left);
    });
  }

  /** Where owners have titles nobody hands on what all have on their disks. */
  #watch(now: number): void {
    const node = this.#node;
    if (this.#isOver) return;
    this.#staying.ask(now, (at, rest) => {
      if (this.#isOver) return;
      if (rest !== 'stays') node.isRingOver = true;
      if (rest !== 'stays' || this.#isStuck(at)) return this.#end(at, node.store.count);
      node.after(at + LEAVE_AGAIN_MS, (then) => this.#watch(then));
    });
  }

  #isStuck(now: number): boolean {
    let moved = 0;
    for (const { bytes } of this.#node.syncs) moved += bytes;
    if (moved !== this.#moved) this.#movedAtMs = now;
    this.#moved = moved;
    return this.#staying.hasOthers && now - this.#movedAtMs >= STUCK_MS;
  }
}

/**
 * Leaves with all identities. `done` hears how many records nobody has confirmed, when there are none
 * or a minute is over.
 */
export function leaveRing(
  node: RingState,
  now: number,
  done: (now: number, left: number) => void,
): void {
  new Leaving(node, now, done).start(now);
}

/** Hands the arc to the predecessor; `done` hears it when we answer for nothing any more. */
function leave(
  node: RingState,
  now: number,
  identity: Identity,
  done: (now: number) => void,
): void {
  identity.state = 'leaving';
  identity.leaveDone = done;
  const heir = identity.predecessor;
  const again = (at: number) => {
    const delayMs = AGAIN_MS + randomBelow(node.random, AGAIN_MS);
    node.after(at + delayMs, (then) => {
      if (identity.state === 'leaving') leave(node, then, identity, done);
    });
  };
  if (heir === undefined || identity.ownsAll) {
    if (identity.successor !== undefined) return again(now);
    hasLeft(node, identity);
    return done(now);
  }
  if (identity.handover !== null) return again(now);
  if (node.isPlain(heir) && !node.isOwn(heir)) {
    return leavePlain(node, now, identity, heir, (at, hasTaken) => {
      if (!hasTaken) {
        findPredecessor(node, at, identity);
        return again(at);
      }
      identity.isTakenByPlain = true;
      hasLeft(node, identity);
      done(at);
    });
  }
  const link = node.linkTo(now, heir);
  const out = link.ask(now, FrameType.leave, node.lines.replies, (at, reply) => {
    if (identity.state !== 'leaving') return;
    if (reply === null) node.suspect(at, heir);
    if (reply === null || reply.u8() !== Status.ok || identity.handover !== null) return again(at);
    new Handover(node, {
      identity,
      to: heir,
      from: identity.hash,
      moved: (then) => sendInherit(node, then, identity, heir, again),
      failed: again,
    }).start(at);
  });
  out.address(heir.address);
  out.member(identity.member);
  link.send();
}

/** It answers for nothing any more. */
export function hasLeft(node: RingState, identity: Identity): void {
  if (identity.ownsAll && identity.successor === undefined) node.isRingOver = true;
  identity.state = 'left';
  identity.holding = null;
  identity.pulseAtMs = Infinity;
  for (const { sync } of identity.copies) sync?.abort();
  node.event({ kind: 'left', identity: identity.member.address });
}

export function answerLeave(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const target = frame.address();
  const leaver = frame.member(node.shared.members);
  if (!frame.isWhole || !link.speaksFor(leaver)) return false;
  const status = canInherit(node, node.identityAt(target), leaver) ? Status.ok : Status.refused;
  if (status === Status.ok) receiving(node, now);
  link.answerStatus(FrameType.leave, frame.request, status);
  return true;
}

/** Our arc ends where the leaver's begins, and nobody else is about to take a part of ours, or all of it. */
function canInherit(node: RingState, identity: Identity | null, leaver: Member): boolean {
  if (!identity?.isMember || identity.handover !== null || identity.isYielding) return false;
  // An heir that leaves itself goes first, to somebody who stays.
  if (identity.isTitled && node.isLeaving && !node.isOwn(leaver)) return false;
  if (identity.isTitled && (identity.isClaiming || identity.holding?.isChanging !== false)) {
    return false;
  }
  return identity.successor === leaver && equalIds(identity.end, 0, leaver.hash, 0);
}

function sendInherit(
  node: RingState,
  now: number,
  identity: Identity,
  heir: Member,
  refused: (now: number) => void,
): void {
  const link = node.linkTo(now, heir);
  const out = link.ask(now, FrameType.inherit, node.lines.replies, (at, reply) => {
    if (reply === null) return inheritAgain(node, at, identity, heir, refused);
    if (reply.u8() !== Status.ok) {
      // It does not answer for our arc, so we still do.
      identity.isYielding = false;
      return refused(at);
    }
    hasLeft(node, identity);
    identity.leaveDone?.(at);
  });
  out.address(heir.address);
  out.member(identity.member);
  out.raw(identity.end);
  out.list(identity.successors);
  if (identity.holding !== null) putTitle(out, identity.holding.title);
  link.send();
  identity.isYielding = true;
}

/** Nobody knows whether the heir took it: it is asked until it says so, or is given up. */
function inheritAgain(
  node: RingState,
  now: number,
  identity: Identity,
  heir: Member,
  refused: (now: number) => void,
): void {
  node.suspect(now, heir);
  node.after(now + AGAIN_MS, (at) => {
    if (!identity.isYielding) return;
    if (identity.predecessor === heir) return sendInherit(node, at, identity, heir, refused);
    identity.isYielding = false;
    refused(at);
  });
}

export function answerInherit(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const { members } = node.shared;
  const target = frame.address();
  const leaver = frame.member(members);
  const end = frame.id();
  const successors = frame.list(members);
  const title = frame.left > 0 ? takeTitle(frame) : null;
  if (!frame.isWhole || !link.speaksFor(leaver)) return false;
  const identity = node.identityAt(target);
  const { request } = frame;
  const answer = (status: Status) => {
    if (!link.isOver) link.answerStatus(FrameType.inherit, request, status);
  };
  const isNext =
    title === null || equalIds(title.from, 0, identity?.holding?.title.end ?? leaver.hash, 0);
  const isFine = isNext && canInherit(node, identity, leaver);
  const isDone = identity?.isMember === true && identity.inherited === leaver;
  if (isFine && title !== null) {
    // Who asks again while it is under way will ask once more.
    inheritTitle(node, now, identity!, title, (at, isOurs) => {
      answer(isOurs ? Status.ok : Status.refused);
      if (isOurs) inherit(node, at, identity!, leaver, end, successors);
    });
    return true;
  }
  if (identity?.isClaiming && title !== null && !isDone) return true;
  answer(isFine || isDone ? Status.ok : Status.refused);
  if (isFine) inherit(node, now, identity!, leaver, end, successors);
  return true;
}

function inherit(
  node: RingState,
  now: number,
  identity: Identity,
  leaver: Member,
  end: Uint8Array,
  successors: readonly Member[],
): void {
  const isGone = (member: Member) => member === leaver || node.isGone(now, member);
  identity.inherited = leaver;
  node.leaveBehind(now, leaver);
  node.memory.forget(leaver);
  const first = successors[0];
  const list =
    first === undefined
      ? []
      : chained(identity.member, first, successors.slice(1), node.listProcesses, isGone);
  const others = identity.predecessors.filter((member) => member !== leaver);
  const wasSettled = identity.isSettled;
  if (identity.isTitled) identity.reach = identity.end;
  else moveEnd(node, now, identity, equalIds(end, 0, leaver.hash, 0) ? identity.hash : end);
  // All that the leaver acknowledged is here already.
  identity.isSettled = wasSettled;
  setSuccessors(node, now, identity, list);
  setPredecessors(node, now, identity, others);
  refreshCopies(node, now, identity);
  if (identity.successor) askNeighbours(node, now, identity, identity.successor);
}
