/**
 * Writes: what an owner does with a write of a client. It gives the record its version, later than all
 * before it, and brings it to as many copies as the level asks for. A write to an arc that is about to
 * change hands waits until it is clear who owns it.
 */
import { COMMANDS_LIMIT_BYTES } from '../bounds.ts';
import type { Identity } from '../circle/identity.ts';
import { Status } from '../frames.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import { isGone, isTombstone, withPastOf } from '../records/record.ts';
import type { Level } from '../settings.ts';
import type { RingState } from '../state.ts';
import { timely } from './keeping.ts';
import { newest } from './reads.ts';
import { replicate, type WriteDone } from './replicas.ts';
import { type Change, writeTitled } from './titled-acts.ts';

export type { Change } from './titled-acts.ts';

/** What a write does; made in one step with the look at what is there, and more than once if that changes. */
export interface Writing {
  /** It depends on what is there. */
  readonly isConditional: boolean;
  /** What it makes still lacks its version. */
  readonly change: Change;
}

/**
 * A write of a client. `key` is the write's to keep. `done` may be called at once. What has to wait until after
 * `untilMs` is not done at all.
 */
export function write(
  node: RingState,
  now: number,
  key: Uint8Array,
  writing: Writing,
  level: Level,
  done: WriteDone,
  untilMs: number = Infinity,
): void {
  if (now > untilMs) return done(now, Status.late, false, 0, null);
  const identity = node.ownerOf(key, 0);
  if (identity === null) return done(now, Status.notOwner, false, 0, null);
  if (identity.isTitled) {
    const { change, isConditional } = writing;
    return writeTitled(node, now, { key, level, isConditional, change, untilMs, done });
  }
  if (identity.handover?.holds(key)) {
    const isHeld = identity.handover.hold((at) =>
      write(node, at, key, writing, level, done, untilMs),
    );
    if (!isHeld) done(now, Status.busy, false, 0, null);
    return;
  }
  if (node.flushes.error !== null) return done(now, Status.storeFailed, false, 0, null);
  if (node.writeBytes > COMMANDS_LIMIT_BYTES) return done(now, Status.busy, false, 0, null);
  if (identity.isSettled) return begin(node, now, identity, key, writing, level, done);
  // What our predecessor in this arc wrote last may be on another backup only; outbid it.
  newest(node, now, identity, key, 'one', (at) => {
    if (!identity.owns(key, 0) || identity.handover?.holds(key) || at > untilMs) {
      return write(node, at, key, writing, level, done, untilMs);
    }
    begin(node, at, identity, key, writing, level, done);
  });
}

function begin(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  writing: Writing,
  level: Level,
  done: WriteDone,
): void {
  const before = node.lookUp(key);
  if (before === undefined) return done(now, Status.storeFailed, false, 0, null);
  const found = before !== null && !isGone(before, now);
  const made = writing.change(before, now);
  if (made === null) return unchanged(node, now, identity, key, writing, level, done);
  // It was done before: what there is by now has to be on as many copies as it asks for.
  if (made === before) {
    return replicate(node, now, identity, key, new Uint8Array(made), level, found, done, false);
  }
  // To delete what is not there would leave a tombstone for nothing.
  if (isTombstone(made) && !found) return done(now, Status.ok, false, 0, null);
  const record = withPastOf(before, made, node.timeOf(now), node.isSteady(now));
  node.clock.next(node.timeOf(now), identity.hash, timely(node, now, before), record);
  node.counters.writes++;
  replicate(node, now, identity, key, record, level, found, done);
}

/**
 * What was found decided that nothing changes: so it has to be what everybody will find. If a newer record
 * comes to light, the change is tried on that.
 */
function unchanged(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  writing: Writing,
  level: Level,
  done: WriteDone,
): void {
  const before = versionOf(node.store.head(key, 0));
  newest(node, now, identity, key, level, (at, status, record) => {
    const version = versionOf(record);
    if (status === Status.ok && !isSame(before, version)) {
      return write(node, at, key, writing, level, done);
    }
    done(at, status, record !== null && !isGone(record, at), 0, version);
  });
}

function versionOf(record: Uint8Array | null): Uint8Array | null {
  return record === null ? null : Uint8Array.prototype.slice.call(record, 0, VERSION_BYTES);
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return compareVersions(a, 0, b, 0) === 0;
}
