/**
 * Release: what is here and should be elsewhere gets there before it goes.
 *
 *     foreign   ── confirm with its owner ────▶  wanted: send it · safe: drop it · else: keep it
 *
 * Nothing is ever dropped on our own judgement of who owns what: only after the owner has said that
 * it holds the record, as new or newer, durable, with all its backups in step. An arc that shrinks,
 * a join that fails in the middle, a node that comes back after a week: their records are foreign
 * until somebody answers for them.
 */
import { isInArc } from '../../core/arc.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { Member } from '../circle/member.ts';
import { FrameType, Status } from '../frames.ts';
import { compareVersions, VERSION_BYTES } from '../records/clock.ts';
import { isForgotten } from '../records/record.ts';
import { Operation } from '../routing/operation.ts';
import type { RingState } from '../state.ts';
import { isOurs, isTakenByPlain, keptEnds } from './belonging.ts';
import { Confirmed, LISTED_RECORDS } from './compared.ts';
import { removeRecord } from './keeping.ts';
import { sendRecord } from './replicas.ts';
import { following } from './sync.ts';

/** Records looked at in one turn while looking for foreign ones. */
const STEPS = 8192;

/** Looks for records of others, if it is time, and again a little later while there are some. */
export function releaseForeign(node: RingState, now: number): void {
  const { agenda } = node;
  // One that is under way has looked at some of it before the ring moved.
  if (node.releasing === null) agenda.releaseAtMs = Infinity;
  else agenda.releaseLater(now);
  if (!node.isMember || node.releasing !== null) return;
  release(node, now, (at, left) => {
    if (left > 0) agenda.releaseSoon(at);
  });
}

/** Passes once over the store for records of others; `done` hears how many are left. */
export function release(
  node: RingState,
  now: number,
  done: (now: number, left: number) => void,
): void {
  stopReleasing(node);
  const pass = new Release(node, (at, left) => {
    node.releasing = null;
    node.foreign = left;
    done(at, left);
  });
  node.releasing = pass;
  pass.step(now);
}

/** An arc is about to be ours: what comes with it is not to go again. */
export function receiving(node: RingState, now: number): void {
  if (node.releasing === null) return;
  stopReleasing(node);
  node.agenda.releaseLater(now);
}

export function stopReleasing(node: RingState): void {
  node.releasing?.abort();
  node.releasing = null;
}

/**
 * One pass over the store for records of others. It goes from owner to owner, and `done` hears
 * how many were still here when it ended.
 */
class Release {
  readonly node: RingState;
  readonly #done: (now: number, left: number) => void;
  #at: Uint8Array = new Uint8Array(ID_BYTES);
  #left = 0;
  #isOver = false;

  constructor(node: RingState, done: (now: number, left: number) => void) {
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
    const ends = keptEnds(node);
    if (node.identities.some((identity, i) => identity.isMember && ends[i] === null)) {
      return this.#finish(now);
    }
    let steps = 0;
    let found: Uint8Array | null = null;
    let last: Uint8Array | null = null;
    node.store.heads(this.#at, null, (key, record) => {
      if (++steps > STEPS) return false;
      last = new Uint8Array(key);
      if (isOurs(node, ends, key) || isTakenByPlain(node, key)) return true;
      if (isForgotten(record, node.timeOf(now), node.tombstoneMs)) return true;
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
    node.store.heads(key, upTo, (found, record) => {
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
        if (!this.#heard(at, owner, found, version, reply.u8())) left++;
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
  #heard(
    now: number,
    owner: Member,
    key: Uint8Array,
    version: Uint8Array,
    verdict: number,
  ): boolean {
    const { node } = this;
    const record = node.lookUp(key);
    if (record === undefined) return false;
    if (record === null) return true;
    if (verdict === Confirmed.wanted) {
      sendRecord(node, now, owner, key, new Uint8Array(record), () => {});
      return false;
    }
    if (verdict !== Confirmed.safe || compareVersions(record, 0, version, 0) !== 0) return false;
    // The ring may have moved while we asked.
    const ends = keptEnds(node);
    if (isOurs(node, ends, key)) return false;
    removeRecord(node, key);
    node.counters.released++;
    return true;
  }

  #finish(now: number): void {
    this.#isOver = true;
    this.#done(now, this.#left);
  }
}
