/**
 * A sync: makes what two nodes hold of an arc equal, both ways, the newer version winning. Joins,
 * leaves and repair are all this one thing. Who starts it drives it; the other side only answers.
 *
 *     compare [from, to) ── same ────────────────▶ done
 *                        ── 16 digests ──────────▶ compare those parts that differ
 *                        ── list of theirs ──────▶ push what they lack, fetch what we lack
 *
 * Pushing walks the store with a cursor and keeps a window of bytes under way, each frame answered
 * when it is durable over there; so neither side holds more than the window in memory, and a million
 * records do not make one long turn. An empty other side is a list of none: then it is a plain copy.
 */
import { arcShare, compareFrom } from '../../core/arc.ts';
import { compareIds, equalIds, ID_BYTES } from '../../core/id.ts';
import { BULK_BYTES } from '../bounds.ts';
import type { Comparison } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { type Frame, FrameType, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import type { Rate } from '../rate.ts';
import { compareVersions } from '../records/clock.ts';
import { cutArc, Digest, PARTS, visitHeads } from '../records/digests.ts';
import { isForgotten } from '../records/record.ts';
import type { RingState } from '../state.ts';
import { holdsForeign } from './belonging.ts';
import { Compared, digestOfPart, LISTED_BYTES, LISTED_RECORDS } from './compared.ts';
import { keepRecords, laidGhost, putRecord } from './keeping.ts';

/** Bytes pushed and not yet answered. Covers 100 MB/s at 20 ms. */
export const WINDOW_BYTES: number = 1 << 21;
/** Bytes of one pushed frame, its last record apart. */
const BATCH_BYTES = 1 << 17;
/** Digests asked for at a time. */
const COMPARES = 4;
/** Records looked at per turn while looking for what to push. */
const STEPS = 4096;

interface Part {
  from: Uint8Array;
  to: Uint8Array;
}

/** A part to be pushed from its cursor `at` on, but for what the other side listed. */
interface Push {
  from: Uint8Array;
  to: Uint8Array;
  at: Uint8Array;
  /** Keys and versions in the order of the arc from `from`, and the next of them to look at. */
  theirs: Uint8Array;
  next: number;
  share: number;
  /** The cursor has come round to its end. */
  isDone: boolean;
}

const ours = new Digest();
const theirs = new Digest();

export class Sync implements Comparison {
  readonly node: RingState;
  readonly to: Member;
  readonly from: Uint8Array;
  readonly end: Uint8Array;
  records = 0;
  bytes = 0;
  /** Something that was to reach the other side beside the sync did not. */
  isSpoiled = false;
  readonly #rate: Rate | null;
  readonly #done: (now: number, isEqual: boolean) => void;
  #isOver = false;
  #parts: Part[] = [];
  #pushes: Push[] = [];
  #fetches: Uint8Array[] = [];
  #comparing = 0;
  #fetching = 0;
  #pushing = 0;
  #finishing = false;
  #shareDone = 0;

  /** `done` is called once, in a later turn, unless the sync is given up with `abort`. */
  constructor(
    node: RingState,
    to: Member,
    from: Uint8Array,
    end: Uint8Array,
    rate: Rate | null,
    done: (now: number, isEqual: boolean) => void,
  ) {
    this.node = node;
    this.to = to;
    this.from = from;
    this.end = end;
    this.#rate = rate;
    this.#done = done;
    this.#parts.push({ from, to: end });
  }

  start(now: number): void {
    this.node.syncs.add(this);
    this.advance(now);
  }

  get progress(): number {
    let share = this.#shareDone;
    for (const { from, at } of this.#pushes) {
      if (!equalIds(from, 0, at, 0)) share += arcShare(from, 0, at, 0);
    }
    return Math.min(1, share / arcShare(this.from, 0, this.end, 0));
  }

  abort(): void {
    this.#isOver = true;
    this.node.syncs.delete(this);
  }

  advance(now: number): void {
    if (this.#isOver) return;
    while (this.#parts.length > 0 && this.#comparing < COMPARES) this.#compare(now);
    if (this.#fetches.length > 0 && this.#fetching === 0) this.#fetch(now);
    this.#push(now);
    const isBusy = this.#comparing + this.#fetching + this.#pushing > 0;
    if (isBusy || this.#pushes.length > 0 || this.#fetches.length > 0) return;
    if (this.#parts.length > 0 || this.#finishing) return;
    this.#finishing = true;
    // What we fetched has to be durable here, too.
    this.node.flushes.wait((at, error) => this.#finish(at, error === null));
  }

  #finish(now: number, isEqual: boolean): void {
    if (this.#isOver) return;
    this.abort();
    this.#done(now, isEqual);
  }

  #compare(now: number): void {
    const part = this.#parts.pop()!;
    const { from, to } = part;
    this.#comparing++;
    this.node.digests.of(from, to, ours);
    const link = this.node.linkTo(now, this.to);
    const out = link.ask(now, FrameType.digest, this.node.lines.bulk, (at, reply) => {
      if (this.#isOver) return;
      this.#comparing--;
      if (reply === null) return this.#fail(at);
      if (!this.#compared(at, part, reply)) {
        reply.isBroken = true;
        return this.#fail(at);
      }
      this.advance(at);
    });
    out.raw(from);
    out.raw(to);
    out.u32(ours.count);
    out.u32(ours.high);
    out.u32(ours.low);
    link.send();
  }

  #fail(now: number): void {
    this.node.suspect(now, this.to);
    this.#finish(now, false);
  }

  /** False when the answer is none. */
  #compared(now: number, part: Part, reply: Frame): boolean {
    const { from, to } = part;
    const kind = reply.u8();
    if (kind === Compared.same) {
      this.#shareDone += arcShare(from, 0, to, 0);
    } else if (kind === Compared.list) {
      const count = reply.u32();
      if (count > LISTED_RECORDS) return false;
      const list = reply.copy(count * LISTED_BYTES);
      if (!reply.isWhole) return false;
      this.#difference(now, from, to, list);
    } else if (kind === Compared.parts) {
      this.#cut(now, from, to, reply);
    } else {
      return false;
    }
    return reply.isWhole;
  }

  #cut(now: number, from: Uint8Array, to: Uint8Array, reply: Frame): void {
    const bounds = cutArc(from, to);
    for (let part = 0; part < PARTS; part++) {
      theirs.count = reply.u32();
      theirs.high = reply.u32();
      theirs.low = reply.u32();
      const [start, end] = [bounds[part], bounds[part + 1]];
      digestOfPart(this.node, bounds, part, ours);
      if (ours.equals(theirs)) this.#shareDone += arcShare(start, 0, end, 0);
      else if (theirs.count === 0) this.#difference(now, start, end, NOTHING);
      else this.#parts.push({ from: start, to: end });
    }
  }

  #difference(now: number, from: Uint8Array, to: Uint8Array, list: Uint8Array): void {
    for (let at = 0; at < list.length; at += LISTED_BYTES) {
      // What is not taken need not be fetched.
      if (this.node.isBeyond(now, list, at + ID_BYTES)) continue;
      if (laidGhost(this.node, now, list, at, at + ID_BYTES)) continue;
      const record = this.node.store.head(list, at);
      if (record === null || compareVersions(record, 0, list, at + ID_BYTES) < 0) {
        this.#fetches.push(list.subarray(at, at + ID_BYTES));
      }
    }
    const share = arcShare(from, 0, to, 0);
    this.#pushes.push({ from, to, at: from, theirs: list, next: 0, share, isDone: false });
  }

  #fetch(now: number): void {
    const keys = this.#fetches.splice(0, LISTED_RECORDS);
    this.#fetching = keys.length;
    const link = this.node.linkTo(now, this.to);
    const out = link.ask(now, FrameType.fetch, this.node.lines.bulk, (at, reply) => {
      if (this.#isOver) return;
      this.#fetching = 0;
      if (reply === null) return this.#fail(at);
      const served = reply.u32();
      const start = reply.at;
      this.#count(keys.length, reply.left);
      if (served === 0 || keepRecords(this.node, at, reply) === null) {
        reply.isBroken = true;
        return this.#fail(at);
      }
      // The ring may have moved while it was on its way.
      if (holdsForeign(this.node, reply.bytes, start, reply.end)) this.node.moved(at);
      this.#fetches.unshift(...keys.slice(served));
      this.advance(at);
    });
    for (const key of keys) out.raw(key);
    link.send();
  }

  #push(now: number): void {
    while (this.#pushes.length > 0 && this.#pushing < WINDOW_BYTES) {
      const link = this.node.linkTo(now, this.to);
      if (link.congestedAtMs !== Infinity) return;
      if (this.#rate && !this.#rate.isReady(now)) {
        this.node.syncAtMs = Math.min(this.node.syncAtMs, this.#rate.readyAt(now));
        return;
      }
      const push = this.#pushes[0];
      const hasMore = this.#pushBatch(now, link, push);
      if (push.isDone) {
        this.#shareDone += push.share;
        this.#pushes.shift();
      } else if (!hasMore) {
        this.node.syncAtMs = now; // a long stretch without anything to send: let others have a turn
        return;
      }
    }
  }

  /** Sends one frame of records; false when it found none within its steps. */
  #pushBatch(now: number, link: Link, push: Push): boolean {
    const batch: [key: Uint8Array, record: Uint8Array][] = [];
    let bytes = 0;
    let steps = 0;
    let last: Uint8Array | null = null;
    const { tombstoneMs } = this.node;
    const visit = (key: Uint8Array, head: Uint8Array) => {
      if (bytes >= BATCH_BYTES || ++steps > STEPS) return false;
      last = copied(key);
      if (
        !this.#hasIt(now, push, key, head) &&
        !isForgotten(head, this.node.timeOf(now), tombstoneMs)
      ) {
        const record = this.node.lookUp(key);
        if (!record) return true;
        batch.push([last, copied(record)]);
        bytes += record.length + ID_BYTES;
      }
      return true;
    };
    visitHeads(this.node.store, push.at, push.to, visit);
    if (last === null || (bytes < BATCH_BYTES && steps <= STEPS)) push.isDone = true;
    else push.at = following(last);
    if (equalIds(push.at, 0, push.to, 0)) push.isDone = true;
    if (batch.length === 0) return false;
    this.#sendBatch(now, link, batch, bytes);
    return true;
  }

  #sendBatch(
    now: number,
    link: Link,
    batch: readonly [key: Uint8Array, record: Uint8Array][],
    bytes: number,
  ): void {
    this.#pushing += bytes;
    this.#rate?.take(bytes);
    this.#count(batch.length, bytes);
    // No sign of life waits for a large value.
    const way = bytes > BULK_BYTES ? this.node.connections.toBulk(now, this.to) : link;
    const out = way.ask(now, FrameType.replicate, this.node.lines.bulk, (at, reply) => {
      if (this.#isOver) return;
      this.#pushing -= bytes;
      if (reply === null || reply.u8() !== Status.ok) return this.#fail(at);
      this.advance(at);
    });
    for (const [key, record] of batch) putRecord(out, key, record);
    way.send();
  }

  /** Is a record of ours among those that they listed, as new or newer? */
  #hasIt(now: number, push: Push, key: Uint8Array, record: Uint8Array): boolean {
    const { theirs, from } = push;
    while (push.next < theirs.length && compareFrom(from, 0, theirs, push.next, key, 0) < 0) {
      push.next += LISTED_BYTES;
    }
    const at = push.next;
    if (at >= theirs.length || compareIds(theirs, at, key, 0) !== 0) return false;
    if (this.node.isBeyond(now, theirs, at + ID_BYTES)) return false;
    return compareVersions(theirs, at + ID_BYTES, record, 0) >= 0;
  }

  #count(records: number, bytes: number): void {
    this.records += records;
    this.bytes += bytes;
    this.node.counters.repairedRecords += records;
    this.node.counters.repairedBytes += bytes;
  }
}

const NOTHING = new Uint8Array(0);

/** A copy; `slice` of a Node Buffer would be a view. */
function copied(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** key + 1 mod 2^160. */
export function following(key: Uint8Array): Uint8Array {
  const next = copied(key);
  for (let i = ID_BYTES - 1; i >= 0; i--) {
    next[i] = (next[i] + 1) & 255;
    if (next[i] !== 0) break;
  }
  return next;
}
