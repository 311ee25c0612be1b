/**
 * Upkeep: what a node does by itself from time to time, when its agenda says that it is due.
 */
import { randomBelow } from '../core/random.ts';
import type { Identity } from './circle/identity.ts';
import { forgetTitled } from './copies/forgetting.ts';
import { expire, forget } from './copies/keeping.ts';
import { releaseForeign } from './copies/release.ts';
import { repair } from './copies/repair.ts';
import { tend } from './copies/tending.ts';
import { regainTitle, watchJoin } from './handover/join.ts';
import { refreshFinger, selfTest } from './membership/finding.ts';
import { askNeighbours } from './membership/lists.ts';
import type { RingState } from './state.ts';

/** Does what is due. */
export function upkeep(node: RingState, now: number): void {
  for (const identity of node.identities) {
    if (identity.pulseAtMs > now || identity.isMember) continue;
    if (identity.state === 'joining') watchJoin(node, now, identity);
    else identity.pulseAtMs = Infinity;
  }
  for (const identity of node.identities) {
    if (identity.isMember && identity.pulseAtMs <= now) pulse(node, now, identity);
  }
  const { agenda, settings } = node;
  if (agenda.repairAtMs <= now) {
    if (settings.k > 0) repair(node, now);
    else agenda.repairAtMs = Infinity;
  }
  if (agenda.selfTestAtMs <= now) {
    agenda.selfTested(now);
    for (const identity of node.identities) selfTest(node, now, identity);
    if (node.isMember) node.memory.remember(now);
  }
  if (agenda.fingerAtMs <= now) refreshFingers(node, now);
  if (agenda.sweepAtMs <= now) {
    agenda.swept(now);
    node.connections.sweep(now);
  }
  if (agenda.forgetAtMs <= now) {
    agenda.forgot(now);
    if (node.seat === null) forget(node, now);
    else forgetTitled(node, now);
  }
  if (agenda.releaseAtMs <= now) releaseForeign(node, now);
  if (node.expiries.deadline <= now) expire(node, now);
}

/** The regular round of a member. */
function pulse(node: RingState, now: number, identity: Identity): void {
  const { pulseMs } = node.settings;
  // A tenth of chance keeps a thousand nodes from asking in the same moment.
  identity.pulseAtMs = now + pulseMs - randomBelow(node.random, Math.ceil(pulseMs / 10));
  identity.passedOn = 0;
  if (identity.successor) askNeighbours(node, now, identity, identity.successor);
  node.policy.round(node, now, identity);
  if (identity.searches > 0) {
    identity.searches--;
    selfTest(node, now, identity);
  }
  if (identity.isTitled) {
    if (identity.holding === null) regainTitle(node, now, identity);
    else tend(node, now, identity);
    node.reachOut(now, identity);
  }
  // A broken store is tried again; until it works no write is taken.
  if (node.flushes.error !== null) node.flushes.wait(() => {});
  // Alone, but there were others: find them.
  if (identity.successor === undefined && node.memory.known.length > 0) {
    node.agenda.selfTestAtMs = Math.min(node.agenda.selfTestAtMs, now);
  }
}

function refreshFingers(node: RingState, now: number): void {
  let isRound = true;
  for (const identity of node.identities) {
    if (identity.isMember && refreshFinger(node, now, identity)) isRound = false;
  }
  node.agenda.fingersAsked(now, isRound);
}
