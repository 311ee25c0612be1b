/**
 * Hand-over: an arc changes its owner while it is read and written, and nothing is lost.
 *
 *     P, the owner                                   J, the joiner
 *       ◀──────────────── join ──────────────────────
 *       sync [J, end) ─── all records ──────────────▶   durable, acked
 *       each new write ── mirrored ─────────────────▶   durable, acked
 *       hold new writes … until every ack is here
 *       ───────────────── switch ───────────────────▶   J owns [J, end) from this byte on
 *       the held writes are told to go to J
 *
 * P stops before J begins, so at no time do two answer for one key; for the length of one trip
 * nobody does, and who asks then asks again. P keeps its records: it is J's first backup now, and
 * without backups they are foreign records that go when J has confirmed them (repair.ts).
 *
 * Whatever dies on the way: before `switch` was sent, P has stopped nothing but a few held writes,
 * which it then does itself. After it P treats J as its successor; if J never got it, J answers every
 * pulse with "I am no member", and P takes the arc back, as from any dead successor. J keeps what it
 * was given and tries again; its copies are older or equal, and the newer version wins everywhere.
 *
 * A leave is the same with the roles turned: the leaver syncs all of its arc to its predecessor, and
 * `inherit` is the byte; a leaver that hears nothing asks again, and takes its arc back only when the
 * heir has refused or is gone. Only one hand-over of an identity is under way at a time: a second joiner
 * into the same arc is told `busy` and comes again.
 */
import { isInArc } from '../../core/arc.ts';
import { equalIds } from '../../core/id.ts';
import { randomBelow } from '../../core/random.ts';
import { answerStatus } from '../answers.ts';
import type { Identity, Transfer } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { chained } from '../circle/neighbours.ts';
import { refreshCopies } from '../copies/repair.ts';
import { sendRecord } from '../copies/replicas.ts';
import { Sync } from '../copies/sync.ts';
import { type Frame, FrameType, REPLY, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import { exchange, moveEnd, setPredecessors, setSuccessors } from '../membership.ts';
import type { RingNode } from '../node.ts';
import { Operation } from '../routing.ts';
import { announcePrevious, findPredecessor, joinPlain, leavePlain } from './plain.ts';

/** A join or leave that came to nothing is tried again after this and a chance of as much again. */
const AGAIN_MS = 200;
const AGAIN_MS_MAX = 3000;
/** Writes held back at most in the moment before the switch; more than that are told to be busy. */
const HELD_LIMIT = 10_000;

export class Handover implements Transfer {
  readonly node: RingNode;
  readonly identity: Identity;
  readonly to: Member;
  readonly from: Uint8Array;
  readonly end: Uint8Array;
  readonly isLeave: boolean;
  readonly #sync: Sync;
  readonly #failed: (now: number) => void;
  #held: ((now: number) => void)[] = [];
  /** Mirrored writes that are not acknowledged yet. */
  #mirrored = 0;
  #isClosing = false;
  #isOver = false;

  /** @param failed hears that it was broken off; not called after the switch. */
  constructor(
    node: RingNode,
    identity: Identity,
    to: Member,
    isLeave: boolean,
    failed: (now: number) => void,
  ) {
    this.node = node;
    this.identity = identity;
    this.to = to;
    this.isLeave = isLeave;
    this.from = isLeave ? identity.hash : to.hash;
    this.end = identity.end;
    this.#failed = failed;
    this.#sync = new Sync(node, to, this.from, this.end, null, (now, isEqual) => {
      if (!isEqual) return this.abort(now);
      this.#isClosing = true;
      this.#close(now);
    });
  }

  start(now: number): void {
    this.identity.handover = this;
    this.#sync.start(now);
  }

  /** New writes to this key wait: the arc is about to switch. */
  holds(key: Uint8Array): boolean {
    return this.#isClosing && isInArc(key, 0, this.from, 0, this.end, 0);
  }

  /** False when too many wait already. */
  hold(again: (now: number) => void): boolean {
    return this.#held.length < HELD_LIMIT && this.#held.push(again) > 0;
  }

  /** A write to the arc goes to its owner to be, too. */
  mirror(now: number, key: Uint8Array, record: Uint8Array): void {
    if (!isInArc(key, 0, this.from, 0, this.end, 0)) return;
    this.#mirrored++;
    sendRecord(this.node, now, this.to, key, record, (at, isKept) => {
      this.#mirrored--;
      if (this.#isOver) return;
      if (!isKept) return this.abort(at);
      this.#close(at);
    });
  }

  #close(now: number): void {
    if (!this.#isClosing || this.#mirrored > 0 || this.#isOver) return;
    // The arc has moved under us: what we synced is no longer what we would hand over.
    if (!this.identity.isMember || !equalIds(this.identity.end, 0, this.end, 0)) {
      return this.abort(now);
    }
    this.#end();
    this.node.counters.handovers++;
    if (this.isLeave) sendInherit(this.node, now, this.identity, this.to, this.#failed);
    else sendSwitch(this.node, now, this.identity, this.to);
    this.#release(now);
  }

  /** Nothing has moved; what was held back is done here. */
  abort(now: number): void {
    if (this.#isOver) return;
    this.#end();
    this.node.counters.handoversFailed++;
    this.#release(now);
    this.#failed(now);
  }

  #end(): void {
    this.#isOver = true;
    this.#sync.abort();
    if (this.identity.handover === this) this.identity.handover = null;
  }

  #release(now: number): void {
    const held = this.#held;
    this.#held = [];
    for (const again of held) again(now);
  }
}

