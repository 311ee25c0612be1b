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
      this.#answer(end, Told.resync, []);
      return true;
    }
    const [changes, next] = this.#changes(end, isKnown, identity.isTitled);
    if (changes.length === 0 && !isLast && this.#wanted.number !== 0) return false;
    this.#answer(end, Told.changes, changes, next);
    return true;
  }

  #reachesBack(isKnown: boolean, identity: Identity, end: Uint8Array): boolean {
    const { history } = this.#node;
    const { number, version } = this.#wanted;
    if (number === 0) return true;
    if (isKnown) return number >= history.first && number <= history.next;
    if (identity.isTitled) return this.#hasFrom(version, end);
    if (versionMs(version, 0) < history.bornMs) return false;
    return versionMs(version, 0) - OVERLAP_MS >= history.lostMs;
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
  #isOld({ record }: Change, isTitled: boolean): boolean {
    const { version } = this.#wanted;
    if (isTitled) return compareVersions(record, 0, version, 0) <= 0;
    return versionMs(record, 0) < versionMs(version, 0) - OVERLAP_MS;
  }

  #changes(end: Uint8Array, isKnown: boolean, isTitled: boolean): [Change[], number] {
    const { history } = this.#node;
    const { number } = this.#wanted;
    if (number === 0) return [[], history.next];
    const found: Change[] = [];
    let at = isKnown ? number : history.first;
    let bytes = 0;
    const last = Math.min(history.next, at + CHANGES_VISITS);
    for (; at < last && bytes < CHANGES_BYTES; at++) {
      const change = history.at(at);
      if (!isKnown && this.#isOld(change, isTitled)) continue;
      if (!this.#isWanted(change, end)) continue;
      found.push(change);
      bytes += change.record.length;
    }
    return [found, at];
  }

  #isWanted({ key, record }: Change, end: Uint8Array): boolean {
    const { from, kind, prefix } = this.#wanted;
    if (kind === Followed.key) return equalIds(key, 0, from, 0);
    return isInArc(key, 0, from, 0, end, 0) && beginsWith(nameOf(record), prefix);
  }

  #answer(
    end: Uint8Array,
    kind: number,
    changes: readonly Change[],
    next: number = this.#node.history.next,
  ): void {
    this.#end();
    const node = this.#node;
    const out = this.#link.begin(FrameType.query | REPLY, this.#request);
    out.u8(Status.ok);
    out.u8(kind);
    out.raw(end);
    out.raw(node.logId);
    out.f64(next);
    out.raw(this.#newest(end, kind, changes));
    out.u32(changes.length);
    for (const { key, record, isCut, isExpiry } of changes) {
      out.u8((isCut ? ChangeFlag.cut : 0) | (isExpiry ? ChangeFlag.expired : 0));
      out.raw(key);
      out.u32(record.length);
      out.raw(record);
    }
    this.#link.send();
  }

  /** The newest version that has been told; of who begins, or begins again, that of all there is. */
  #newest(end: Uint8Array, kind: number, changes: readonly Change[]): Uint8Array {
    const { from, number, version } = this.#wanted;
    let newest = new Uint8Array(version);
    const take = (record: Uint8Array) => {
      if (compareVersions(record, 0, newest, 0) > 0) {
        newest = new Uint8Array(record.subarray(0, VERSION_BYTES));
      }
    };
    for (const { record } of changes) take(record);
    if (number !== 0 && kind === Told.changes) return newest;
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
