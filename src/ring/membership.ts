/**
 * Membership: who our neighbours are, and whether they live. One exchange does it all, once a second
 * with the first successor and at once with whoever is news: my lists for yours.
 *
 *     stabilise   s1's lists show somebody between us: speak to it; it answers: it is s1 now
 *     rectify     who speaks to us from between us and our predecessor is our predecessor now;
 *                 a farther one becomes it only when the nearer one is dead
 *     adopt       lists are taken whole from s1 and P1 (neighbours.ts)
 *     widen       the arc grows only when the new s1 says that we are its predecessor
 *
 * A neighbour is adopted on its own word only, never on hearsay: it has just spoken, so it lives.
 * A silent one is asked again on a fresh connection, then through two others, and then given up.
 * "I am no member" is as good as silence. Whoever was given up is not taken from others' lists for a
 * while, unless it speaks to us itself.
 *
 * Two rings that grew apart find each other again: every node remembers whom it ever saw, and looks
 * itself up through one of them now and then. If that leads to somebody else, the two are each
 * other's neighbours, and speaking with each other's neighbours zips the two circles into one.
 *
 * The older policies leave parts out. `chord-2001`: no indirect pulse, no word of the new s1 before
 * claiming, no self-test, and the list refreshed entry by entry (Stoica et al. 2001, fig. 7).
 * `class-2019`: two successors, the second only asked for (ABD) when the first has died.
 */
import { isBetween } from '../core/arc.ts';
import { equalIds } from '../core/id.ts';
import { randomBelow } from '../core/random.ts';
import { answerStatus } from './answers.ts';
import type { Identity } from './circle/identity.ts';
import type { Member } from './circle/member.ts';
import { chained, firstBetween, lastBetween, sameMembers } from './circle/neighbours.ts';
import { refreshCopies, widened } from './copies/repair.ts';
import { type Frame, FrameType, type FrameWriter, REPLY, Status } from './frames.ts';
import { pulsePlain, stabilisePlain } from './handover/plain.ts';
import type { Link } from './link.ts';
import type { RingNode } from './node.ts';
import { Operation } from './routing.ts';

/** A predecessor is asked itself after so many pulses without a word from it. */
const QUIET_PULSES = 3;
/** Others through whom a silent member is asked. */
const INDIRECT = 2;
/** Changes of our lists that are passed on at once, per pulse. */
const PASSED_ON = 32;
/** A class program that has joined refuses connections for a second or so; five, where it is slow. */
const SETTLE_IN_MS = 5000;
const DEAD = 0;
const ALIVE = 1;

// The regular round.

export function pulse(node: RingNode, now: number, identity: Identity): void {
  const { pulseMs } = node.settings;
  // A tenth of chance keeps a thousand nodes from asking in the same moment.
  identity.pulseAtMs = now + pulseMs - randomBelow(node.random, Math.ceil(pulseMs / 10));
  identity.passedOn = 0;
  const { successor, predecessor } = identity;
  if (successor) exchange(node, now, identity, successor);
  if (node.settings.policy === 'class-2019') return;
  const isQuiet = identity.heardAtMs + QUIET_PULSES * pulseMs < now;
  if (predecessor && isQuiet) exchange(node, now, identity, predecessor);
  if (node.settings.policy === 'chord-2001') return refreshEntry(node, now, identity);
  checkNext(node, now, identity);
  for (const write of identity.writes ?? []) write.spread(now);
}

/** One more of the lists is asked whether it lives, in turn. */
function checkNext(node: RingNode, now: number, identity: Identity): void {
  const { successors, predecessors } = identity;
  const at = identity.nextChecked++ % (successors.length + predecessors.length || 1);
  const member = at < successors.length ? successors[at] : predecessors[at - successors.length];
  if (member && member !== identity.successor) probe(node, now, member);
}

/**
 * chord-2001: entry i + 1 of the list is the successor of entry i, asked one at a time; s1 says its own
 * with each stabilise.
 */
