/**
 * Commit: a record that has its version on its way to all copies that the owner's title names. It is
 * *committed* when all of them have it durably, each having looked whether the title is still the last
 * that it knows; then whoever takes over from any of them has it.
 *
 *     owner, title 5    ── keep: epoch 5, record ──▶ copy    5 is the last I accepted, and I have promised
 *       │                                                    nothing above it: kept, flushed, ok
 *       │               ── keep: epoch 5, record ──▶ copy    I have promised 6: refused
 *       └─ all named have it, and as many as the level asks for ─▶ done
 *
 * Who is to be named next gets it, too, without a word about epochs, so that it lacks nothing when it is.
 */

import { compareIds, ID_BYTES } from '../../core/id.ts';
import { BULK_BYTES, BULK_BYTES_PER_WAIT } from '../bounds.ts';
import type { Identity, PendingWrite } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { backupsWanted } from '../circle/neighbours.ts';
import { Status } from '../frames.ts';
import { Waiter } from '../patience.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import type { Level } from '../settings.ts';
import type { RingState } from '../state.ts';
import { peerOf } from '../tenure/choosing.ts';
import { hasPeer, type Peer, samePeer } from '../titles/title.ts';
import { keep } from './keeping.ts';
import { sendKept, type Verdict } from './kept-frames.ts';
import { copiesFor, sendRecord, type WriteDone } from './replicas.ts';

/** A copy that has not kept a record after this is late: longer than a slow disk and a far way take. */
const LATE_MS = 2000;
/** One that did not keep a record is compared after this, and brought into step. */
const AGAIN_MS = 1000;

class Commit extends Waiter implements PendingWrite {
  readonly node: RingState;
  readonly identity: Identity;
  readonly key: Uint8Array;
  readonly record: Uint8Array;
  readonly level: Level;
  readonly found: boolean;
  readonly done: WriteDone;
  readonly #begunAtMs: number;
  isDurable = false;
  isOver = false;
  /** Others who wait for the same record to be everywhere. */
  readonly #others: WriteDone[] = [];
  #waits = 0;
  #sent: Peer[] = [];
  #acked: Peer[] = [];

  constructor(
    node: RingState,
    now: number,
    identity: Identity,
    key: Uint8Array,
    record: Uint8Array,
    level: Level,
    found: boolean,
    done: WriteDone,
  ) {
    super();
    this.#begunAtMs = now;
    this.node = node;
    this.identity = identity;
    this.key = key;
    this.record = record;
    this.level = level;
    this.found = found;
    this.done = done;
  }

