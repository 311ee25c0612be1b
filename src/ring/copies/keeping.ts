/**
 * Keeping: every change of a record in the store goes through this file, whoever asks for it. On every
 * path the newer version wins, the digests hear of it, and the turn ends with a flush.
 *
 *     a copy sent by one of ours ── keepRecords ─┐                       ┌ digests
 *     an item of a class program ── keepItem ────┼─▶ keep, removeRecord ─┼ store
 *     an old tombstone ──────────── forget ──────┘                       └ flush at the end of the turn
 */
import { ID_BYTES } from '../../core/id.ts';
import type { Identity } from '../circle/identity.ts';
import type { Frame, FrameWriter } from '../frames.ts';
import { compareVersions } from '../records/clock.ts';
import {
  blankRecord,
  isForgotten,
  isRecord,
  isTombstone,
  RECORD_HEADER_BYTES,
} from '../records/record.ts';
import type { RingState } from '../state.ts';

/** Old tombstones dropped in one turn. */
const FORGOTTEN_LIMIT = 8192;

/** Takes a record if it is newer than what is here. Durable with the end of this turn's flush. */
export function keep(
  node: RingState,
  now: number,
  key: Uint8Array,
  start: number,
  record: Uint8Array,
): boolean {
  const before = node.store.get(key, start);
  node.clock.heard(now, record, 0);
  if (before !== null && compareVersions(before, 0, record, 0) >= 0) {
    node.counters.stale++;
    return false;
  }
  if (isForgotten(record, now, node.settings.tombstoneMs)) return false;
  node.digests.changed(key, start, before, record);
  node.store.put(key, start, record);
  node.flushes.touch();
  node.counters.replicas++;
  return true;
}

export function removeRecord(node: RingState, key: Uint8Array): void {
  const before = node.store.get(key, 0);
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

/** Takes all records of a frame into the store. False when one of them is none. */
export function keepRecords(node: RingState, now: number, frame: Frame): boolean {
  while (frame.left > 0) {
    const key = frame.skip(ID_BYTES);
    const length = frame.u32();
    const start = frame.skip(length);
    if (frame.isBroken || !isRecord(frame.bytes, start, start + length)) return false;
    keep(node, now, frame.bytes, key, frame.bytes.subarray(start, start + length));
  }
  return true;
}

/** An item without a version: what somebody gave us now is newer than all we have. */
export function keepItem(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  value: Uint8Array,
): void {
  const record = blankRecord(value);
  const before = node.store.get(key, 0);
  if (before !== null && isSameValue(before, value)) return;
  node.clock.next(now, identity.hash, before, record);
  keep(node, now, key, 0, record);
}

function isSameValue(record: Uint8Array, value: Uint8Array): boolean {
  if (isTombstone(record) || record.length !== RECORD_HEADER_BYTES + value.length) return false;
  return value.every((byte, i) => byte === record[RECORD_HEADER_BYTES + i]);
}

/** Drops tombstones that have done their duty. */
export function forget(node: RingState, now: number): void {
  const gone: Uint8Array[] = [];
  node.store.range(null, null, (key, record) => {
    if (isForgotten(record, now, node.settings.tombstoneMs)) gone.push(new Uint8Array(key));
    return gone.length < FORGOTTEN_LIMIT;
  });
  for (const key of gone) removeRecord(node, key);
  node.counters.forgotten += gone.length;
}

/** Drops all there is: it is older than what the ring has forgotten. */
export function forgetAll(node: RingState): void {
  const keys: Uint8Array[] = [];
  node.store.range(null, null, (key) => keys.push(new Uint8Array(key)) > 0);
  for (const key of keys) removeRecord(node, key);
  node.counters.forgotten += keys.length;
}