function refreshEntry(node: RingNode, now: number, identity: Identity): void {
  const at = 1 + (identity.nextChecked++ % (identity.successors.length - 1 || 1));
  const entry = identity.successors[at];
  if (!entry || at + 1 >= node.listProcesses) return;
  ask(node, now, identity, entry, (then, _predecessors, successors) => {
    const next = successors[0];
    if (!next || identity.successors[at] !== entry || next === identity.member) return;
    const list = [...identity.successors];
    list[at + 1] = next;
    setSuccessors(node, then, identity, list);
  });
}

type Lists = (now: number, predecessors: Member[], successors: Member[]) => void;

/** My lists for yours, and what follows from them. One at a time with each. */
export function exchange(node: RingNode, now: number, identity: Identity, to: Member): void {
  if (node.settings.policy === 'class-2019') return pulseOnly(node, now, identity, to);
  ask(node, now, identity, to, (at, predecessors, successors) => {
    heard(node, at, identity, to, predecessors, successors);
  });
}

function ask(node: RingNode, now: number, identity: Identity, to: Member, done: Lists): void {
  // An heir that hears from us once more would take us back.
  if (!identity.isMember || identity.isYielding) return;
  if (node.isPlain(to)) return pulseNeighbour(node, now, identity, to);
  if (identity.exchanges.has(to.address)) return;
  identity.exchanges.add(to.address);
  const shown = { before: identity.predecessors, after: identity.successors };
  const link = node.linkTo(now, to);
  const out = link.ask(now, FrameType.neighbours, node.lines.pulses, (at, reply) => {
    identity.exchanges.delete(to.address);
    if (reply === null) {
      // We may just have learnt that it is plain.
      return node.isPlain(to) ? pulseNeighbour(node, at, identity, to) : node.suspect(at, to);
    }
    const status = reply.u8();
    if (status === Status.notMember) return denied(node, at, now, to);
    const predecessors = reply.list(node.commons.members);
    const successors = reply.list(node.commons.members);
    const known = reply.list(node.commons.members);
    if (!reply.isWhole || status !== Status.ok || !identity.isMember) return;
    learnAll(node, known);
    node.gone.delete(to.address);
    clear(node, to);
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
function pulseNeighbour(node: RingNode, now: number, identity: Identity, to: Member): void {
  if (to === identity.successor) return stabilisePlain(node, now, identity, to);
  if (to !== identity.predecessor) return;
  pulsePlain(node, now, to, (at, isAlive) => {
    if (isAlive) identity.heardAtMs = at;
    else node.suspect(at, to);
  });
}

function pulseOnly(node: RingNode, now: number, identity: Identity, to: Member): void {
  if (to === identity.successor) probe(node, now, to);
}

/** Our lists, and somebody we know: so that a whole ring knows whom any of it has met. */
function putLists(node: RingNode, out: FrameWriter, identity: Identity): void {
  out.list(identity.predecessors);
  out.list(identity.successors);
  const someone = node.upkeep.someoneKnown();
  out.list(someone === null ? [] : [someone]);
}

function learnAll(node: RingNode, list: readonly Member[]): void {
  for (const member of list) node.upkeep.learn(member);
}

export function answerNeighbours(node: RingNode, now: number, link: Link, frame: Frame): boolean {
  const { members } = node.commons;
  const { request } = frame;
  const target = frame.address();
  const from = frame.member(members);
  const predecessors = frame.list(members);
  const successors = frame.list(members);
  const known = frame.list(members);
  if (!frame.isWhole) return false;
  learnAll(node, known);
  const identity = node.identityAt(target);
  if (!identity?.isMember) {
    answerStatus(link, FrameType.neighbours, request, Status.notMember);
    return true;
  }
  node.gone.delete(from.address);
  clear(node, from);
  if (node.settings.policy !== 'class-2019') {
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
  node: RingNode,
  now: number,
  identity: Identity,
  from: Member,
  predecessors: readonly Member[],
  successors: readonly Member[],
): void {
  const { member } = identity;
  if (from === member) return;
  node.upkeep.learn(from);
  const isGone = (other: Member) => node.isGone(now, other);
  const s1 = identity.successor;
  const isChord = node.settings.policy === 'chord-2001';
  if (s1 === undefined || from === s1 || between(from, member, s1)) {
    const rest = isChord ? entryByEntry(identity, from, successors) : successors;
    setSuccessors(node, now, identity, chained(member, from, rest, node.listProcesses, isGone));
  }
  const p1 = identity.predecessor;
  if (p1 === undefined || from === p1 || between(from, p1, member)) {
    identity.heardAtMs = now;
    const list = chained(member, from, predecessors, node.listProcesses, isGone);
    setPredecessors(node, now, identity, list);
  } else if (successors[0] === member && !isChord) {
    // It takes us for its successor; there is somebody between us, or there was.
    exchange(node, now, identity, p1);
  }
  if (from === identity.successor) confirmEnd(node, now, identity, predecessors[0]);
  for (const list of [predecessors, successors]) {
    const next = firstBetween(member, identity.successor, list, isGone);
    if (next !== null) exchange(node, now, identity, next);
    const previous = isChord ? null : lastBetween(identity.predecessor, member, list, isGone);
    if (previous !== null) exchange(node, now, identity, previous);
  }
}

/** The first Chord took no more than one entry from its successor, and the rest one by one. */
function entryByEntry(
  { successor, successors }: Identity,
  from: Member,
  theirs: readonly Member[],
): readonly Member[] {
  const next = theirs[0];
  return from === successor && next ? [next, ...successors.slice(2)] : successors;
}

function between(member: Member, from: Member, to: Member): boolean {
  return isBetween(member.hash, 0, from.hash, 0, to.hash, 0);
}

// Lists and arcs.

export function setSuccessors(
  node: RingNode,
  now: number,
  identity: Identity,
  list: Member[],
): void {
  const { policy } = node.settings;
  if (policy === 'class-2019') list = list.slice(0, 2);
  if (sameMembers(list, identity.successors)) return;
  const before = identity.successor;
  identity.successors = list;
  // Whose copies we keep depends on all of the list.
  node.upkeep.moved(now);
  const successor = list[0];
  for (const member of list) node.upkeep.learn(member);
  if (successor === undefined) {
    // Nobody is left: all of the circle is ours to answer for.
    moveEnd(node, now, identity, identity.hash);
  } else if (isBetween(successor.hash, 0, identity.hash, 0, identity.end, 0)) {
    moveEnd(node, now, identity, successor.hash);
  } else if (policy !== 'correct' || node.isPlain(successor)) {
    // Nobody there could tell us more.
    moveEnd(node, now, identity, successor.hash);
  }
  passOn(node, now, identity, identity.predecessor);
  if (successor === before) return;
  const { address } = identity.member;
  node.event({ kind: 'successor', identity: address, successor: successor?.address ?? 0 });
  if (successor) exchange(node, now, identity, successor);
}

export function setPredecessors(
  node: RingNode,
  now: number,
  identity: Identity,
  list: Member[],
): void {
  if (sameMembers(list, identity.predecessors)) return;
  const before = identity.predecessor;
  identity.predecessors = list;
  const predecessor = list[0];
  refreshCopies(node, now, identity);
  passOn(node, now, identity, identity.successor);
  if (predecessor === before) return;
  identity.heardAtMs = now;
  const { address } = identity.member;
  node.event({ kind: 'predecessor', identity: address, predecessor: predecessor?.address ?? 0 });
  if (predecessor) exchange(node, now, identity, predecessor);
}

/**
 * Our list has changed, and with it the list of the neighbour on the other side: it hears of it now,
 * not with the next pulse, so that all of a new node's neighbours know their backups within a few
 * round trips. Bounded, for two who disagree must not talk without end.
 */
function passOn(node: RingNode, now: number, identity: Identity, to: Member | undefined): void {
  if (to === undefined || node.settings.policy !== 'correct') return;
  if (identity.passedOn++ < PASSED_ON) exchange(node, now, identity, to);
}

/** s1 has said who its predecessor is: if it is us, all up to s1 is ours. */
function confirmEnd(
  node: RingNode,
  now: number,
  identity: Identity,
  itsPredecessor: Member | undefined,
): void {
  if (itsPredecessor !== identity.member) return;
  moveEnd(node, now, identity, identity.successor!.hash);
}

/** Moves the end of our arc. What it gains has been somebody else's until now. */
export function moveEnd(node: RingNode, now: number, identity: Identity, end: Uint8Array): void {
  const before = identity.end;
  if (equalIds(before, 0, end, 0)) return;
  const isNarrower = isBetween(end, 0, identity.hash, 0, before, 0);
  identity.end = end;
  if (!isNarrower) widened(now, identity);
  node.arcChanged(now, identity);
}

// The silent and the dead.

/** Asks a member for a sign of life on whatever connection there is. */
function probe(node: RingNode, now: number, member: Member): void {
  askPulse(node, now, member, (at, status) => {
    if (status === null) node.suspect(at, member);
    else if (status !== Status.ok) denied(node, at, now, member);
  });
}

function askPulse(
  node: RingNode,
  now: number,
  member: Member,
  done: (now: number, status: number | null) => void,
): void {
  if (node.isPlain(member) && !node.isOwn(member)) {
    return pulsePlain(node, now, member, (at, isAlive) => done(at, isAlive ? Status.ok : null));
  }
  const link = node.linkTo(now, member);
  const out = link.ask(now, FrameType.pulse, node.lines.pulses, (at, reply) => {
    done(at, reply === null ? null : reply.u8());
  });
  out.address(member.address);
  link.send();
}

export function answerPulse(node: RingNode, link: Link, frame: Frame): boolean {
  const target = frame.address();
  if (!frame.isWhole) return false;
  const isMember = node.identityAt(target)?.isMember === true;
  const status = isMember ? Status.ok : Status.notMember;
  answerStatus(link, FrameType.pulse, frame.request, status);
  return true;
}

export function answerIndirect(node: RingNode, now: number, link: Link, frame: Frame): boolean {
  const { request } = frame;
  const member = frame.member(node.commons.members);
  if (!frame.isWhole) return false;
  askPulse(node, now, member, (_now, status) => {
    link.begin(FrameType.indirect | REPLY, request).u8(status === Status.ok ? ALIVE : DEAD);
    link.send();
  });
  return true;
}

/** Something that we asked of a member was not answered. */
export function suspect(node: RingNode, now: number, member: Member): void {
  if (!node.isNeighbour(member) || node.suspects.has(member.address)) return;
  if (member.isPlain && isSettlingIn(node, now, member)) return;
  node.suspects.add(member.address);
  const isIndirect = node.settings.policy === 'correct';
  askPulse(node, now, member, (at, status) => {
    if (status === null && isIndirect) return askOthers(node, at, member);
    if (!node.suspects.delete(member.address)) return;
    if (status === null) drop(node, at, member, true);
    else if (status !== Status.ok) denied(node, at, now, member);
  });
}

/** There are class programs that listen only when their join is over, and look around before. */
function isSettlingIn(node: RingNode, now: number, member: Member): boolean {
  return node.identities.some(
    ({ admitted, admittedAtMs }) => admitted === member && now < admittedAtMs + SETTLE_IN_MS,
  );
}

/** A process that speaks lives, whatever was begun against the one that had its place before. */
function clear(node: RingNode, { home }: Member): void {
  for (const address of node.suspects) {
    if (node.commons.members.of(address).home === home) node.suspects.delete(address);
  }
}

function askOthers(node: RingNode, now: number, member: Member): void {
  const others = node.neighbours().filter((other) => other.home !== member.home);
  let waiting = Math.min(INDIRECT, others.length);
  let isAlive = false;
  const heardOf = (at: number) => {
    if (waiting > 0) return;
    const isSuspected = node.suspects.delete(member.address);
    if (!isAlive && isSuspected) drop(node, at, member, true);
  };
  for (let i = waiting; i > 0; i--) {
    const other = others.splice(randomBelow(node.random, others.length), 1)[0]!;
    const link = node.linkTo(now, other);
    const out = link.ask(now, FrameType.indirect, node.lines.replies, (at, reply) => {
      waiting--;
      if (reply !== null && reply.u8() === ALIVE) isAlive = true;
      heardOf(at);
    });
    out.member(member);
    link.send();
  }
  heardOf(now);
}

/** It says that it is no member; a joiner may have said so before it got the word that it is one. */
function denied(node: RingNode, now: number, askedAtMs: number, member: Member): void {
  const isOutdated = node.identities.some(
    ({ admitted, admittedAtMs }) => admitted === member && askedAtMs <= admittedAtMs,
  );
  if (!isOutdated) drop(node, now, member, false);
}

/** Gives a member up; with its whole process, if that is what died. */
export function drop(node: RingNode, now: number, member: Member, isDead: boolean): void {
  const isOut = (other: Member) =>
    other === member || (isDead && other.home === member.home && !node.isOwn(other));
  node.counters.lost++;
  node.leaveBehind(now, member);
  for (const identity of node.identities) {
    for (const other of [...identity.fingers.members]) {
      if (isOut(other)) identity.fingers.remove(other);
    }
    if (!identity.isMember) continue;
    const { successors, predecessors } = identity;
    const hadIt = successors.some(isOut) || predecessors.some(isOut);
    if (!hadIt) continue;
    for (const other of [...successors, ...predecessors]) {
      if (isOut(other)) node.leaveBehind(now, other);
    }
    node.event({ kind: 'lost', identity: identity.member.address, peer: member.address });
    let rest = successors.filter((other) => !isOut(other));
    const before = predecessors.filter((other) => !isOut(other));
    const wasFirst = successors[0] !== rest[0];
    // The farthest predecessor is the nearest successor that we still know.
    if (rest.length === 0 && before.length > 0 && node.settings.policy === 'correct') {
      rest = [before.at(-1)!];
    }
    setSuccessors(node, now, identity, rest);
    setPredecessors(node, now, identity, before);
    if (wasFirst && node.settings.policy === 'class-2019') abandoned(node, now, identity);
  }
}

/** class-2019: the new s1 is asked for its successor, which becomes our second. */
function abandoned(node: RingNode, now: number, identity: Identity): void {
  const { successor } = identity;
  if (!successor) return;
  ask(node, now, identity, successor, (at, _predecessors, successors) => {
    const second = successors[0];
    if (identity.successor !== successor || !second) return;
    setSuccessors(
      node,
      at,
      identity,
      second === identity.member ? [successor] : [successor, second],
    );
  });
}

// Finding what was lost.

/** Looks ourselves up through somebody we once knew. */
export function selfTest(node: RingNode, now: number, identity: Identity): void {
  const via = node.upkeep.someoneKnown();
  if (via === null || !identity.isMember) return;
  const key = new Uint8Array(identity.hash);
  new Operation(node, 'owner', key, null, 'one', [via], (at, _outcome, owner) => {
    if (owner === null || owner === identity.member || node.isOwn(owner)) return;
    // It answers for our own place: it has never heard of us.
    node.gone.delete(owner.address);
    exchange(node, at, identity, owner);
  }).start(now);
}

/** Looks up the next finger; false when all have been looked up since it last said so. */
export function refreshFinger(node: RingNode, now: number, identity: Identity): boolean {
  const target = new Uint8Array(20);
  const bit = identity.fingers.next(identity.member, identity.successors.at(-1), target);
  if (bit < 0) return false;
  new Operation(node, 'owner', target, null, 'one', null, (_at, _outcome, owner) => {
    if (owner !== null) identity.fingers.set(bit, owner, identity.member);
  }).start(now);
  return true;
}
