/**
 * Forgetting: the record of a removal goes when nobody can bring back what it removed. Under titles that is
 * no question of time: all copies that the title names have it, and the title says up to which version
 * removals are no longer remembered.
 *
 *     owner   all copies whole, nothing open ──▶ title: forgotten below t ──▶ drop tombstones ≤ t
 *     copy    hears of that title                                        ──▶ drop tombstones ≤ t
 *     whoever comes with a version ≤ t that a copy lacks brings a *ghost*: it was removed, and gets
 *     the removal back, of the version right above its own
 */
import type { Identity } from '../circle/identity.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import { visitHeads } from '../records/digests.ts';
import { isPast } from '../records/done-acts.ts';
import { doneActsOf, isTombstone } from '../records/record.ts';
import type { RingState } from '../state.ts';
import { change } from '../tenure/changing.ts';
import { hasForgotten, hasPeer, type Title } from '../titles/title.ts';
import { FORGOTTEN_LIMIT, removeRecord } from './keeping.ts';
import { isClean, settleOpen } from './titled-acts.ts';

/** Then the rest is looked for. */
const REST_MS = 100;

/** Looks once through what is here. */
export function forgetTitled(node: RingState, now: number): void {
  dropForgotten(node, now);
  for (const identity of node.identities) raise(node, now, identity);
}

/** Is everything that was removed in this arc removed on all its copies? Then its title may say so. */
function raise(node: RingState, now: number, identity: Identity): void {
  const { holding } = identity;
  if (identity.state !== 'member' || holding === null || holding.isChanging) return;
  if (identity.isClaiming || identity.handover !== null) return;
  if (lastRemoved(node, now, holding.title) === null) return;
  settleOpen(node, now, identity);
  change(
    node,
    now,
    identity,
    (title) => [
      { ...title, forgottenBelow: lastRemoved(node, now, title) ?? title.forgottenBelow },
    ],
    (at, titles) => {
      if (titles !== null) dropForgotten(node, at);
    },
    () => isSettled(identity),
  );
}

/** Nothing is on some copies only, and there are as many copies as there should be. */
function isSettled(identity: Identity): boolean {
  const { holding, writes } = identity;
  if (holding === null || holding.open.size > 0 || (writes?.size ?? 0) > 0) return false;
  return holding.title.copies.length >= holding.title.wanted && isClean(identity, holding);
}

/**
 * The newest removal that may be forgotten; null when there is none. One that remembers acts which may come
 * again stays, and so do all that are later.
 */
function lastRemoved(node: RingState, now: number, title: Title): Uint8Array | null {
  const past: Uint8Array[] = [];
  let firstKept: Uint8Array | null = null;
  const timeMs = node.timeOf(now);
  const isSteady = node.isSteady(now);
  visitHeads(node.store, title.from, title.end, (_key, record) => {
    if (!isTombstone(record)) return true;
    const version = new Uint8Array(record.subarray(0, VERSION_BYTES));
    if (isPast(doneActsOf(record), timeMs, isSteady)) past.push(version);
    else if (firstKept === null || compareVersions(version, 0, firstKept, 0) < 0)
      firstKept = version;
    return true;
  });
  let last = title.forgottenBelow;
  for (const version of past) {
    const isBefore = firstKept === null || compareVersions(version, 0, firstKept, 0) < 0;
    if (isBefore && compareVersions(version, 0, last, 0) > 0) last = version;
  }
  return last === title.forgottenBelow ? null : last;
}

/** Drops removals that the titles of our copies no longer remember. */
function dropForgotten(node: RingState, now: number): void {
  const seat = node.seat!;
  const gone: Uint8Array[] = [];
  for (const { from, end, accepted, isInForce } of seat.elector.stretches) {
    if (accepted === null || !isInForce || !hasPeer(accepted.copies, seat.peer)) continue;
    if (!hasForgotten(accepted)) continue;
    const { forgottenBelow: below } = accepted;
    node.store.heads(from, end, (key, record) => {
      const isForgotten = isTombstone(record) && compareVersions(record, 0, below, 0) <= 0;
      if (isForgotten) gone.push(new Uint8Array(key));
      return gone.length < FORGOTTEN_LIMIT;
    });
  }
  for (const key of gone) removeRecord(node, key);
  node.counters.forgotten += gone.length;
  if (gone.length >= FORGOTTEN_LIMIT) node.agenda.forgetBy(now + REST_MS);
}

/** Drops all of an arc whose copies we are none of that is as old as what its title has forgotten. */
export function dropOutdated(node: RingState, { from, end, forgottenBelow }: Title): void {
  const gone: Uint8Array[] = [];
  visitHeads(node.store, from, end, (key, record) => {
    if (compareVersions(record, 0, forgottenBelow, 0) <= 0) gone.push(new Uint8Array(key));
    return true;
  });
  for (const key of gone) removeRecord(node, key);
}