  isAt(peer: Peer): boolean {
    return hasPeer(this.#acked, peer);
  }

  /** Tells `done`, too, when it is this record that is on its way to a majority. */
  joins(key: Uint8Array, record: Uint8Array, done: WriteDone): boolean {
    if (this.isOver || this.level !== 'quorum' || compareIds(this.key, 0, key, 0) !== 0)
      return false;
    if (compareVersions(this.record, 0, record, 0) !== 0) return false;
    this.#others.push(done);
    return true;
  }

  spread(now: number): void {
    const { identity, node } = this;
    const { holding } = identity;
    if (this.isOver || holding === null) return;
    const { copies, epoch } = holding.title;
    for (const peer of copies) {
      if (samePeer(peer, node.seat!.peer) || hasPeer(this.#sent, peer)) continue;
      this.#sent.push(peer);
      sendKept(node, now, peer, epoch, this.key, this.record, (at, verdict) => {
        this.#heard(at, peer, verdict);
      });
    }
    for (const { member } of identity.copies) {
      const peer = peerOf(member);
      if (peer === null || hasPeer(this.#sent, peer)) continue;
      this.#sent.push(peer);
      sendRecord(node, now, member, this.key, this.record, (at, isKept) => {
        this.#heard(at, peer, isKept ? 'kept' : 'failed');
      });
    }
  }

  #heard(now: number, peer: Peer, verdict: Verdict): void {
    if (verdict === 'kept') {
      this.#acked.push(peer);
      if (this.isOver) this.#note();
      return this.progress(now);
    }
    this.#sent = this.#sent.filter((other) => !samePeer(other, peer));
    for (const copy of this.identity.copies) {
      if (copy.member.home !== peer.home) continue;
      copy.isInStep = false;
      copy.dueAtMs = Math.min(copy.dueAtMs, now + AGAIN_MS);
      this.node.agenda.repairBy(copy.dueAtMs);
    }
    if (verdict === 'refused' && !this.isOver) this.node.challenged(now, this.identity);
  }

  /** Durable copies among those that the title names, ours included. */
  get copies(): number {
    const named = this.identity.holding?.title.copies ?? [];
    let count = this.isDurable ? 1 : 0;
    for (const peer of named) if (hasPeer(this.#acked, peer)) count++;
    return count;
  }

  progress(now: number): void {
    const { holding } = this.identity;
    if (this.isOver || !this.isDurable || holding === null) return;
    if (this.level === 'one') return this.#finish(now, Status.ok);
    // All that this title names have it, so whatever follows it is made from has it, too.
    const { copies } = holding.title;
    if (this.copies < copies.length || this.copies < copiesFor(this.level, this.#backups)) return;
    this.#finish(now, Status.ok);
  }

  /** Backups that it is owed: those that there should be, and those that we only have to get to know. */
  get #backups(): number {
    const { member, predecessors, successors, holding } = this.identity;
    const { k } = this.node.settings;
    const known = backupsWanted(member, predecessors, successors, k);
    return Math.max(holding!.title.wanted - 1, known);
  }

  failed(now: number): void {
    if (!this.isOver) this.#finish(now, Status.storeFailed);
  }

  lost({ home }: Member): void {
    this.#sent = this.#sent.filter((peer) => peer.home !== home);
    this.#acked = this.#acked.filter((peer) => peer.home !== home);
  }

  disowned(now: number): void {
    if (!this.isOver) this.#finish(now, Status.tooFewCopies);
  }

  expired(now: number): void {
    if (++this.#waits * BULK_BYTES_PER_WAIT < this.record.length) {
      return this.node.lines.writes.join(now, this);
    }
    this.noteLate(now);
    this.#finish(now, Status.tooFewCopies);
  }

  /** False when it, and so all that were begun later, may still take a little. */
  isLate(now: number): boolean {
    return this.#begunAtMs + LATE_MS <= now;
  }

  get isBulk(): boolean {
    return this.record.length > BULK_BYTES;
  }

  /** Who lives and keeps nothing is named no longer, so that the others can go on without it. */
  noteLate(now: number): void {
    const { copies, holding } = this.identity;
    for (const { home, incarnation } of holding?.title.copies ?? []) {
      if (home === this.node.home || this.isAt({ home, incarnation })) continue;
      holding!.late.add(home);
      for (const copy of copies) {
        if (copy.member.home !== home) continue;
        copy.isInStep = false;
        copy.dueAtMs = now;
        this.node.agenda.repairBy(now);
      }
    }
  }

  /** At `one` it goes on to the other copies, and may be read before it is there. */
  #finish(now: number, status: Status): void {
    this.isOver = true;
    this.line?.leave(this);
    this.identity.writes?.delete(this);
    this.node.writeBytes -= this.record.length;
    this.#note();
    const version = Uint8Array.prototype.slice.call(this.record, 0, VERSION_BYTES);
    const { copies, found } = this;
    this.done(now, status, found, copies, version);
    for (const done of this.#others) done(now, status, found, copies, version);
  }

  /** Is the key open? Only the last record of it says that it is not. */
  #note(): void {
    const { holding } = this.identity;
    const last = this.node.store.head(this.key, 0);
    if (holding === null || last === null || compareVersions(last, 0, this.record, 0) !== 0) return;
    const isEverywhere = this.copies >= holding.title.copies.length;
    if (isEverywhere) holding.open.delete(nameOf(this.key));
    else holding.open.add(nameOf(this.key));
  }
}

/** A key as it stands in sets. */
export function nameOf(key: Uint8Array): string {
  return String.fromCharCode(...key.subarray(0, ID_BYTES));
}

export function keyOf(name: string): Uint8Array {
  return Uint8Array.from(name, (char) => char.charCodeAt(0));
}

/** Finds out who keeps others waiting. */
export function noteLate(now: number, { writes }: Identity): void {
  for (const write of writes ?? []) {
    if (!(write instanceof Commit) || write.isBulk) continue;
    if (!write.isLate(now)) return;
    write.noteLate(now);
  }
}

/** Waits for a record that is on its way to a majority already; false when it is not. */
export function joinCommit(
  { writes }: Identity,
  key: Uint8Array,
  record: Uint8Array,
  done: WriteDone,
): boolean {
  for (const write of writes ?? []) {
    if (write instanceof Commit && write.joins(key, record, done)) return true;
  }
  return false;
}

/** Brings a record to the copies; `isNew`: it is not in our own store yet. */
export function commit(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  record: Uint8Array,
  level: Level,
  found: boolean,
  isNew: boolean,
  done: WriteDone,
): void {
  const pending = new Commit(node, now, identity, key, record, level, found, done);
  identity.writes ??= new Set();
  identity.writes.add(pending);
  node.lines.writes.join(now, pending);
  node.writeBytes += record.length;
  if (isNew) keep(node, now, key, 0, record);
  pending.spread(now);
  if (isNew) identity.handover?.mirror(now, key, record);
  node.flushes.wait((at, error) => {
    if (error !== null) return pending.failed(at);
    pending.isDurable = true;
    pending.progress(at);
  });
}
