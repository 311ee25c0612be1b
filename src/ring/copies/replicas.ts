/**
 * Replicas: a record that has its version on its way to all who keep it.
 *
 *     owner    store.put · flush ───────────────────────── durable ─┐
 *       ├──▶   backup 1   store.put · flush ── durable ── ack ──────┼─▶ enough for the level: done
 *       └──▶   backup 2   store.put · flush ── durable ── ack ──────┘
 *
 * All three are under way at once. The owner's own copy is always among those counted, so is nobody
 * twice, and nobody who is no longer a backup. When a backup is given up, the write goes to whoever
 * takes its place; a write that finds too few in time fails, and may be there all the same.
 */
import { BULK_BYTES, BULK_BYTES_PER_WAIT } from '../bounds.ts';
import type { Identity, PendingWrite } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { backupsWanted } from '../circle/neighbours.ts';
import { FrameType, Status } from '../frames.ts';
import { Waiter } from '../patience.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import type { Level } from '../settings.ts';
import type { RingState } from '../state.ts';
import type { Peer } from '../titles/title.ts';
import { keep, putRecord } from './keeping.ts';

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

class Write extends Waiter implements PendingWrite {
  readonly node: RingState;
  readonly identity: Identity;
  readonly key: Uint8Array;
  record: Uint8Array;
  readonly level: Level;
  readonly found: boolean;
  readonly done: WriteDone;
  /** Nobody had this record before; else it is one that was read, on its way to those who lack it. */
  readonly isNew: boolean;
  isDurable = false;
  isOver = false;
  #waits = 0;
  /** Backups that it was sent to, and those that have it. */
  sent: Member[] = [];
  acked: Member[] = [];

  constructor(
    node: RingState,
    identity: Identity,
    key: Uint8Array,
    record: Uint8Array,
    level: Level,
    found: boolean,
    done: WriteDone,
    isNew: boolean,
  ) {
    super();
    this.node = node;
    this.identity = identity;
    this.key = key;
    this.record = record;
    this.level = level;
    this.found = found;
    this.done = done;
    this.isNew = isNew;
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

  spread(now: number): void {
    for (const copy of this.identity.copies) {
      const { member } = copy;
      if (this.sent.includes(member)) continue;
      this.sent.push(member);
      const { record } = this;
      sendRecord(this.node, now, member, this.key, record, (at, isKept, newer) => {
        if (record !== this.record) return;
        if (newer !== null && this.#isLatest()) return this.#outbid(at, newer);
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

  /** It is a new write, and nobody has written after it here. */
  #isLatest(): boolean {
    const here = this.node.store.head(this.key, 0);
    return this.isNew && here !== null && compareVersions(here, 0, this.record, 0) === 0;
  }

  /**
   * A backup has something newer of it, from somebody whose clock is before ours: what is written last has to
   * be the newest, so it gets another version.
   */
  #outbid(now: number, newer: Uint8Array): void {
    const { node, identity, key } = this;
    if (this.isOver || !identity.owns(key, 0)) return;
    this.record = new Uint8Array(this.record);
    node.clock.next(node.timeOf(now), identity.hash, newer, this.record);
    this.sent = [];
    this.acked = [];
    this.isDurable = false;
    this.put(now);
  }

  /** Into our store, and to all who keep it. */
  put(now: number): void {
    const { node, identity, key, record } = this;
    keep(node, now, key, 0, record);
    this.spread(now);
    identity.handover?.mirror(now, key, record);
    node.flushes.wait((at, error) => {
      if (record !== this.record) return;
      if (error !== null) return this.failed(at);
      this.isDurable = true;
      this.progress(at);
    });
  }

  lost(backup: Member): void {
    this.sent = this.sent.filter((other) => other !== backup);
    this.acked = this.acked.filter((other) => other !== backup);
  }

  progress(now: number): void {
    if (this.isOver || !this.isDurable) return;
    if (this.copies < copiesFor(this.level, this.#backups)) return;
    // Those that are still missing are told of by their own failure; the write itself is done.
    this.#finish(now, Status.ok);
  }

  isAt({ home }: Peer): boolean {
    return this.acked.some((member) => member.home === home);
  }

  disowned(): void {}

  failed(now: number): void {
    if (!this.isOver) this.#finish(now, Status.storeFailed);
  }

  expired(now: number): void {
    if (++this.#waits * BULK_BYTES_PER_WAIT < this.record.length) {
      return this.node.lines.writes.join(now, this);
    }
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

/**
 * Sends one record for keeping. `heard` is told whether it is durable there, or else the version that is there
 * and is newer.
 */
export function sendRecord(
  node: RingState,
  now: number,
  to: Member,
  key: Uint8Array,
  record: Uint8Array,
  heard: (now: number, isKept: boolean, newer: Uint8Array | null) => void,
): void {
  const isBulk = record.length > BULK_BYTES;
  const link = isBulk ? node.connections.toBulk(now, to) : node.linkTo(now, to);
  const out = link.ask(now, FrameType.replicate, node.lines.bulk, (at, reply) => {
    const isKept = reply !== null && reply.u8() === Status.ok;
    if (reply === null) node.suspect(at, to);
    const newer = (reply?.left ?? 0) >= VERSION_BYTES ? reply!.copy(VERSION_BYTES) : null;
    heard(at, isKept, newer);
  });
  putRecord(out, key, record);
  link.send();
}

/** Where no backups are wanted there is nobody to send it to, and nobody to wait for. */
function keepAlone(
  node: RingState,
  now: number,
  key: Uint8Array,
  record: Uint8Array,
  found: boolean,
  done: WriteDone,
): void {
  const { length } = record;
  node.writeBytes += length;
  keep(node, now, key, 0, record);
  node.flushes.wait((at, error) => {
    node.writeBytes -= length;
    const version = Uint8Array.prototype.slice.call(record, 0, VERSION_BYTES);
    if (error === null) done(at, Status.ok, found, 1, version);
    else done(at, Status.storeFailed, found, 0, version);
  });
}

/** Brings a record that has its version to as many copies as the level asks for. */
export function replicate(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  record: Uint8Array,
  level: Level,
  found: boolean,
  done: WriteDone,
  isNew = true,
): void {
  if (node.settings.k === 0 && identity.copies.length === 0 && identity.handover === null) {
    return keepAlone(node, now, key, record, found, done);
  }
  const pending = new Write(node, identity, key, record, level, found, done, isNew);
  identity.writes ??= new Set();
  identity.writes.add(pending);
  node.lines.writes.join(now, pending);
  node.writeBytes += record.length;
  pending.put(now);
}
