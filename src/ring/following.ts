/**
 * Following, as an owner answers it: the changes of its keys since somebody last asked, or, when there are
 * none, as soon as there are. It keeps nothing for who follows; a token says where he stands.
 *
 *     changes   to · wait · log · number · version · kind · one key or a prefix
 *       ◀──     ok · kind · end · log · number · version · count · n × (flags · key · length · record)
 *
 * The token is a place in the history of one node: `log` is that history, `number` the next entry. Another
 * node, who has become the owner since, goes by `version`, the newest that was told: its own history has
 * what came later, for it was a backup, and a little more is told twice rather than once too few. When the
 * history does not reach back so far, the answer is `resync`: look at what is there, and follow from here.
 */
import { isInArc } from '../core/arc.ts';
import { equalIds } from '../core/id.ts';
import type { Identity } from './circle/identity.ts';
import { type Frame, FrameType, REPLY, Status } from './frames.ts';
import type { Link } from './link.ts';
import { compareVersions, VERSION_BYTES, versionMs } from './records/clock.ts';
import { visitHeads } from './records/digests.ts';
import { type Change, LOG_BYTES } from './records/history.ts';
import { nameOf } from './records/record.ts';
import { answerElsewhere, beginsWith, stopOf } from './replying.ts';
import type { RingState } from './state.ts';

export const Told = { changes: 0, resync: 1 } as const;
export const ChangeFlag = { cut: 1, expired: 2 } as const;
/** What is followed: everything whose name begins so, one key, all keys. */
export const Followed = { prefix: 0, key: 1 } as const;

/** Nobody waits longer for an answer: then he is told that nothing has changed, and asks again. */
const WAIT_MS_MAX = 2000;
/** Followers of one node at a time. */
const FOLLOWERS_MAX = 4096;
/** Bytes of changes in one answer, the last one apart. */
const CHANGES_BYTES = 1 << 18;
/** Entries looked at for one answer. */
const CHANGES_VISITS = 1 << 16;
/** Clocks of two owners one after the other may differ by this much: so far back is told again. */
const OVERLAP_MS = 5000;

interface Wanted {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly waitMs: number;
  readonly log: Uint8Array;
  readonly number: number;
  readonly version: Uint8Array;
  readonly kind: number;
  readonly prefix: Uint8Array;
}

export function answerChanges(
  node: RingState,
  now: number,
  link: Link,
  frame: Frame,
  from: Uint8Array,
): boolean {
  const { request } = frame;
  const to = frame.id();
  const waitMs = Math.min(frame.u32(), WAIT_MS_MAX, node.settings.bulkIdleMs / 4);
  const log = frame.copy(LOG_BYTES);
  const number = frame.f64();
  const version = frame.copy(VERSION_BYTES);
  const kind = frame.u8();
  const prefix = frame.copy(frame.left);
  if (frame.isBroken || kind > Followed.key || !Number.isSafeInteger(number)) return false;
  const wanted = { from, to, waitMs, log, number, version, kind, prefix };
  new Following(node, link, request, wanted).begin(now);
  return true;
}

/** What one who asks is told, and how far he is then: the next entry, and the newest version of his keys. */
interface Seen {
  readonly changes: readonly Change[];
  readonly next: number;
  readonly version: Uint8Array;
}

/** One who asked, while he waits. */
class Following {
  readonly #node: RingState;
  readonly #link: Link;
  readonly #request: number;
  readonly #wanted: Wanted;
  #isDone = false;

  constructor(node: RingState, link: Link, request: number, wanted: Wanted) {
    this.#node = node;
    this.#link = link;
    this.#request = request;
    this.#wanted = wanted;
  }

  begin(now: number): void {
    const node = this.#node;
    if (node.history.bytesMax === 0) return this.#refuse(Status.refused);
    if (node.followers.size >= FOLLOWERS_MAX) return this.#refuse(Status.busy);
    if (this.#tell(this.#wanted.waitMs === 0)) return;
    node.followers.add(this);
    node.after(now + this.#wanted.waitMs, () => this.#tell(true));
  }

  wake(_now: number): void {
    this.#tell(false);
  }

  #refuse(status: Status): void {
    this.#end();
    this.#link.answerStatus(FrameType.query, this.#request, status);
  }

  #end(): void {
    this.#isDone = true;
    this.#node.followers.delete(this);
  }

