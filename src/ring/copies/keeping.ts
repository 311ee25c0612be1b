/**
 * Keeping: every change of a record in the store goes through this file, whoever asks for it. On every
 * path the newer version wins, the digests hear of it, and the turn ends with a flush.
 *
 *     a copy sent by one of ours ── keepRecords ─┐                       ┌ digests
 *     an item of a class program ── keepItem ────┼─▶ keep, removeRecord ─┼ store
 *     what has expired ──────────── expire ──────┤                       └ flush at the end of the turn
 *     an old tombstone ──────────── forget ──────┘
 */
import { ID_BYTES } from '../../core/id.ts';
import { ownMemory } from '../../core/store.ts';
import type { Identity } from '../circle/identity.ts';
import type { Frame, FrameWriter } from '../frames.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import {
  blankRecord,
  expiredRecord,
  expiryMs,
  isForgotten,
  isGone,
  isRecord,
  isTombstone,
  valueAt,
  valueBytes,
  withPastOf,
} from '../records/record.ts';
import type { RingState } from '../state.ts';
import { hasPeer } from '../titles/title.ts';
import { writeBranch } from '../titles/version.ts';

/** Old tombstones dropped in one turn; the rest goes with the next look. */
export const FORGOTTEN_LIMIT = 8192;

/**
 * Takes a record if it is newer than what is here. Durable with the end of this turn's flush. One whose version
 * comes from a clock that is wrong is older than any other; of somebody else it is not even taken.
 */
export function keep(
  node: RingState,
  now: number,
  key: Uint8Array,
  start: number,
  record: Uint8Array,
): boolean {
  const before = node.store.head(key, start);
  node.clock.heard(node.timeOf(now), record, 0);
  if (before !== null && compareTimely(node, now, before, record) >= 0) {
    node.counters.stale++;
    return false;
  }
  const own = ownMemory(record);
  node.digests.changed(key, start, before, own);
  node.store.put(key, start, own);
  kept(node, key, start, own);
  node.flushes.touch();
  node.counters.replicas++;
  return true;
}

/** Which of two records is newer; negative when `a` is the older one. */
export function compareTimely(node: RingState, now: number, a: Uint8Array, b: Uint8Array): number {
  const isWrong = Number(node.isBeyond(now, a)) - Number(node.isBeyond(now, b));
  return isWrong === 0 ? compareVersions(a, 0, b, 0) : -isWrong;
}

/** A record that a new version has to come after: not one from the future, which nobody else takes. */
export function timely(node: RingState, now: number, record: Uint8Array | null): Uint8Array | null {
  return record !== null && node.isBeyond(now, record) ? null : record;
}

/** What else has to know of a record that has taken its place. */
function kept(node: RingState, key: Uint8Array, start: number, record: Uint8Array): void {
  const untilMs = expiryMs(record);
  if (untilMs !== 0) node.expiries.note(key, start, untilMs);
  node.changed(key, start, record, false);
}

/** Makes tombstones of what has expired, of the same versions: nobody has to be told. */
export function expire(node: RingState, now: number): void {
  for (const key of node.expiries.due(now)) {
    const record = node.lookUp(key);
    if (!record || isTombstone(record) || !isGone(record, now)) continue;
    const tombstone = expiredRecord(record);
    node.store.put(key, 0, tombstone);
    node.changed(key, 0, tombstone, true);
    node.flushes.touch();
    node.counters.expired++;
  }
}

/** A node that begins with records knows again when they expire. */
export function recallExpiries(node: RingState): void {
  if (node.store.count === 0) return;
  node.store.heads(null, null, (key, record) => {
    const untilMs = expiryMs(record);
    if (untilMs !== 0) node.expiries.note(key, 0, untilMs);
    return true;
  });
}

export function removeRecord(node: RingState, key: Uint8Array): void {
  const before = node.store.head(key, 0);
  if (before === null) return;
  node.digests.changed(key, 0, before, null);
  node.store.remove(key, 0);
  node.flushes.touch();
}

