/**
 * Reads that want more than the owner's own word. At `quorum` the newest of a majority counts, and
 * before it is answered a majority is brought to that state: what was read once is read by everybody
 * later (Attiya, Bar-Noy, Dolev 1995).
 *
 *     owner ── peek ──▶ backups ── a majority, all of them ──▶ the newest
 *                                                              └ not unanimous: replicate it first
 */
import { RETRY_MS } from '../bounds.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { backupsOf } from '../circle/neighbours.ts';
import { type Frame, FrameType, Status } from '../frames.ts';
import type { Level } from '../settings.ts';
import type { RingState } from '../state.ts';
import { isConfirmed } from '../tenure/confirming.ts';
import { compareTimely, keep } from './keeping.ts';
import { copiesFor, replicate, type WriteDone } from './replicas.ts';
import { readTitled } from './titled-acts.ts';

/** How the reply to `peek` begins. */
export const Peeked = { absent: 0, here: 1, unreadable: 2 } as const;

/** What a read found: the record, null when there is none; or a status that says why not. */
type ReadDone = (now: number, status: Status, record: Uint8Array | null) => void;

/**
 * The newest of as many copies as the level asks for; at `one` ours. `done` may be called at once; its record is
 * borrowed. Ours is brought up to date.
 *
 * In an arc that was taken over from the dead a majority of ours says nothing: theirs was another one.
 * There everybody in our list is asked at every level, and above `one` whoever does not answer is waited for
 * until he does or is given up.
 */
export function newest(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  level: Level,
  done: ReadDone,
): void {
  if (identity.isTitled) return readTitled(node, now, identity, key, level, done);
  if (isOwnWord(identity, level) && identity.owns(key, 0)) {
    const own = node.lookUp(key);
    if (own === undefined) return done(now, Status.storeFailed, null);
    return done(now, Status.ok, own);
  }
  new Reading(node, identity, key, level, now + node.lines.writes.delayMs, done).start(now);
}

/** Without titles: is what is here the answer? */
function isOwnWord({ copies, isSettled }: Identity, level: Level): boolean {
  return isSettled && (level === 'one' || copies.length === 0);
}

/** What is here, if that is the answer and nobody has to be asked; borrowed. Undefined: it takes more than a look. */
export function glance(
  node: RingState,
  now: number,
  identity: Identity,
  key: Uint8Array,
  level: Level,
): Uint8Array | null | undefined {
  if (identity.isTitled) {
    const { holding } = identity;
    if (level !== 'one' || holding === null || !isConfirmed(node, now, holding)) return undefined;
  } else if (!isOwnWord(identity, level)) return undefined;
  return node.lookUp(key);
}

class Reading {
  readonly node: RingState;
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
    node: RingState,
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
    const own = node.lookUp(key);
    if (own === undefined) return this.#end(now, Status.storeFailed, null);
    this.#best = copyOf(own);
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
      else this.#compare(at, member, reply);
      this.#step(at);
    });
    out.raw(key);
    link.send();
  }

  #compare(now: number, member: Member, reply: Frame): void {
    const peeked = reply.u8();
    if (peeked === Peeked.unreadable) {
      this.#missing.push(member);
      return;
    }
    this.#heard++;
    const theirs = peeked === Peeked.here ? reply.copy(reply.left) : null;
    const difference = compareRecords(this.node, now, theirs, this.#best);
    if (difference !== 0) this.#isUnanimous = false;
    if (difference > 0) this.#best = theirs;
  }

  #step(now: number): void {
    if (this.#isDone) return;
    const isEnough = this.#isSettled && this.#heard >= this.#needed;
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
      keep(node, now, key, 0, best);
      return this.#end(now, Status.ok, best);
    }
    this.#isDone = true;
    const done: WriteDone = (at, status) => this.done(at, status, best);
    replicate(node, now, identity, key, best, level, true, done, false);
  }

  #end(now: number, status: Status, record: Uint8Array | null): void {
    this.#isDone = true;
    this.done(now, status, record);
  }
}

/** Negative when `a` is the older one; nothing is older than anything. */
function compareRecords(
  node: RingState,
  now: number,
  a: Uint8Array | null,
  b: Uint8Array | null,
): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return compareTimely(node, now, a, b);
}

function copyOf(record: Uint8Array | null): Uint8Array | null {
  return record === null ? null : Uint8Array.prototype.slice.call(record);
}
