/**
 * Hand-over: an arc changes its owner while it is read and written, and nothing is lost.
 *
 *     P, the owner                                   J, the joiner
 *       ◀──────────────── join ──────────────────────
 *       sync [J, end) ─── all records ──────────────▶   durable, acked
 *       each new write ── mirrored ─────────────────▶   durable, acked
 *       hold new writes … until every ack is here
 *       ───────────────── switch ───────────────────▶   J owns [J, end) from this byte on
 *       the held writes are told to go to J
 *
 * P stops before J begins, so at no time do two answer for one key; for the length of one trip
 * nobody does, and who asks then asks again. P keeps its records: it is J's first backup now, and
 * without backups they are foreign records that go when J has confirmed them (copies/release.ts).
 *
 * Whatever dies on the way: before `switch` was sent, P has stopped nothing but a few held writes,
 * which it then does itself. After it P treats J as its successor; if J never got it, J answers every
 * pulse with "I am no member", and P takes the arc back, as from any dead successor. J keeps what it
 * was given and tries again; its copies are older or equal, and the newer version wins everywhere.
 *
 * A leave is the same with the roles turned: the leaver syncs all of its arc to its predecessor, and
 * `inherit` is the byte; a leaver that hears nothing asks again, and takes its arc back only when the
 * heir has refused or is gone. Only one hand-over of an identity is under way at a time: a second joiner
 * into the same arc is told `busy` and comes again.
 */
import { isInArc } from '../../core/arc.ts';
import { equalIds } from '../../core/id.ts';
import type { Identity, Transfer } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { sendRecord } from '../copies/replicas.ts';
import { Sync } from '../copies/sync.ts';
import type { RingState } from '../state.ts';
import { HeldWrites } from './held-writes.ts';

/** An arc of ours, or the part of it from `from` on, on its way to `to`. */
interface HandoverPlan {
  readonly identity: Identity;
  readonly to: Member;
  readonly from: Uint8Array;
  /** All is there: ownership may move. `done` hears whether it does; left out, it does at once. */
  settle?(now: number, done: (now: number, isSettled: boolean) => void): void;
  /** All is there: says the word with which ownership moves. */
  moved(now: number): void;
  /** It was broken off; not called after `moved`. */
  failed(now: number): void;
}

export class Handover implements Transfer {
  readonly node: RingState;
  readonly identity: Identity;
  readonly to: Member;
  readonly from: Uint8Array;
  readonly end: Uint8Array;
  readonly #sync: Sync;
  readonly #plan: HandoverPlan;
  readonly #held = new HeldWrites();
  /** Mirrored writes that are not acknowledged yet. */
  #mirrored = 0;
  #isClosing = false;
  #isSettling = false;
  #isOver = false;

  constructor(node: RingState, plan: HandoverPlan) {
    const { identity, to, from } = plan;
    this.node = node;
    this.identity = identity;
    this.to = to;
    this.from = from;
    this.end = identity.end;
    this.#plan = plan;
    this.#sync = new Sync(node, to, this.from, this.end, null, (now, isEqual) => {
      if (!isEqual) return this.abort(now);
      this.#isClosing = true;
      this.#close(now);
    });
  }

  start(now: number): void {
    this.identity.handover = this;
    this.#sync.start(now);
  }

  /** New writes to this key wait: the arc is about to switch. */
  holds(key: Uint8Array): boolean {
    return this.#isClosing && isInArc(key, 0, this.from, 0, this.end, 0);
  }

  hold(again: (now: number) => void): boolean {
    return this.#held.hold(again);
  }

  /** A write to the arc goes to its owner to be, too. */
  mirror(now: number, key: Uint8Array, record: Uint8Array): void {
    if (!isInArc(key, 0, this.from, 0, this.end, 0)) return;
    this.#mirrored++;
    sendRecord(this.node, now, this.to, key, record, (at, isKept) => {
      this.#mirrored--;
      if (this.#isOver) return;
      if (!isKept) return this.abort(at);
      this.#close(at);
    });
  }

  #close(now: number): void {
    if (!this.#isClosing || this.#mirrored > 0 || this.#isOver || this.#isSettling) return;
    // The arc has moved under us: what we synced is no longer what we would hand over.
    if (!this.identity.isMember || !equalIds(this.identity.end, 0, this.end, 0)) {
      return this.abort(now);
    }
    if (this.#plan.settle === undefined) return this.#move(now);
    this.#isSettling = true;
    this.#plan.settle(now, (at, isSettled) => {
      if (isSettled) this.#move(at);
      else this.abort(at);
    });
  }

  #move(now: number): void {
    if (this.#isOver) return;
    this.#end();
    this.node.counters.handovers++;
    this.#plan.moved(now);
    this.#held.release(now);
  }

  /** Nothing has moved; what was held back is done here. */
  abort(now: number): void {
    if (this.#isOver) return;
    this.#end();
    this.node.counters.handoversFailed++;
    this.#held.release(now);
    this.#plan.failed(now);
  }

  #end(): void {
    this.#isOver = true;
    this.#sync.abort();
    if (this.identity.handover === this) this.identity.handover = null;
  }
}
