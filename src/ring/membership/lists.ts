/**
 * Lists: who our neighbours are. Once a pulse with the first successor, and at once with whoever is
 * news, a node shows its lists and is shown the other's.
 *
 *     stabilise   s1's lists show somebody between us: speak to it; it answers: it is s1 now
 *     rectify     who speaks to us from between us and our predecessor is our predecessor now;
 *                 a farther one becomes it only when the nearer one is dead
 *     adopt       lists are taken whole from s1 and P1 (circle/neighbours.ts)
 *     widen       the arc grows only when the new s1 says that we are its predecessor
 *
 * A neighbour is adopted on its own word only, never on hearsay: it has just spoken, so it lives.
 * "I am no member" is as good as silence. Whoever was given up is not taken from others' lists for a
 * while, unless it speaks to us itself.
 *
 * A class program has no lists to show: its `ABD` tells who follows it, and so on until ours is full.
 */
import { isBetween } from '../../core/arc.ts';
import { equalIds, formatId } from '../../core/id.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { chained, firstBetween, lastBetween, sameMembers } from '../circle/neighbours.ts';
import { refreshCopies, widened } from '../copies/repair.ts';
import { type Frame, FrameType, type FrameWriter, REPLY, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import { pulsePlain, tell } from '../routing/plain-calls.ts';
import type { RingState } from '../state.ts';

/** Changes of our lists that are passed on at once, per pulse. */
const PASSED_ON = 32;

/** Hears the lists of a neighbour. */
type Lists = (now: number, predecessors: Member[], successors: Member[]) => void;

/** Speaks to a neighbour, as the policy has it. */
export function askNeighbours(node: RingState, now: number, identity: Identity, to: Member): void {
  node.policy.greet(node, now, identity, to);
}

/** My lists for yours, and what follows from them. One at a time with each. */
export function showLists(node: RingState, now: number, identity: Identity, to: Member): void {
  askLists(node, now, identity, to, (at, predecessors, successors) => {
    heard(node, at, identity, to, predecessors, successors);
  });
}

export function askLists(
  node: RingState,
  now: number,
  identity: Identity,
  to: Member,
  done: Lists,
): void {
  // An heir that hears from us once more would take us back.
  if (!identity.isMember || identity.isYielding) return;
  if (node.isPlain(to)) return pulseNeighbour(node, now, identity, to);
  if (identity.asking.has(to.address)) return;
  identity.asking.add(to.address);
  const shown = { before: identity.predecessors, after: identity.successors };
  const link = node.linkTo(now, to);
  const out = link.ask(now, FrameType.neighbours, node.lines.pulses, (at, reply) => {
    identity.asking.delete(to.address);
    if (reply === null) {
      // We may just have learnt that it is plain.
      return node.isPlain(to) ? pulseNeighbour(node, at, identity, to) : node.suspect(at, to);
    }
    const status = reply.u8();
    if (status === Status.notMember) return node.denied(at, now, to);
    const predecessors = reply.list(node.shared.members);
    const successors = reply.list(node.shared.members);
    const known = reply.list(node.shared.members);
    if (!reply.isWhole || status !== Status.ok || !identity.isMember) return;
    learnAll(node, known);
    node.hasSpoken(to);
    done(at, predecessors, successors);
    // What it goes by has changed since we showed it.
    const isStale =
      to === identity.successor
        ? identity.predecessors !== shown.before
        : to === identity.predecessor && identity.successors !== shown.after;
    if (isStale) passOn(node, at, identity, to);
  });
  out.address(to.address);
  out.member(identity.member);
  putLists(node, out, identity);
  link.send();
}

/** A class program has no lists to exchange: is it there, and if it is s1, who follows it? */
function pulseNeighbour(node: RingState, now: number, identity: Identity, to: Member): void {
  if (to === identity.successor) return stabilisePlain(node, now, identity, to);
  if (to !== identity.predecessor) return;
  pulsePlain(node, now, to, (at, isAlive) => {
    if (isAlive) identity.heardAtMs = at;
    else node.suspect(at, to);
  });
}

/** Our first successor is plain: does it live, and who follows it? */
function stabilisePlain(node: RingState, now: number, identity: Identity, s1: Member): void {
  pulsePlain(node, now, s1, (at, isAlive) => {
    if (!isAlive) return node.suspect(at, s1);
    if (identity.successor !== s1) return;
    moveEnd(node, at, identity, s1.hash);
    fillList(node, at, identity, [s1]);
  });
}

/** Walks from successor to successor until the list is as long as it should be. */
function fillList(node: RingState, now: number, identity: Identity, list: Member[]): void {
  const last = list.at(-1)!;
  const finish = (at: number, rest: readonly Member[]) => {
    if (identity.successor !== list[0]) return;
    const isGone = (member: Member) => node.isGone(at, member);
    const all = [...list.slice(1), ...rest];
    setSuccessors(
      node,
      at,
      identity,
      chained(identity.member, list[0], all, node.listProcesses, isGone),
    );
  };
  if (list.length >= node.listProcesses || last === identity.member) return finish(now, []);
  tell(node, now, last, { command: 'abandoned' }, (at, outcome) => {
    // Some have no ABD: then what we knew behind it stays.
    if (outcome.kind !== 'address') {
      const after = identity.successors.indexOf(last);
      return finish(at, after < 0 ? [] : identity.successors.slice(after + 1));
    }
    const next = node.shared.members.of(outcome.address);
    if (list.includes(next) || next === identity.member) return finish(at, []);
    fillList(node, at, identity, [...list, next]);
  });
}

/** Our lists, and somebody we know: so that a whole ring knows whom any of it has met. */
function putLists(node: RingState, out: FrameWriter, identity: Identity): void {
  out.list(identity.predecessors);
  out.list(identity.successors);
  const someone = node.memory.someoneKnown();
  out.list(someone === null ? [] : [someone]);
}

function learnAll(node: RingState, list: readonly Member[]): void {
  for (const member of list) node.memory.learn(member);
}

export function answerNeighbours(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const { members } = node.shared;
  const { request } = frame;
  const target = frame.address();
  const from = frame.member(members);
  const predecessors = frame.list(members);
  const successors = frame.list(members);
  const known = frame.list(members);
  if (!frame.isWhole || !link.speaksFor(from)) return false;
  learnAll(node, known);
  const identity = node.identityAt(target);
  if (!identity?.isMember) {
    link.answerStatus(FrameType.neighbours, request, Status.notMember);
    return true;
  }
  node.hasSpoken(from);
  if (node.policy.showsLists) {
    heard(node, now, identity, from, predecessors, successors);
  }
  const out = link.begin(FrameType.neighbours | REPLY, request);
  out.u8(Status.ok);
  putLists(node, out, identity);
  link.send();
  return true;
}

/** A member spoke to us and showed its lists. */
function heard(
  node: RingState,
  now: number,
  identity: Identity,
  from: Member,
  predecessors: readonly Member[],
  successors: readonly Member[],
): void {
  const { member } = identity;
  if (from === member) return;
  node.memory.learn(from);
  node.resigned.delete(from.home);
  const isGone = (other: Member) => node.isGone(now, other);
  const s1 = identity.successor;
  const { usesPredecessors } = node.policy;
  if (s1 === undefined || from === s1 || between(from, member, s1)) {
    const rest = node.policy.following(identity, from, successors);
    setSuccessors(node, now, identity, chained(member, from, rest, node.listProcesses, isGone));
  }
  const p1 = identity.predecessor;
  if (p1 === undefined || from === p1 || between(from, p1, member)) {
    identity.heardAtMs = now;
    const list = chained(member, from, predecessors, node.listProcesses, isGone);
    setPredecessors(node, now, identity, list);
  } else if (successors[0] === member && usesPredecessors) {
    // It takes us for its successor; there is somebody between us, or there was.
    askNeighbours(node, now, identity, p1);
  }
  if (from === identity.successor) confirmEnd(node, now, identity, predecessors[0]);
  for (const list of [predecessors, successors]) {
    const next = firstBetween(member, identity.successor, list, isGone);
    if (next !== null) askNeighbours(node, now, identity, next);
    const previous = usesPredecessors
      ? lastBetween(identity.predecessor, member, list, isGone)
      : null;
    if (previous !== null) askNeighbours(node, now, identity, previous);
  }
}

function between(member: Member, from: Member, to: Member): boolean {
  return isBetween(member.hash, 0, from.hash, 0, to.hash, 0);
}

// Lists and arcs.

export function setSuccessors(
  node: RingState,
  now: number,
  identity: Identity,
  list: Member[],
): void {
  list = node.policy.kept(list);
  if (sameMembers(list, identity.successors)) return;
  const before = identity.successor;
  identity.successors = list;
  // Whose copies we keep depends on all of the list.
  node.moved(now);
  const successor = list[0];
  for (const member of list) node.memory.learn(member);
  meet(node, now, list);
  if (successor === undefined) {
    // Nobody is left: all of the circle is ours to answer for.
    moveEnd(node, now, identity, identity.hash);
  } else if (isBetween(successor.hash, 0, identity.hash, 0, identity.end, 0)) {
    moveEnd(node, now, identity, successor.hash);
  } else if (node.policy.claimsAtOnce || node.isPlain(successor)) {
    // Nobody there could tell us more.
    moveEnd(node, now, identity, successor.hash);
  }
  passOn(node, now, identity, identity.predecessor);
  if (successor === before) return;
  const { address } = identity.member;
  node.event({ kind: 'successor', identity: address, successor: successor?.address ?? 0 });
  if (successor) askNeighbours(node, now, identity, successor);
}

export function setPredecessors(
  node: RingState,
  now: number,
  identity: Identity,
  list: Member[],
): void {
  if (sameMembers(list, identity.predecessors)) return;
  const before = identity.predecessor;
  identity.predecessors = list;
  const predecessor = list[0];
  meet(node, now, list);
  refreshCopies(node, now, identity);
  passOn(node, now, identity, identity.successor);
  if (predecessor === before) return;
  identity.heardAtMs = now;
  const { address } = identity.member;
  node.event({ kind: 'predecessor', identity: address, predecessor: predecessor?.address ?? 0 });
  if (predecessor) askNeighbours(node, now, identity, predecessor);
}

/** Which of them share a process they have to say themselves. */
function meet(node: RingState, now: number, list: readonly Member[]): void {
  for (const member of list) {
    if (!member.isProven && !node.isPlain(member)) node.linkTo(now, member);
  }
}

/**
 * Our list has changed, and with it the list of the neighbour on the other side: it hears of it now,
 * not with the next pulse, so that all of a new node's neighbours know their backups within a few
 * round trips. Bounded, for two who disagree must not talk without end.
 */
function passOn(node: RingState, now: number, identity: Identity, to: Member | undefined): void {
  if (to === undefined || !node.policy.passesOn) return;
  if (identity.passedOn++ < PASSED_ON) askNeighbours(node, now, identity, to);
}

/** s1 has said who its predecessor is: if it is us, all up to s1 is ours. */
function confirmEnd(
  node: RingState,
  now: number,
  identity: Identity,
  itsPredecessor: Member | undefined,
): void {
  if (itsPredecessor !== identity.member) return;
  moveEnd(node, now, identity, identity.successor!.hash);
}

/** Moves the end of our arc. What it gains has been somebody else's until now. */
export function moveEnd(node: RingState, now: number, identity: Identity, end: Uint8Array): void {
  if (identity.isTitled) {
    // With titles it takes a majority to move it.
    identity.reach = end;
    return node.reachOut(now, identity);
  }
  const before = identity.end;
  if (equalIds(before, 0, end, 0)) return;
  const isNarrower = isBetween(end, 0, identity.hash, 0, before, 0);
  identity.end = end;
  if (!isNarrower) widened(node, now, identity);
  const { address } = identity.member;
  node.event({ kind: 'arc', identity: address, end: formatId(end) });
  node.moved(now);
}
