/**
 * Acts under a title: what an owner does with a write or a read when it is one only as long as a majority
 * of electors says so.
 *
 *     write     confirmed lately? ── a version of this epoch ── commit
 *     read      at `one`: what is here     above: confirmed from now on, and what is read is committed
 *     at `one`  without a majority: it goes on by our own word, and whoever has a later title overtakes it
 *     decision  by what is here, committed or not: one that changes it is committed with it, for whoever
 *               has the later version needs no earlier one; one that changes nothing has only read
 *
 * A record is *open* while it may be on some copies only: it is under way, its commit has failed, or it was
 * here before we took over. Whoever reads it at more than `one` commits it first, for what was read once
 * is read by everybody later.
 */
import { COMMANDS_LIMIT_BYTES } from '../bounds.ts';
import type { Identity } from '../circle/identity.ts';
import { Status } from '../frames.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import { isGone, withPastOf } from '../records/record.ts';
import type { Level } from '../settings.ts';
import type { RingState } from '../state.ts';
import { confirm, isConfirmed } from '../tenure/confirming.ts';
import { laterOf } from '../titles/epoch.ts';
import type { Holding } from '../titles/holding.ts';
import { samePeer } from '../titles/title.ts';
import { compareToEpoch, epochOf, writeVersion } from '../titles/version.ts';
import { commit, joinCommit, keyOf, nameOf } from './commit.ts';
import type { WriteDone } from './replicas.ts';

/**
 * What a write makes of the record that is there, which is borrowed; null: nothing is to change; that record
 * itself: it was done before.
 */
export type Change = (before: Uint8Array | null, now: number) => Uint8Array | null;

/** One write of a client: what it becomes is decided when its turn has come. */
interface Act {
  readonly key: Uint8Array;
  readonly level: Level;
  /** It depends on what is there. */
  readonly isConditional: boolean;
  readonly change: Change;
  /** After that it is not begun any more. */
  readonly untilMs: number;
  readonly done: WriteDone;
}

/** A write, with or without a condition. `done` may be called at once. */
export function writeTitled(node: RingState, now: number, act: Act): void {
  const { key, level, done } = act;
  const fail = (at: number, status: Status) => done(at, status, false, 0, null);
  if (now > act.untilMs) return fail(now, Status.late);
  const identity = node.ownerOf(key, 0);
  if (identity === null) return fail(now, Status.notOwner);
  const again = (at: number) => writeTitled(node, at, act);
  if (identity.handover?.holds(key)) {
    if (!identity.handover.hold(again)) fail(now, Status.busy);
    return;
  }
  const holding = identity.holding!;
  const isModest = level === 'one' && !act.isConditional;
  const isAlone = isModest && holding.isAlone(now);
  if (holding.isChanging && !isAlone) {
    if (!holding.hold(again, isModest)) fail(now, Status.busy);
    return;
  }
  if (node.flushes.error !== null) return fail(now, Status.storeFailed);
  if (node.writeBytes > COMMANDS_LIMIT_BYTES) return fail(now, Status.busy);
  if (!isAlone && !isConfirmed(node, now, holding)) {
    return confirm(node, now, identity, (at, verdict) => {
      if (verdict === 'no') return fail(at, Status.notOwner);
      if (verdict === 'silent' && !isModest) return fail(at, Status.unavailable);
      // The title may have been split meanwhile, and the key be a joiner's.
      const isOurs = identity.holding === holding && identity.owns(key, 0);
      const isAsItWas = isOurs && !holding.isChanging;
      if (!isAsItWas || identity.handover?.holds(key) || at > act.untilMs) return again(at);
      begin(node, at, identity, holding, act);
    });
  }
  begin(node, now, identity, holding, act);
}

function begin(node: RingState, now: number, identity: Identity, holding: Holding, act: Act): void {
  const { key, level, change, done } = act;
  // Somebody has our own promise for more than this title.
  if (!node.seat!.allows(key, 0, holding.title.epoch)) {
    node.challenged(now, identity);
    return done(now, Status.notOwner, false, 0, null);
  }
  const before = node.lookUp(key);
  if (before === undefined) return done(now, Status.storeFailed, false, 0, null);
  const found = before !== null && !isGone(before, now);
  const made = change(before, now);
  if (made === null) return unchanged(node, now, identity, act);
  if (made === before) {
    const copy = new Uint8Array(made);
    return commit(node, now, identity, key, copy, level, found, false, done);
  }
  const record = withPastOf(before, made, node.timeOf(now), node.isSteady(now));
  writeVersion(record, holding.title.epoch, ++holding.counter);
  if (before !== null && compareVersions(before, 0, record, 0) >= 0) {
    // Written under a later title than ours, of which we do not know yet; or before there were titles, by a
    // clock. In either case we go above it.
    const epoch = epochOf(before, 0);
    if (epoch.number < EPOCH_NUMBER_FAIR) holding.seen = laterOf(holding.seen, epoch);
    node.challenged(now, identity);
    return done(now, Status.notOwner, false, 0, null);
  }
  node.counters.writes++;
  commit(node, now, identity, key, record, level, found, true, done);
}