// Joining: the joiner's side.

/** Finds the owner of our place and asks it to let us in. */
export function join(node: RingNode, now: number, identity: Identity): void {
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
    if (node.isPlain(owner)) joinBefore(node, at, identity, owner);
    else askToJoin(node, at, identity, owner);
  }).start(now);
}

/** Asks the host to hand over, and again while it does: if it has forgotten us it begins anew. */
function askToJoin(node: RingNode, now: number, identity: Identity, host: Member): void {
  identity.host = host;
  identity.pulseAtMs = now + node.settings.bulkIdleMs / 4;
  node.upkeep.receiving(now);
  const link = node.linkTo(now, host);
  const out = link.ask(now, FrameType.join, node.lines.replies, (at, reply) => {
    if (identity.state !== 'joining' || identity.host !== host) return;
    const status = reply === null ? -1 : reply.u8();
    if (status === Status.ok) discardOutdated(node, at, reply!.f64());
    else joinFailed(node, at, identity, 'the owner of our place has no time');
  });
  out.address(host.address);
  out.member(identity.member);
  link.send();
}

/** The host's first look at our store comes behind its word, so this is before it. */
function discardOutdated(node: RingNode, now: number, ringSinceMs: number): void {
  if (node.isMember || !node.upkeep.isOutdated(now, ringSinceMs)) return;
  node.upkeep.aliveAtMs = 0;
  const keys: Uint8Array[] = [];
  node.store.range(null, null, (key) => keys.push(new Uint8Array(key)) > 0);
  for (const key of keys) node.removeRecord(key);
  node.counters.forgotten += keys.length;
}