  /** Answers if there is something to say, or in any case when `isLast`. */
  #tell(isLast: boolean): boolean {
    if (this.#isDone) return true;
    if (this.#link.isOver) {
      this.#end();
      return true;
    }
    const node = this.#node;
    const { from, to } = this.#wanted;
    const identity = node.ownerOf(from, 0);
    if (identity === null) {
      this.#end();
      answerElsewhere(node, this.#link, FrameType.query, this.#request, from, 0);
      return true;
    }
    if (!identity.isSettled) {
      if (isLast) this.#refuse(Status.notMember);
      return isLast;
    }
    const end = this.#wanted.kind === Followed.key ? to : stopOf(from, identity.end, to);
    const isKnown = isSameLog(this.#wanted.log, node.logId);
    if (!this.#reachesBack(isKnown, identity, end)) {
      this.#answer(end, Told.resync, this.#nothing());
      return true;
    }
    const seen = this.#look(end, isKnown, identity.isTitled);
    if (seen.changes.length === 0 && !isLast && this.#wanted.number !== 0) return false;
    this.#answer(end, Told.changes, seen);
    return true;
  }

  #reachesBack(isKnown: boolean, identity: Identity, end: Uint8Array): boolean {
    const { history } = this.#node;
    const { number, version } = this.#wanted;
    if (number === 0) return true;
    if (isKnown) return number >= history.first && number <= history.next;
    // Who never forgot a change has all that came later, whatever that was.
    if (this.#isWhole) return true;
    if (identity.isTitled) return this.#hasFrom(version, end);
    if (versionMs(version, 0) < history.bornMs) return false;
    return versionMs(version, 0) - OVERLAP_MS >= history.lostMs;
  }

  /** Nothing was dropped from the history, and nothing was in the store before it began. */
  get #isWhole(): boolean {
    const { history } = this.#node;
    return history.first === 1 && history.bornMs === 0;
  }

  /** Versions under titles know no time: something as old has to be there still. */
  #hasFrom(version: Uint8Array, end: Uint8Array): boolean {
    const { history } = this.#node;
    for (let at = history.first; at < history.next; at++) {
      const change = history.at(at);
      if (compareVersions(change.record, 0, version, 0) > 0) continue;
      if (isInArc(change.key, 0, this.#wanted.from, 0, end, 0)) return true;
    }
    return false;
  }

  /** Was it certainly told before, by another owner? */
  #isOld({ record, isExpiry }: Change, isTitled: boolean): boolean {
    const { version } = this.#wanted;
    // Its version is that of what has expired, which was told long ago: better twice than never.
    if (isExpiry) return false;
    if (isTitled) return compareVersions(record, 0, version, 0) <= 0;
    return versionMs(record, 0) < versionMs(version, 0) - OVERLAP_MS;
  }

  #nothing(): Seen {
    return { changes: [], next: this.#node.history.next, version: this.#wanted.version };
  }

  #look(end: Uint8Array, isKnown: boolean, isTitled: boolean): Seen {
    const { history } = this.#node;
    const { number } = this.#wanted;
    if (number === 0) return this.#nothing();
    const changes: Change[] = [];
    let { version } = this.#wanted;
    let at = isKnown ? number : history.first;
    let bytes = 0;
    const last = Math.min(history.next, at + CHANGES_VISITS);
    for (; at < last && bytes < CHANGES_BYTES; at++) {
      const change = history.at(at);
      if (!isKnown && this.#isOld(change, isTitled)) continue;
      if (!this.#isWithin(change, end)) continue;
      // Also of names that nobody asked for: another owner then knows how far we were.
      if (compareVersions(change.record, 0, version, 0) > 0) version = change.record;
      if (!this.#isWanted(change)) continue;
      changes.push(change);
      bytes += change.record.length;
    }
    return { changes, next: at, version };
  }

  #isWithin({ key }: Change, end: Uint8Array): boolean {
    const { from, kind } = this.#wanted;
    return kind === Followed.key ? equalIds(key, 0, from, 0) : isInArc(key, 0, from, 0, end, 0);
  }

  #isWanted({ record }: Change): boolean {
    const { kind, prefix } = this.#wanted;
    return kind === Followed.key || beginsWith(nameOf(record), prefix);
  }

  #answer(end: Uint8Array, kind: number, { changes, next, version }: Seen): void {
    this.#end();
    const node = this.#node;
    const out = this.#link.begin(FrameType.query | REPLY, this.#request);
    out.u8(Status.ok);
    out.u8(kind);
    out.raw(end);
    out.raw(node.logId);
    out.f64(next);
    out.raw(this.#newest(end, kind, version));
    out.u32(changes.length);
    for (const { key, record, isCut, isExpiry } of changes) {
      out.u8((isCut ? ChangeFlag.cut : 0) | (isExpiry ? ChangeFlag.expired : 0));
      out.raw(key);
      out.u32(record.length);
      out.raw(record);
    }
    this.#link.send();
  }

  /** The newest version that has been seen; of who begins, or begins again, that of all there is. */
  #newest(end: Uint8Array, kind: number, seen: Uint8Array): Uint8Array {
    const { from, number } = this.#wanted;
    let newest = seen.subarray(0, VERSION_BYTES);
    if (number !== 0 && kind === Told.changes) return newest;
    const take = (record: Uint8Array) => {
      if (compareVersions(record, 0, newest, 0) > 0) {
        newest = new Uint8Array(record.subarray(0, VERSION_BYTES));
      }
    };
    if (this.#wanted.kind === Followed.key) {
      const record = this.#node.store.head(from, 0);
      if (record !== null) take(record);
    } else {
      visitHeads(this.#node.store, from, end, (_key, record) => {
        take(record);
        return true;
      });
    }
    return newest;
  }
}

function isSameLog(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
