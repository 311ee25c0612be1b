/**
 * Queries, as an owner answers them: what can be asked of it beyond a whole value.
 *
 *     query   key · level · read · first · last                  a part of a value, as GETRANGE counts
 *       ◀──   ok · found · version · expiry · length · bytes
 *     query   place · level · list · to · flags · limit · prefix  its keys from a place on
 *       ◀──   ok · next place · count · n × (key · version · expiry · length · name · value)
 *     query   place · level · changes …                           what has changed (following.ts)
 *     query   place · level · port                                where it serves clients of others
 *       ◀──   ok · next place · home · text
 *
 * A list ends where the arc does, or earlier: whoever wants more goes on at the next place, whoever owns
 * that by then. It is what the owner itself has; while that is not settled it does not answer for it.
 */
import { ID_BYTES } from '../core/id.ts';
import { newest } from './copies/reads.ts';
import { answerChanges } from './following.ts';
import { type Frame, FrameType, type FrameWriter, REPLY, Status } from './frames.ts';
import type { Link } from './link.ts';
import { VERSION_BYTES } from './records/clock.ts';
import { visitArc } from './records/digests.ts';
import { expiryMs, isGone, nameOf, valueAt, valueBytes } from './records/record.ts';
import { answerElsewhere, beginsWith, stopOf } from './replying.ts';
import { LEVELS, type Level } from './settings.ts';
import type { RingState } from './state.ts';

export const QueryVerb = { read: 0, list: 1, changes: 2, port: 3 } as const;
/** In a list: values, too; nothing but their number; keys without a name, too. */
export const ListFlag = { values: 1, countOnly: 2, unnamed: 4 } as const;

/** Records looked at for one answer, and bytes of it, the last entry apart. */
const LISTED_VISITS = 8192;
const LIST_BYTES = 1 << 19;
const FIRST_PLACE = new Uint8Array(ID_BYTES);
/** Entries of one answer. */
const LISTED_MAX = 4096;

export function answerQuery(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const key = frame.id();
  const level: Level | undefined = LEVELS[frame.u8()];
  const verb = frame.u8();
  if (frame.isBroken || level === undefined) return false;
  node.counters.reads++;
  switch (verb) {
    case QueryVerb.read:
      return answerRead(node, now, link, frame, key, level);
    case QueryVerb.list:
      return answerList(node, now, link, frame, key);
    case QueryVerb.changes:
      return answerChanges(node, now, link, frame, key);
    case QueryVerb.port:
      return answerPort(node, link, frame, key);
    default:
      return false;
  }
}

function answerRead(
  node: RingState,
  now: number,
  link: Link,
  frame: Frame,
  key: Uint8Array,
  level: Level,
): boolean {
  const { request } = frame;
  const first = frame.f64();
  const last = frame.f64();
  if (!frame.isWhole || Number.isNaN(first) || Number.isNaN(last)) return false;
  const identity = node.ownerOf(key, 0);
  if (identity === null) {
    answerElsewhere(node, link, FrameType.query, request, key, 0);
    return true;
  }
  const reply = (at: number, record: Uint8Array | null) => {
    const out = link.begin(FrameType.query | REPLY, request);
    out.u8(Status.ok);
    putPart(out, record === null || isGone(record, at) ? null : record, first, last);
    link.send();
  };
  newest(node, now, identity, key, level, (at, status, record) => {
    if (link.isOver) return;
    if (status !== Status.ok) return link.answerStatus(FrameType.query, request, status);
    reply(at, record);
  });
  return true;
}

/** Both ends count from 0, or from -1 backwards; `last` belongs to the part. */
function putPart(out: FrameWriter, record: Uint8Array | null, first: number, last: number): void {
  if (record === null) return out.u8(0);
  const length = valueBytes(record);
  const start = Math.max(0, first < 0 ? length + first : first);
  const end = Math.min(length, (last < 0 ? length + last : last) + 1);
  out.u8(1);
  out.raw(record, 0, VERSION_BYTES);
  out.f64(expiryMs(record));
  out.f64(length);
  const at = valueAt(record);
  if (start < end) out.raw(record, at + Math.floor(start), at + Math.floor(end));
}