/** One record of a frame. */
export function putRecord(out: FrameWriter, key: Uint8Array, record: Uint8Array): void {
  out.raw(key);
  out.u32(record.length);
  out.raw(record);
}

/** What became of the records of a frame. */
export interface KeptRecords {
  /** Those that come from the future, and were not taken. */
  refused: number;
  /** The version that is here of the last one, if it is newer than the one that came. */
  newer: Uint8Array | null;
}

/**
 * Is this the version of a ghost? We hold a copy and would have it. If it is one its removal is written down
 * again, for whoever has it still.
 */
export function laidGhost(
  node: RingState,
  now: number,
  bytes: Uint8Array,
  key: number,
  version: number,
): boolean {
  const { seat } = node;
  if (seat === null || node.store.head(bytes, key) !== null) return false;
  const stretch = seat.elector.at(bytes, key);
  if (!stretch?.isInForce || stretch.accepted === null) return false;
  const { copies, forgottenBelow } = stretch.accepted;
  if (compareVersions(bytes, version, forgottenBelow, 0) > 0) return false;
  if (!hasPeer(copies, seat.peer)) return false;
  const removal = blankRecord(null);
  const ghost = Uint8Array.prototype.slice.call(bytes, version, version + VERSION_BYTES);
  if (writeBranch(removal, ghost)) {
    keep(node, now, Uint8Array.prototype.slice.call(bytes, key, key + ID_BYTES), 0, removal);
  }
  return true;
}

/** Takes all records of a frame into the store. Null when one of them is none. */
export function keepRecords(node: RingState, now: number, frame: Frame): KeptRecords | null {
  const all: KeptRecords = { refused: 0, newer: null };
  while (frame.left > 0) {
    const key = frame.skip(ID_BYTES);
    const length = frame.u32();
    const start = frame.skip(length);
    if (frame.isBroken || !isRecord(frame.bytes, start, start + length)) return null;
    const record = frame.bytes.subarray(start, start + length);
    all.newer = null;
    if (node.isBeyond(now, record)) all.refused++;
    else if (laidGhost(node, now, frame.bytes, key, start)) continue;
    else if (!keep(node, now, frame.bytes, key, record)) {
      all.newer = newerThan(node.store.head(frame.bytes, key), record);
    }
  }
  node.counters.refusedVersions += all.refused;
  return all;
}

function newerThan(here: Uint8Array | null, record: Uint8Array): Uint8Array | null {
  if (here === null || compareVersions(here, 0, record, 0) <= 0) return null;
  return Uint8Array.prototype.slice.call(here, 0, VERSION_BYTES);
}

/** An item without a version: what somebody gave us now is newer than all we have. */
export function keepItem(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  value: Uint8Array,
): void {
  const before = node.store.get(key, 0);
  const record = withPastOf(before, blankRecord(value), node.timeOf(now), node.isSteady(now));
  if (before !== null && isSameValue(before, value)) return;
  node.clock.next(node.timeOf(now), identity.hash, timely(node, now, before), record);
  keep(node, now, key, 0, record);
}

function isSameValue(record: Uint8Array, value: Uint8Array): boolean {
  if (isTombstone(record) || valueBytes(record) !== value.length) return false;
  const at = valueAt(record);
  return value.every((byte, i) => byte === record[at + i]);
}

/** Drops tombstones that have done their duty. */
export function forget(node: RingState, now: number): void {
  const gone: Uint8Array[] = [];
  node.store.heads(null, null, (key, record) => {
    if (isForgotten(record, node.timeOf(now), node.tombstoneMs)) gone.push(new Uint8Array(key));
    return gone.length < FORGOTTEN_LIMIT;
  });
  for (const key of gone) removeRecord(node, key);
  node.counters.forgotten += gone.length;
}

/** Drops all there is: it is older than what the ring has forgotten. */
export function forgetAll(node: RingState): void {
  const keys: Uint8Array[] = [];
  node.store.heads(null, null, (key) => keys.push(new Uint8Array(key)) > 0);
  for (const key of keys) removeRecord(node, key);
  node.counters.forgotten += keys.length;
}
