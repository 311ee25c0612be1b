/**
 * Life: whether our neighbours live. A silent one is asked again on a fresh connection, then through
 * two others, and then given up, with its whole process if that is what died.
 *
 *     silence ── suspect: a pulse ── silence ── indirect: two others ── dead ──▶ drop
 *                             └ "I am no member" ──────────────────────────────▶ drop
 */
import { randomBelow } from '../../core/random.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { type Frame, FrameType, REPLY, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import { pulsePlain } from '../routing/plain-calls.ts';
import type { RingState } from '../state.ts';
import { setPredecessors, setSuccessors } from './lists.ts';

/** Others through whom a silent member is asked. */
const INDIRECT = 2;

/** A class program that has joined refuses connections for a second or so; five, where it is slow. */
const LISTENS_LATE_MS = 5000;

/**
 * Whoever has lost all successors at once looks itself up with so many pulses. Through one whom it knows in
 * each of two halves of a torn ring it finds the other half with half of them.
 */
const SEARCHES = 16;

const DEAD = 0;

const ALIVE = 1;
/** Beside a sign of life: I am about to go. */
const LEAVING = 1;

/**
 * What a member says of itself when it is asked whether it lives: that it is a member, one that is leaving,
 * or none. Or nobody listens there; or nothing comes back.
 */
export type Sign = 'member' | 'leaving' | 'none' | 'refused' | 'silent';

function isSilence(sign: Sign): boolean {
  return sign === 'silent' || sign === 'refused';
}

/** Asks a member for a sign of life on whatever connection there is. */
export function probe(node: RingState, now: number, member: Member): void {
  askPulse(node, now, member, (at, sign) => {
    if (isSilence(sign)) suspect(node, at, member);
    else if (sign === 'none') denied(node, at, now, member);
  });
}

/** Asks for a sign of life; `done` hears what comes back. */
export function askPulse(
  node: RingState,
  now: number,
  member: Member,
  done: (now: number, sign: Sign) => void,
): void {
  if (node.isPlain(member) && !node.isOwn(member)) {
    return pulsePlain(node, now, member, (at, isAlive) => done(at, isAlive ? 'member' : 'silent'));
  }
  const link = node.linkTo(now, member);
  const out = link.ask(now, FrameType.pulse, node.lines.pulses, (at, reply) => {
    if (reply === null) return done(at, link.isRefused ? 'refused' : 'silent');
    const isMember = reply.u8() === Status.ok;
    const isLeaving = reply.u8() === LEAVING;
    if (isMember && !isLeaving) node.resigned.delete(member.home);
    done(at, isMember ? (isLeaving ? 'leaving' : 'member') : 'none');
  });
  out.address(member.address);
  link.send();
}

export function answerPulse(node: RingState, link: Link, frame: Frame): boolean {
  const target = frame.address();
  if (!frame.isWhole) return false;
  const identity = node.identityAt(target);
  const out = link.begin(FrameType.pulse | REPLY, frame.request);
  out.u8(identity?.isMember === true ? Status.ok : Status.notMember);
  out.u8(node.isLeaving ? LEAVING : 0);
  link.send();
  return true;
}

export function answerIndirect(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const { request } = frame;
  const member = frame.member(node.shared.members);
  if (!frame.isWhole) return false;
  askPulse(node, now, member, (_now, sign) => {
    const isAlive = sign === 'member' || sign === 'leaving';
    link.begin(FrameType.indirect | REPLY, request).u8(isAlive ? ALIVE : DEAD);
    link.send();
  });
  return true;
}

/** Something that we asked of a member was not answered. */
export function suspect(node: RingState, now: number, member: Member): void {
  if (!node.isNeighbour(member) || node.suspects.has(member.address)) return;
  if (member.isPlain && mayListenLate(node, now, member)) return;
  node.suspects.add(member.address);
  const { asksOthers } = node.policy;
  askPulse(node, now, member, (at, sign) => {
    if (isSilence(sign) && asksOthers) return askOthers(node, at, member);
    if (!node.suspects.delete(member.address)) return;
    if (isSilence(sign)) drop(node, at, member, true);
    else if (sign === 'none') denied(node, at, now, member);
  });
}

/** There are class programs that listen only when their join is over, and look around before. */
function mayListenLate(node: RingState, now: number, member: Member): boolean {
  return node.identities.some(
    ({ admitted, admittedAtMs }) => admitted === member && now < admittedAtMs + LISTENS_LATE_MS,
  );
}

function askOthers(node: RingState, now: number, member: Member): void {
  const others = node.neighbours().filter((other) => other.home !== member.home);
  let waiting = Math.min(INDIRECT, others.length);
  let isAlive = false;
  const heardOf = (at: number) => {
    if (waiting > 0) return;
    const isSuspected = node.suspects.delete(member.address);
    if (!isAlive && isSuspected) drop(node, at, member, true);
  };
  for (let i = waiting; i > 0; i--) {
    const other = others.splice(randomBelow(node.random, others.length), 1)[0];
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
export function denied(node: RingState, now: number, askedAtMs: number, member: Member): void {
  const isOutdated = node.identities.some(
    ({ admitted, admittedAtMs }) => admitted === member && askedAtMs <= admittedAtMs,
  );
  if (!isOutdated) drop(node, now, member, false);
}

/** Gives a member up; with its whole process, if that is what died. */
function drop(node: RingState, now: number, member: Member, isDead: boolean): void {
  const isOut = (other: Member) =>
    other === member || (isDead && other.home === member.home && !node.isOwn(other));
  node.counters.lost++;
  if (isDead) node.counters.takenForDead++;
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
    const left = successors.filter((other) => !isOut(other));
    const before = predecessors.filter((other) => !isOut(other));
    const wasFirst = successors[0] !== left[0];
    setSuccessors(node, now, identity, node.policy.heirs(left, before));
    setPredecessors(node, now, identity, before);
    if (left.length === 0 && node.policy.testsItself) search(identity, now);
    if (wasFirst) node.policy.lostFirst(node, now, identity);
  }
}

/**
 * Nobody is left of those who followed us. The nearest predecessor that we fell back on may close the
 * circle around a part of the ring, and the rest is known to us for as long as those live whom we remember.
 */
function search(identity: Identity, now: number): void {
  identity.searches = SEARCHES;
  identity.pulseAtMs = now;
}

/** It says itself that it is no member. */
export function hasDied(node: RingState, now: number, member: Member): void {
  if (node.isNeighbour(member)) drop(node, now, member, false);
}