/** Who owns this place, up to where, and the port that it has for clients of others; empty when it has none. */
function answerPort(node: RingState, link: Link, frame: Frame, from: Uint8Array): boolean {
  const { request } = frame;
  if (!frame.isWhole) return false;
  const identity = node.ownerOf(from, 0);
  if (identity === null) {
    answerElsewhere(node, link, FrameType.query, request, from, 0);
    return true;
  }
  const out = link.begin(FrameType.query | REPLY, request);
  out.u8(Status.ok);
  out.raw(stopOf(from, identity.end, FIRST_PLACE));
  out.address(node.home);
  out.raw(new TextEncoder().encode(node.servesAt));
  link.send();
  return true;
}

function answerList(
  node: RingState,
  now: number,
  link: Link,
  frame: Frame,
  from: Uint8Array,
): boolean {
  const { request } = frame;
  const to = frame.id();
  const flags = frame.u8();
  const limit = Math.min(frame.u32(), LISTED_MAX);
  const prefix = frame.copy(frame.left);
  if (frame.isBroken || limit === 0) return false;
  const identity = node.ownerOf(from, 0);
  if (identity === null) {
    answerElsewhere(node, link, FrameType.query, request, from, 0);
    return true;
  }
  if (!identity.isSettled) {
    link.answerStatus(FrameType.query, request, Status.notMember);
    return true;
  }
  const out = link.begin(FrameType.query | REPLY, request);
  const statusAt = out.length;
  out.u8(Status.ok);
  const lister = new Lister(out, now, flags, limit, prefix);
  try {
    lister.list(node, from, stopOf(from, identity.end, to));
  } catch (error) {
    // A list that leaves something out would look like a whole one.
    node.unreadable(error);
    out.length = statusAt;
    out.u8(Status.storeFailed);
  }
  link.send();
  return true;
}

/** Writes one list: the place where to go on and the number of entries are known at its end. */
class Lister {
  readonly #out: FrameWriter;
  readonly #now: number;
  readonly #flags: number;
  readonly #limit: number;
  readonly #prefix: Uint8Array;
  #count = 0;
  #visits = 0;

  constructor(out: FrameWriter, now: number, flags: number, limit: number, prefix: Uint8Array) {
    this.#out = out;
    this.#now = now;
    this.#flags = flags;
    this.#limit = limit;
    this.#prefix = prefix;
  }

  list(node: RingState, from: Uint8Array, stop: Uint8Array): void {
    const out = this.#out;
    const headAt = out.length;
    out.raw(stop);
    out.u32(0);
    let next: Uint8Array | null = null;
    visitArc(node.store, from, stop, (key, record) => {
      if (this.#isFull(out.length - headAt, record)) {
        next = new Uint8Array(key);
        return false;
      }
      this.#visits++;
      this.#take(key, record);
      return true;
    });
    const end = out.length;
    out.length = headAt;
    out.raw(next ?? stop);
    out.u32(this.#count);
    out.length = end;
  }

  /** A large value is alone in its answer, so that it fits a frame. */
  #isFull(bytes: number, record: Uint8Array): boolean {
    if (this.#visits >= LISTED_VISITS) return true;
    if ((this.#flags & ListFlag.countOnly) !== 0) return false;
    if (this.#count >= this.#limit) return true;
    const more = (this.#flags & ListFlag.values) !== 0 ? record.length : 0;
    return this.#count > 0 && bytes + more >= LIST_BYTES;
  }

  #take(key: Uint8Array, record: Uint8Array): void {
    if (isGone(record, this.#now)) return;
    const name = nameOf(record);
    if (name === null && (this.#flags & ListFlag.unnamed) === 0) return;
    if (!beginsWith(name, this.#prefix)) return;
    this.#count++;
    if ((this.#flags & ListFlag.countOnly) !== 0) return;
    const out = this.#out;
    out.raw(key);
    out.raw(record, 0, VERSION_BYTES);
    out.f64(expiryMs(record));
    out.f64(valueBytes(record));
    out.u8(name === null ? 0 : 1);
    out.u32(name?.length ?? 0);
    if (name !== null) out.raw(name);
    if ((this.#flags & ListFlag.values) !== 0) out.raw(record, valueAt(record));
  }
}
