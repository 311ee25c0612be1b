/**
 * Replicas: what an owner does with a write, and with a read that wants more than its own word.
 *
 *     owner    version · store.put · flush ─────────────── durable ─┐
 *       ├──▶   backup 1   store.put · flush ── durable ── ack ──────┼─▶ enough for the level: reply
 *       └──▶   backup 2   store.put · flush ── durable ── ack ──────┘
 *
 * All three are under way at once. The owner's own copy is always among those counted, so is nobody
 * twice, and nobody who is no longer a backup. When a backup is given up, the write goes to whoever
 * takes its place; a write that finds too few in time fails, and may be there all the same.
 *
 * A read at `quorum` takes the newest of a majority and, before it answers, brings a majority to that
 * state: what was read once is read by everybody later (Attiya, Bar-Noy, Dolev 1995).
 */
import { COMMANDS_LIMIT_BYTES, RETRY_MS } from '../bounds.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { backupsOf, backupsWanted } from '../circle/neighbours.ts';
import { type Frame, FrameType, type FrameWriter, Status } from '../frames.ts';
import type { RingNode } from '../node.ts';
import { Waiter } from '../patience.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import { isRecord, isTombstone } from '../records/record.ts';
import type { Level } from '../settings.ts';

/** How a write ended: the status, was there a value before, durable copies, the version given. */
export type WriteDone = (
  now: number,
  status: Status,
  found: boolean,
  copies: number,
  version: Uint8Array | null,
) => void;

/** Copies that a level asks for, the owner's included, where there are `backups`. */
export function copiesFor(level: Level, backups: number): number {
  if (level === 'one') return 1;
  return level === 'all' ? backups + 1 : Math.floor((backups + 1) / 2) + 1;
}

export class Write extends Waiter {
  readonly node: RingNode;
  readonly identity: Identity;
  readonly key: Uint8Array;
  readonly record: Uint8Array;
  readonly level: Level;
  readonly found: boolean;
  readonly done: WriteDone;
  isDurable = false;
  isOver = false;
  /** Backups that it was sent to, and those that have it. */
  sent: Member[] = [];
  acked: Member[] = [];

  constructor(
    node: RingNode,
    identity: Identity,
    key: Uint8Array,
    record: Uint8Array,
    level: Level,
    found: boolean,
    done: WriteDone,
  ) {
    super();
    this.node = node;
    this.identity = identity;
    this.key = key;
    this.record = record;
    this.level = level;
    this.found = found;
    this.done = done;
  }

  /** Durable copies that count: ours, and those of present backups. */
  get copies(): number {
    let count = this.isDurable ? 1 : 0;
    for (const { member } of this.identity.copies) if (this.acked.includes(member)) count++;
    return count;
  }

  /** Backups that it is owed: those we have, and those that we only have to get to know. */
  get #backups(): number {
    const { member, predecessors, successors, copies } = this.identity;
    if (this.level === 'one') return copies.length;
    const { k } = this.node.settings;
    return Math.max(copies.length, backupsWanted(member, predecessors, successors, k));
  }

  /** Sends it to every backup that does not have it yet. */
  spread(now: number): void {
    for (const copy of this.identity.copies) {
      const { member } = copy;
      if (this.sent.includes(member)) continue;
      this.sent.push(member);
      sendRecord(this.node, now, member, this.key, this.record, (at, isKept) => {
        if (isKept) this.acked.push(member);
        else {
          copy.isInStep = false;
          copy.dueAtMs = at;
          this.sent = this.sent.filter((other) => other !== member);
        }
        this.progress(at);
      });
    }
  }

  progress(now: number): void {
    if (this.isOver || !this.isDurable) return;
    if (this.copies < copiesFor(this.level, this.#backups)) return;
    // Those that are still missing are told of by their own failure; the write itself is done.
    this.#finish(now, Status.ok);
  }

  failed(now: number): void {
    if (!this.isOver) this.#finish(now, Status.storeFailed);
  }

  expired(now: number): void {
    this.#finish(now, Status.tooFewCopies);
  }

  #finish(now: number, status: Status): void {
    this.isOver = true;
    this.line?.leave(this);
    this.identity.writes?.delete(this);
    this.node.writeBytes -= this.record.length;
    const version = Uint8Array.prototype.slice.call(this.record, 0, VERSION_BYTES);
    this.done(now, status, this.found, this.copies, version);
  }
}