/** The owner of our place is a class program. */
function joinBefore(node: RingNode, now: number, identity: Identity, host: Member): void {
  identity.host = host;
  identity.pulseAtMs = Infinity;
  const become = (at: number, s1: Member, s2: Member | null) => {
    const { member } = identity;
    identity.end = s1 === member ? host.hash : s1.hash;
    node.becomeMember(at, identity);
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
export function watchJoin(node: RingNode, now: number, identity: Identity): void {
  if (identity.host === null) join(node, now, identity);
  else askToJoin(node, now, identity, identity.host);
}

function joinFailed(node: RingNode, now: number, identity: Identity, reason: string): void {
  identity.host = null;
  identity.joinFailures++;
  node.event({ kind: 'join-failed', identity: identity.member.address, reason });
  const delayMs = Math.min(AGAIN_MS_MAX, AGAIN_MS * identity.joinFailures);
  identity.pulseAtMs = now + delayMs + randomBelow(node.random, delayMs);
  node.joinFailed(now, identity);
}

/** The arc is ours from here on. */
export function answerSwitch(node: RingNode, now: number, link: Link, frame: Frame): boolean {
  const { members } = node.commons;
  const target = frame.address();
  const host = frame.member(members);
  const end = frame.id();
  const predecessors = frame.list(members);
  const successors = frame.list(members);
  if (!frame.isWhole) return false;
  const identity = node.identityAt(target);
  const isExpected = identity?.state === 'joining' && identity.host === host;
  answerStatus(link, FrameType.switch, frame.request, isExpected ? Status.ok : Status.refused);
  if (isExpected) joined(node, now, identity!, host, end, predecessors, successors);
  return true;
}

function joined(
  node: RingNode,
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
  node.becomeMember(now, identity);
  // A host that was alone is before us and behind us. In a larger ring it is our last successor only
  // if the list reaches that far, and that is for our first successor to say.
  const after = successors.length > 0 ? successors[0]! : host;
  setSuccessors(node, now, identity, list(after, successors.slice(1)));
  setPredecessors(node, now, identity, list(host, predecessors));
}

// Joining: the owner's side.

export function answerJoin(node: RingNode, now: number, link: Link, frame: Frame): boolean {
  const target = frame.address();
  const joiner = frame.member(node.commons.members);
  const { request } = frame;
  if (!frame.isWhole) return false;
  const identity = node.identityAt(target);
  const answer = (status: Status) => answerStatus(link, FrameType.join, request, status);
  const accept = () => {
    const out = link.begin(FrameType.join | REPLY, request);
    out.u8(Status.ok);
    out.f64(node.upkeep.sinceMs);
    link.send();
  };
  if (!identity?.isMember || identity.state === 'leaving') answer(Status.refused);
  else if (joiner.address === identity.member.address) answer(Status.refused);
  else if (identity.handover?.to === joiner || isSwitching(identity, joiner)) accept();
  else if (identity.handover !== null) answer(Status.busy);
  else {
    // It says itself that it is no member: whoever lived there has died.
    node.hasDied(now, joiner);
    if (identity.owns(joiner.hash, 0)) {
      accept();
      new Handover(node, identity, joiner, false, () => {}).start(now);
    } else {
      answer(Status.notOwner);
    }
  }
  return true;
}

/** The word that makes it a member is on its way. */
function isSwitching({ admitted, admittedAtMs }: Identity, joiner: Member): boolean {
  return admitted === joiner && admittedAtMs === Infinity;
}

function sendSwitch(node: RingNode, now: number, identity: Identity, joiner: Member): void {
  const { successors, predecessors, end } = identity;
  const link = node.linkTo(now, joiner);
  const out = link.ask(now, FrameType.switch, node.lines.replies, (at, reply) => {
    const isTaken = reply !== null && reply.u8() === Status.ok;
    if (!isTaken) node.suspect(at, joiner);
    if (identity.admitted !== joiner) return;
    if (isTaken) identity.admittedAtMs = at;
    else identity.admitted = null;
  });
  out.address(joiner.address);
  out.member(identity.member);
  out.raw(end);
  out.list(predecessors);
  out.list(successors);
  link.send();
  node.gone.delete(joiner.address);
  identity.admitted = joiner;
  identity.admittedAtMs = Infinity;
  const list = chained(identity.member, joiner, successors, node.listProcesses, () => false);
  setSuccessors(node, now, identity, list);
}

// Leaving.

/** Hands the arc to the predecessor; `done` hears it when we answer for nothing any more. */
export function leave(
  node: RingNode,
  now: number,
  identity: Identity,
  done: (now: number) => void,
): void {
  identity.state = 'leaving';
  const heir = identity.predecessor;
  const again = (at: number) => {
    const delayMs = AGAIN_MS + randomBelow(node.random, AGAIN_MS);
    node.after(at + delayMs, (then) => {
      if (identity.state === 'leaving') leave(node, then, identity, done);
    });
  };
  if (heir === undefined || identity.ownsAll) {
    if (identity.successor !== undefined) return again(now);
    node.hasLeft(now, identity);
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
      node.hasLeft(at, identity);
      done(at);
    });
  }
  const link = node.linkTo(now, heir);
  const out = link.ask(now, FrameType.leave, node.lines.replies, (at, reply) => {
    if (identity.state !== 'leaving') return;
    if (reply === null) node.suspect(at, heir);
    if (reply === null || reply.u8() !== Status.ok || identity.handover !== null) return again(at);
    identity.leaveDone = done;
    new Handover(node, identity, heir, true, again).start(at);
  });
  out.address(heir.address);
  out.member(identity.member);
  link.send();
}