/** What was found decided that nothing changes: so it has to be what everybody finds, and still is. */
function unchanged(node: RingState, now: number, identity: Identity, act: Act): void {
  const { key, level, done } = act;
  const version = versionOf(node.store.head(key, 0));
  const least = level === 'one' ? 'quorum' : level;
  readTitled(node, now, identity, key, least, (at, status, record) => {
    const current = versionOf(record);
    const isSame =
      version === null || current === null
        ? version === current
        : compareVersions(version, 0, current, 0) === 0;
    if (status === Status.ok && !isSame) return writeTitled(node, at, act);
    if (status === Status.notMember) return writeTitled(node, at, act);
    done(at, status, record !== null && !isGone(record, at), 0, current);
  });
}

function versionOf(record: Uint8Array | null): Uint8Array | null {
  return record === null ? null : Uint8Array.prototype.slice.call(record, 0, VERSION_BYTES);
}

/** Beyond it nobody gets by honest means: clocks are at a hundredth of it. */
const EPOCH_NUMBER_FAIR = 0x8000_0000;

/** Hears what is there; the record is borrowed. */
type ReadDone = (now: number, status: Status, record: Uint8Array | null) => void;

/** A read of the owner. `done` may be called at once. */
export function readTitled(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  level: Level,
  done: ReadDone,
): void {
  const { holding } = identity;
  if (holding === null || !identity.owns(key, 0)) return done(now, Status.notMember, null);
  if (level === 'one' && (isConfirmed(node, now, holding) || holding.isAlone(now))) {
    return found(now, node.lookUp(key), done);
  }
  if (level === 'one' && holding.isChanging) {
    const again = (at: number) => readTitled(node, at, identity, key, level, done);
    if (!holding.hold(again, true)) done(now, Status.busy, null);
    return;
  }
  confirm(node, now, identity, (at, verdict) => {
    if (!identity.owns(key, 0) || verdict === 'no') return done(at, Status.notMember, null);
    if (verdict === 'silent' && level !== 'one') return done(at, Status.unavailable, null);
    const record = node.lookUp(key);
    if (record === undefined || level === 'one' || !isOpen(identity, key, record)) {
      return found(at, record, done);
    }
    settle(node, at, identity, key, record, (then, status, settled) => {
      done(then, status, settled);
    });
  });
}

function found(now: number, record: Uint8Array | null | undefined, done: ReadDone): void {
  if (record === undefined) done(now, Status.storeFailed, null);
  else done(now, Status.ok, record);
}

/** Keys that are brought to all copies at a time. */
const SETTLED_LIMIT = 64;

/** Brings what may be on some copies only to all of them. */
export function settleOpen(node: RingState, now: number, identity: Identity): void {
  let left = SETTLED_LIMIT;
  for (const name of identity.holding?.open ?? []) {
    if (left-- === 0) return;
    const key = keyOf(name);
    const record = node.lookUp(key);
    if (record === undefined) continue;
    if (record === null) identity.holding!.open.delete(name);
    else settle(node, now, identity, key, record, () => {});
  }
}

/** May what is here be on some copies only? */
function isOpen(identity: Identity, key: Uint8Array, record: Uint8Array | null): boolean {
  const holding = identity.holding!;
  for (const write of identity.writes ?? []) if (isSame(write.key, key)) return true;
  if (record === null) return false;
  if (holding.open.has(nameOf(key))) return true;
  return compareToEpoch(record, 0, holding.title.epoch) !== 0 && !isClean(identity, holding);
}

/** All copies that the title names have been compared with ours since we took over. */
export function isClean(identity: Identity, { title }: Holding): boolean {
  if (!identity.isSettled) return false;
  return title.copies.every(
    (peer) =>
      samePeer(peer, title.owner) ||
      identity.copies.some(({ member }) => member.home === peer.home),
  );
}

/** Commits what is here once more. */
function settle(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  record: Uint8Array | null,
  done: ReadDone,
): void {
  if (record === null) return done(now, Status.ok, null);
  const copy = new Uint8Array(record);
  const settled: WriteDone = (at, status) => done(at, status, copy);
  // Many who read it at the same time bring it to the copies once.
  if (joinCommit(identity, key, copy, settled)) return;
  commit(node, now, identity, new Uint8Array(key), copy, 'quorum', true, false, settled);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