/** Sends one record for keeping. `heard` is told whether it is durable there. */
export function sendRecord(
  node: RingNode,
  now: number,
  to: Member,
  key: Uint8Array,
  record: Uint8Array,
  heard: (now: number, isKept: boolean) => void,
): void {
  const link = node.linkTo(now, to);
  const out = link.ask(now, FrameType.replicate, node.lines.bulk, (at, reply) => {
    const isKept = reply !== null && reply.u8() === Status.ok;
    if (reply === null) node.suspect(at, to);
    heard(at, isKept);
  });
  putRecord(out, key, record);
  link.send();
}

export function putRecord(out: FrameWriter, key: Uint8Array, record: Uint8Array): void {
  out.raw(key);
  out.u32(record.length);
  out.raw(record);
}

/** Takes all records of a frame into the store. False when one of them is none. */
export function keepRecords(node: RingNode, now: number, frame: Frame): boolean {
  while (frame.left > 0) {
    const key = frame.skip(20);
    const length = frame.u32();
    const start = frame.skip(length);
    if (frame.isBroken || !isRecord(frame.bytes, start, start + length)) return false;
    node.keep(now, frame.bytes, key, frame.bytes.subarray(start, start + length));
  }
  return true;
}

/**
 * A write of a client. `record` still lacks its version; it and `key` are the write's to keep.
 * `done` may be called at once.
 */
export function write(
  node: RingNode,
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
  node: RingNode,
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
  settle(node, now, identity, key, record, level, found, done);
}

/** Brings a record that has its version to as many copies as the level asks for. */
function settle(
  node: RingNode,
  now: number,
  identity: Identity,
  key: Uint8Array,
  record: Uint8Array,
  level: Level,
  found: boolean,
  done: WriteDone,
): void {
  const pending = new Write(node, identity, key, record, level, found, done);
  identity.writes ??= new Set();
  identity.writes.add(pending);
  node.lines.writes.join(now, pending);
  node.writeBytes += record.length;
  node.keep(now, key, 0, record);
  pending.spread(now);
  identity.handover?.mirror(now, key, record);
  node.flushes.wait((at, error) => {
    if (error !== null) return pending.failed(at);
    pending.isDurable = true;
    pending.progress(at);
  });
}

/** What a read found: the record, null when there is none; or a status that says why not. */
export type ReadDone = (now: number, status: Status, record: Uint8Array | null) => void;

/**
 * The newest of as many copies as the level asks for; at `one` of all that answer. `done` may be
 * called at once; its record is borrowed. Ours is brought up to date.
 *
 * In an arc that was taken over from the dead a majority of ours says nothing: theirs was another one.
 * There everybody in our list is asked, and above `one` whoever does not answer is waited for until he
 * does or is given up.
 */
export function newest(
  node: RingNode,
  now: number,
  identity: Identity,
  key: Uint8Array,
  level: Level,
  done: ReadDone,
): void {
  new Reading(node, identity, key, level, now + node.lines.writes.delayMs, done).start(now);
}

class Reading {
  readonly node: RingNode;
  readonly identity: Identity;
  readonly key: Uint8Array;
  readonly level: Level;
  readonly giveUpAtMs: number;
  readonly done: ReadDone;
  #isSettled = true;
  #needed = 1;
  #asked: readonly Member[] = [];
  #best: Uint8Array | null = null;
  #heard = 1;
  #missing: Member[] = [];
  #isUnanimous = true;
  #isDone = false;

