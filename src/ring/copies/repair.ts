/**
 * Repair: sees to it that the copies of our arcs are where they should be, and that what is here and
 * should be elsewhere gets there before it goes.
 *
 *     our arc   ── compare with each backup ──▶  on a new backup at once, else every 10 s
 *     foreign   ── confirm with its owner ────▶  wanted: send it · safe: drop it · else: keep it
 *
 * Nothing is ever dropped on our own judgement of who owns what: only after the owner has said that
 * it holds the record, as new or newer, durable, with all its backups in step. An arc that shrinks,
 * a join that fails in the middle, a node that comes back after a week: their records are foreign
 * until somebody answers for them.
 */
import { isInArc } from '../../core/arc.ts';
import { ID_BYTES } from '../../core/id.ts';
import { randomBelow } from '../../core/random.ts';
import type { Copy, Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { backupsOf } from '../circle/neighbours.ts';
import { FrameType, readU32, Status } from '../frames.ts';
import type { RingNode } from '../node.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import { visitArc } from '../records/digests.ts';
import { isForgotten } from '../records/record.ts';
import { Operation } from '../routing.ts';
import { Confirmed, LISTED_RECORDS } from './compared.ts';
import { sendRecord } from './replicas.ts';
import { following, Sync } from './sync.ts';

/** After a comparison that failed: long enough for a pulse to tell why. */
const AGAIN_MS = 1000;
/** Records looked at in one turn while looking for foreign ones. */
const STEPS = 8192;

const NO_COPIES: Copy[] = [];

/** The predecessors have changed: who keeps our copies now? */
export function refreshCopies(node: RingNode, now: number, identity: Identity): void {
  const { k } = node.settings;
  const chosen = k === 0 ? [] : backupsOf(identity.member, identity.predecessors, k);
  const before = identity.copies;
  const same = (copy: Copy, i: number) => copy.member === chosen[i];
  if (before.length === chosen.length && before.every(same)) return;
  for (const { member, sync } of before) if (sync && !chosen.includes(member)) sync.abort();
  identity.copies =
    chosen.length === 0 ? NO_COPIES : chosen.map((member) => copyAt(before, member, now));
  if (chosen.length === 0) identity.isSettled = true;
  node.upkeep.repairAtMs = Math.min(node.upkeep.repairAtMs, now);
  for (const write of [...(identity.writes ?? [])]) {
    write.spread(now);
    write.progress(now);
  }
}

/** Where stores and neighbours were set up together, all copies are as they should be. */
export function beginInStep(node: RingNode, now: number, identity: Identity): void {
  refreshCopies(node, now, identity);
  for (const copy of identity.copies) {
    copy.isInStep = true;
    copy.dueAtMs = now + randomBelow(node.random, node.settings.repairMs);
  }
}

function copyAt(before: readonly Copy[], member: Member, now: number): Copy {
  const known = before.find((copy) => copy.member === member);
  return known ?? { member, isInStep: false, sync: null, dueAtMs: now };
}

/** The arc has grown by what somebody else answered for. */
export function widened(now: number, identity: Identity): void {
  for (const copy of identity.copies) {
    copy.sync?.abort();
    copy.sync = null;
    copy.isInStep = false;
    copy.dueAtMs = now;
  }
  identity.isSettled = identity.copies.length === 0;
}

/** Begins the comparisons that are due. */
export function repair(node: RingNode, now: number): void {
  node.upkeep.repairAtMs = now + node.settings.repairMs;
  for (const identity of node.identities) {
    if (!identity.isMember) continue;
    for (const copy of identity.copies) {
      if (copy.sync === null && copy.dueAtMs <= now) compare(node, now, identity, copy);
      node.upkeep.repairAtMs = Math.min(node.upkeep.repairAtMs, Math.max(copy.dueAtMs, now + 1));
    }
  }
}

function compare(node: RingNode, now: number, identity: Identity, copy: Copy): void {
  const { end } = identity;
  const sync = new Sync(node, copy.member, identity.hash, end, node.repairRate, (at, isEqual) => {
    copy.sync = null;
    const isOfUse = isEqual && !sync.isSpoiled && identity.copies.includes(copy);
    copy.dueAtMs = at + (isOfUse ? node.settings.repairMs : AGAIN_MS);
    node.upkeep.repairAtMs = Math.min(node.upkeep.repairAtMs, copy.dueAtMs);
    if (!isOfUse) return;
    // It held for the arc as it was; if that has grown meanwhile, `widened` has given this sync up.
    copy.isInStep = true;
    if (identity.copies.every((other) => other.isInStep)) identity.isSettled = true;
    if (sync.records === 0) return;
    node.event({
      kind: 'repaired',
      identity: identity.member.address,
      peer: copy.member.address,
      records: sync.records,
      bytes: sync.bytes,
    });
  });
  copy.sync = sync;
  copy.dueAtMs = now + node.settings.repairMs;
  sync.start(now);
}

// What belongs to others.

/**
 * Where the arcs end whose copies an identity may have to keep: after the arcs of the K nearest other
 * processes behind it. Null when the whole circle is no more than that.
 */
export function keptEnd(node: RingNode, identity: Identity): Uint8Array | null {
  const { k } = node.settings;
  if (k === 0) return identity.end;
  const seen: Member[] = [];
  for (const member of identity.successors) {
    if (member.home === node.home || seen.some((other) => alike(other, member))) continue;
    if (seen.length === k) return member.hash;
    seen.push(member);
  }
  return null;
}

/** Do two members count once when copies are placed? */
function alike(a: Member, b: Member): boolean {
  return a.home === b.home || (a.host !== 0 && a.host === b.host);
}

/** Is there a record for somebody else among those of a frame, which was written when we were near? */
export function holdsForeign(
  node: RingNode,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (!node.isMember) return false;
  const ends = node.identities.map((identity) => keptEnd(node, identity));
  for (let at = start; at < end; ) {
    if (!isOurs(node, ends, bytes, at)) return true;
    at += ID_BYTES + 4 + readU32(bytes, at + ID_BYTES);
  }
  return false;
}

/**
 * Did a class program take it when we left? It may name us as the owner for as long as we live: some
 * look for another only when we do not answer any more.
 */
function isTakenByPlain(node: RingNode, key: Uint8Array): boolean {
  return node.identities.some(
    ({ isTakenByPlain, hash, end }) => isTakenByPlain && isInArc(key, 0, hash, 0, end, 0),
  );
}

/** May we have to keep a record under this key? */
function isOurs(
  node: RingNode,
  ends: readonly (Uint8Array | null)[],
  key: Uint8Array,
  at = 0,
): boolean {
  for (let i = 0; i < node.identities.length; i++) {
    const identity = node.identities[i]!;
    if (!identity.isMember) continue;
    const end = ends[i];
    if (end === null || isInArc(key, at, identity.hash, 0, end!, 0)) return true;
  }
  return false;
}

/**
 * One pass over the store for records of others. It goes from owner to owner; `node.foreign` is how
 * many were still here when it ended, and `done` hears it.
 */
export class Release {
  readonly node: RingNode;
  readonly #done: (now: number, left: number) => void;
  #at: Uint8Array = new Uint8Array(ID_BYTES);
  #left = 0;
  #isOver = false;

  constructor(node: RingNode, done: (now: number, left: number) => void) {
    this.node = node;
    this.#done = done;
  }

  abort(): void {
    this.#isOver = true;
  }

  /** Goes on from the cursor: finds the next foreign record and asks for its owner. */
  step(now: number): void {
    if (this.#isOver) return;
    const { node } = this;
    const ends = node.identities.map((identity) => keptEnd(node, identity));
    if (node.identities.some((identity, i) => identity.isMember && ends[i] === null)) {
      return this.#finish(now);
    }
    let steps = 0;
    let found: Uint8Array | null = null;
    let last: Uint8Array | null = null;
    node.store.range(this.#at, null, (key, record) => {
      if (++steps > STEPS) return false;
      last = new Uint8Array(key);
      if (isOurs(node, ends, key) || isTakenByPlain(node, key)) return true;
      if (isForgotten(record, now, node.settings.tombstoneMs)) return true;
      found = last;
      return false;
    });
    if (found !== null) return this.#ask(now, found, ends);
    if (steps <= STEPS || last === null) return this.#finish(now);
    this.#at = following(last);
    node.after(now, (at) => this.step(at));
  }

  #ask(now: number, key: Uint8Array, ends: readonly (Uint8Array | null)[]): void {
    const via = this.node.isMember ? null : this.node.waysIn();
    new Operation(this.node, 'owner', key, null, 'one', via, (at, _outcome, owner, end) => {
      if (this.#isOver) return;
      if (owner === null || end === null) {
        // The ring is on the move, or nobody is there: the next pass begins anew.
        this.#left++;
        return this.#finish(at);
      }
      if (this.node.isOwn(owner)) return this.#skip(at, following(key), 1);
      // A class program cannot confirm, only take over what `DIS` brings: ours stay here.
      if (this.node.isPlain(owner)) return this.#skip(at, following(key), 0);
      this.#confirm(at, key, owner, end, ends);
    }).start(now);
  }

  /** Goes on behind `at`; `left` records stay here for now. */
  #skip(now: number, at: Uint8Array, left: number): void {
    this.#left += left;
    this.#at = at;
    if (at.every((byte) => byte === 0)) return this.#finish(now); // over the end of the circle
    this.node.after(now, (then) => this.step(then));
  }

  #confirm(
    now: number,
    key: Uint8Array,
    owner: Member,
    end: Uint8Array,
    ends: readonly (Uint8Array | null)[],
  ): void {
    const { node } = this;
    const list: { key: Uint8Array; version: Uint8Array }[] = [];
    const upTo = isInArc(new Uint8Array(ID_BYTES), 0, key, 0, end, 0) ? null : end;
    node.store.range(key, upTo, (found, record) => {
      if (isOurs(node, ends, found)) return false;
      list.push({
        key: new Uint8Array(found),
        version: new Uint8Array(record.subarray(0, VERSION_BYTES)),
      });
      return list.length < LISTED_RECORDS;
    });
    if (list.length === 0) return this.#skip(now, following(key), 0);
    const after = following(list.at(-1)!.key);
    const link = node.linkTo(now, owner);
    const out = link.ask(now, FrameType.confirm, node.lines.bulk, (at, reply) => {
      if (this.#isOver) return;
      if (reply === null) node.suspect(at, owner);
      if (reply === null || reply.u8() !== Status.ok || reply.left !== list.length) {
        if (reply) reply.at = reply.end;
        return this.#skip(at, after, list.length);
      }
      let left = 0;
      for (const { key: found, version } of list) {
        if (!this.#settle(at, owner, found, version, reply.u8())) left++;
      }
      this.#skip(at, after, left);
    });
    out.u8(node.isMember ? 0 : 1);
    for (const { key: found, version } of list) {
      out.raw(found);
      out.raw(version);
    }
    link.send();
  }

  /** True when the record is gone from here. */
  #settle(
    now: number,
    owner: Member,
    key: Uint8Array,
    version: Uint8Array,
    verdict: number,
  ): boolean {
    const { node } = this;
    const record = node.store.get(key, 0);
    if (record === null) return true;
    if (verdict === Confirmed.wanted) {
      sendRecord(node, now, owner, key, new Uint8Array(record), () => {});
      return false;
    }
    if (verdict !== Confirmed.safe || compareVersions(record, 0, version, 0) !== 0) return false;
    // The ring may have moved while we asked.
    const ends = node.identities.map((identity) => keptEnd(node, identity));
    if (isOurs(node, ends, key)) return false;
    node.removeRecord(key);
    node.counters.released++;
    return true;
  }

  #finish(now: number): void {
    this.#isOver = true;

    this.#done(now, this.#left);
  }
}

/** Drops tombstones that have done their duty. */
export function forget(node: RingNode, now: number): void {
  const gone: Uint8Array[] = [];
  const all = new Uint8Array(ID_BYTES);
  visitArc(node.store, all, all, (key, record) => {
    if (isForgotten(record, now, node.settings.tombstoneMs)) gone.push(new Uint8Array(key));
    return gone.length < STEPS;
  });
  for (const key of gone) node.removeRecord(key);
  node.counters.forgotten += gone.length;
}
