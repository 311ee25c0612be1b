/**
 * Repair: sees to it that the copies of our arcs are where they should be.
 *
 *     our arc   ── compare with each backup ──▶  on a new backup at once, else every 10 s
 */
import { randomBelow } from '../../core/random.ts';
import type { Copy, Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { backupsOf } from '../circle/neighbours.ts';
import type { RingState } from '../state.ts';
import { Sync } from './sync.ts';
import { tend } from './tending.ts';

/** After a comparison that failed: long enough for a pulse to tell why. */
const AGAIN_MS = 1000;

const NO_COPIES: Copy[] = [];

/** The predecessors have changed: who keeps our copies now? */
export function refreshCopies(node: RingState, now: number, identity: Identity): void {
  const { k } = node.settings;
  const chosen = k === 0 ? [] : backupsOf(identity.member, identity.predecessors, k);
  const before = identity.copies;
  const same = (copy: Copy, i: number) => copy.member === chosen[i];
  if (before.length === chosen.length && before.every(same)) return;
  for (const { member, sync } of before) if (sync && !chosen.includes(member)) sync.abort();
  identity.copies =
    chosen.length === 0 ? NO_COPIES : chosen.map((member) => copyAt(before, member, now));
  if (chosen.length === 0) identity.isSettled = true;
  node.agenda.repairBy(now);
  for (const write of [...(identity.writes ?? [])]) {
    write.spread(now);
    write.progress(now);
  }
}

/** Where stores and neighbours were set up together, all copies are as they should be. */
export function beginInStep(node: RingState, now: number, identity: Identity): void {
  refreshCopies(node, now, identity);
  for (const copy of identity.copies) {
    copy.isInStep = true;
    copy.dueAtMs = now + randomBelow(node.random, node.settings.repairMs);
  }
}

function copyAt(before: readonly Copy[], member: Member, now: number): Copy {
  const known = before.find((copy) => copy.member === member);
  const { incarnation } = member;
  return known ?? { member, incarnation, isInStep: false, sync: null, dueAtMs: now };
}

/** A process says what its data are: with others than those that we counted on it is somebody new. */
export function recount(node: RingState, now: number, member: Member, incarnation: number): void {
  for (const identity of node.identities) {
    for (const copy of identity.copies) {
      if (copy.member.home !== member.home || copy.incarnation === incarnation) continue;
      const isKnown = copy.incarnation !== 0;
      copy.incarnation = incarnation;
      if (!isKnown) continue;
      startAfresh(now, copy);
      node.agenda.repairBy(now);
      for (const write of identity.writes ?? []) {
        write.lost(copy.member);
        write.spread(now);
      }
    }
  }
}

/** Nothing is known of what it holds. */
function startAfresh(now: number, copy: Copy): void {
  copy.sync?.abort();
  copy.sync = null;
  copy.isInStep = false;
  copy.dueAtMs = now;
}

/** The arc has grown by what somebody else answered for. */
export function widened(node: RingState, now: number, identity: Identity): void {
  for (const copy of identity.copies) startAfresh(now, copy);
  identity.isSettled = identity.copies.length === 0;
  node.unsteadySinceMs = now;
  if (!identity.isSettled) node.agenda.repairBy(now);
}

/** Begins the comparisons that are due. */
export function repair(node: RingState, now: number): void {
  node.agenda.repairAtMs = now + node.settings.repairMs;
  for (const identity of node.identities) {
    if (!identity.isMember) continue;
    for (const copy of identity.copies) {
      if (copy.sync === null && copy.dueAtMs <= now) compare(node, now, identity, copy);
      node.agenda.repairBy(Math.max(copy.dueAtMs, now + 1));
    }
  }
}

/** Does our title count on it? */
function isNamed({ holding }: Identity, { home }: Member): boolean {
  return holding === null || holding.title.copies.some((peer) => peer.home === home);
}

function compare(node: RingState, now: number, identity: Identity, copy: Copy): void {
  const { end } = identity;
  const sync = new Sync(node, copy.member, identity.hash, end, node.repairRate, (at, isEqual) => {
    copy.sync = null;
    const isOfUse = isEqual && !sync.isSpoiled && identity.copies.includes(copy);
    copy.dueAtMs = at + (isOfUse ? node.settings.repairMs : AGAIN_MS);
    node.agenda.repairBy(copy.dueAtMs);
    if (!isOfUse) return;
    // It held for the arc as it was; if that has grown meanwhile, `widened` has given this sync up.
    copy.isInStep = true;
    if (identity.copies.every((other) => other.isInStep)) {
      identity.isSettled = true;
      if (!isNamed(identity, copy.member)) tend(node, at, identity);
    }
    if (sync.records === 0) return;
    node.event({
      kind: 'repaired',
      identity: identity.member.address,
      peer: copy.member.address,
      records: sync.records,
      bytes: sync.bytes,
    });
  });
  copy.sync = sync;
  copy.dueAtMs = now + node.settings.repairMs;
  sync.start(now);
}