  constructor(
    node: RingNode,
    identity: Identity,
    key: Uint8Array,
    level: Level,
    giveUpAtMs: number,
    done: ReadDone,
  ) {
    this.node = node;
    this.identity = identity;
    this.key = key;
    this.level = level;
    this.giveUpAtMs = giveUpAtMs;
    this.done = done;
  }

  start(now: number): void {
    const { identity, node, key, level } = this;
    const { copies, member, predecessors } = identity;
    this.#isSettled = identity.isSettled;
    this.#needed = copiesFor(level, copies.length);
    this.#asked = this.#isSettled
      ? copies.map((copy) => copy.member)
      : backupsOf(member, predecessors, predecessors.length);
    this.#best = copyOf(node.store.get(key, 0));
    this.#heard = 1;
    this.#missing = [];
    this.#isUnanimous = true;
    for (const other of this.#asked) this.#ask(now, other);
    this.#step(now);
  }

  #ask(now: number, member: Member): void {
    const { node, key } = this;
    const round = this.#asked;
    const link = node.linkTo(now, member);
    const out = link.ask(now, FrameType.peek, node.lines.replies, (at, reply) => {
      if (reply === null) node.suspect(at, member);
      if (this.#isDone || round !== this.#asked) {
        if (reply) reply.at = reply.end;
        return;
      }
      if (reply === null) this.#missing.push(member);
      else this.#compare(reply);
      this.#step(at);
    });
    out.raw(key);
    link.send();
  }

  #compare(reply: Frame): void {
    this.#heard++;
    const theirs = reply.u8() === 1 ? reply.copy(reply.left) : null;
    const difference = compareRecords(theirs, this.#best);
    if (difference !== 0) this.#isUnanimous = false;
    if (difference > 0) this.#best = theirs;
  }

  #step(now: number): void {
    if (this.#isDone) return;
    const isEnough = this.#isSettled && this.level !== 'one' && this.#heard >= this.#needed;
    const isAll = this.#heard + this.#missing.length === this.#asked.length + 1;
    if (!isEnough && !isAll) return;
    if (!isEnough && this.#mustWait()) this.#again(now);
    else this.#conclude(now);
  }

  /** Somebody has not answered who may be the only one to know. */
  #mustWait(): boolean {
    if (this.level === 'one' || this.#isSettled) return false;
    return this.#missing.some((member) => this.identity.predecessors.includes(member));
  }

  #again(now: number): void {
    const atMs = now + RETRY_MS;
    if (atMs >= this.giveUpAtMs) return this.#end(now, Status.tooFewCopies, null);
    this.#asked = [];
    this.node.after(atMs, (at) => {
      if (this.identity.owns(this.key, 0)) this.start(at);
      else this.#end(at, Status.notMember, null);
    });
  }

  #conclude(now: number): void {
    const { node, identity, key, level } = this;
    const best = this.#best;
    if (this.#heard < this.#needed) return this.#end(now, Status.tooFewCopies, null);
    // Somebody else answers for it by now, and may have written since.
    if (!identity.owns(key, 0)) return this.#end(now, Status.notMember, null);
    if (this.#isUnanimous || best === null) return this.#end(now, Status.ok, best);
    node.counters.readRepairs++;
    if (level === 'one') {
      node.keep(now, key, 0, best);
      return this.#end(now, Status.ok, best);
    }
    this.#isDone = true;
    settle(node, now, identity, key, best, level, true, (at, status) => {
      this.done(at, status, best);
    });
  }

  #end(now: number, status: Status, record: Uint8Array | null): void {
    this.#isDone = true;
    this.done(now, status, record);
  }
}

/** Negative when `a` is the older one; nothing is older than anything. */
function compareRecords(a: Uint8Array | null, b: Uint8Array | null): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return compareVersions(a, 0, b, 0);
}

function copyOf(record: Uint8Array | null): Uint8Array | null {
  return record === null ? null : Uint8Array.prototype.slice.call(record);
}
