/**
 * Writes: what an owner does with a write of a client. It gives the record its version, later than all
 * before it, and brings it to as many copies as the level asks for. A write to an arc that is about to
 * change hands waits until it is clear who owns it.
 */
import { COMMANDS_LIMIT_BYTES } from '../bounds.ts';
import type { Identity } from '../circle/identity.ts';
import { Status } from '../frames.ts';
import { isTombstone } from '../records/record.ts';
import type { Level } from '../settings.ts';
import type { RingState } from '../state.ts';
import { newest } from './reads.ts';
import { replicate, type WriteDone } from './replicas.ts';

/**
 * A write of a client. `record` still lacks its version; it and `key` are the write's to keep.
 * `done` may be called at once.
 */
export function write(
  node: RingState,
  now: number,
  key: Uint8Array,
  record: Uint8Array,
  level: Level,
  done: WriteDone,
): void {
  const identity = node.ownerOf(key, 0);
  if (identity === null) return done(now, Status.notOwner, false, 0, null);
  if (identity.handover?.holds(key)) {
    const isHeld = identity.handover.hold((at) => write(node, at, key, record, level, done));
    if (!isHeld) done(now, Status.busy, false, 0, null);
    return;
  }
  if (node.flushes.error !== null) return done(now, Status.storeFailed, false, 0, null);
  if (node.writeBytes > COMMANDS_LIMIT_BYTES) return done(now, Status.busy, false, 0, null);
  if (identity.isSettled) return begin(node, now, identity, key, record, level, done);
  // What our predecessor in this arc wrote last may be on another backup only; outbid it.
  newest(node, now, identity, key, 'one', (at) => {
    if (!identity.owns(key, 0) || identity.handover?.holds(key)) {
      return write(node, at, key, record, level, done);
    }
    begin(node, at, identity, key, record, level, done);
  });
}

function begin(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  record: Uint8Array,
  level: Level,
  done: WriteDone,
): void {
  const before = node.store.get(key, 0);
  const found = before !== null && !isTombstone(before);
  // To delete what is not there would leave a tombstone for nothing.
  if (isTombstone(record) && !found) return done(now, Status.ok, false, 0, null);
  node.clock.next(now, identity.hash, before, record);
  node.counters.writes++;
  replicate(node, now, identity, key, record, level, found, done);
}