export function answerLeave(node: RingNode, now: number, link: Link, frame: Frame): boolean {
  const target = frame.address();
  const leaver = frame.member(node.commons.members);
  if (!frame.isWhole) return false;
  const status = canInherit(node.identityAt(target), leaver) ? Status.ok : Status.refused;
  if (status === Status.ok) node.upkeep.receiving(now);
  answerStatus(link, FrameType.leave, frame.request, status);
  return true;
}

/** Our arc ends where the leaver's begins, and nobody else is about to take a part of ours. */
function canInherit(identity: Identity | null, leaver: Member): boolean {
  if (!identity?.isMember || identity.handover !== null) return false;
  return identity.successor === leaver && equalIds(identity.end, 0, leaver.hash, 0);
}

function sendInherit(
  node: RingNode,
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
    node.hasLeft(at, identity);
    identity.leaveDone?.(at);
  });
  out.address(heir.address);
  out.member(identity.member);
  out.raw(identity.end);
  out.list(identity.successors);
  link.send();
  identity.isYielding = true;
}

/** Nobody knows whether the heir took it: it is asked until it says so, or is given up. */
function inheritAgain(
  node: RingNode,
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

export function answerInherit(node: RingNode, now: number, link: Link, frame: Frame): boolean {
  const { members } = node.commons;
  const target = frame.address();
  const leaver = frame.member(members);
  const end = frame.id();
  const successors = frame.list(members);
  if (!frame.isWhole) return false;
  const identity = node.identityAt(target);
  const isFine = canInherit(identity, leaver);
  const isDone = isFine || (identity?.isMember === true && identity.inherited === leaver);
  answerStatus(link, FrameType.inherit, frame.request, isDone ? Status.ok : Status.refused);
  if (isFine) inherit(node, now, identity!, leaver, end, successors);
  return true;
}

function inherit(
  node: RingNode,
  now: number,
  identity: Identity,
  leaver: Member,
  end: Uint8Array,
  successors: readonly Member[],
): void {
  const isGone = (member: Member) => member === leaver || node.isGone(now, member);
  identity.inherited = leaver;
  node.leaveBehind(now, leaver);
  node.upkeep.forget(leaver);
  const first = successors[0];
  const list =
    first === undefined
      ? []
      : chained(identity.member, first, successors.slice(1), node.listProcesses, isGone);
  const others = identity.predecessors.filter((member) => member !== leaver);
  const wasSettled = identity.isSettled;
  moveEnd(node, now, identity, equalIds(end, 0, leaver.hash, 0) ? identity.hash : end);
  // All that the leaver acknowledged is here already.
  identity.isSettled = wasSettled;
  setSuccessors(node, now, identity, list);
  setPredecessors(node, now, identity, others);
  refreshCopies(node, now, identity);
  if (identity.successor) exchange(node, now, identity, identity.successor);
}
