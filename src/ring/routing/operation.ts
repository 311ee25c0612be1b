/**
 * Routing: a command on its way to the owner of its key. We ask the node that we know closest before
 * the key; it does the command if it is the owner, or else names up to 8 that are closer. The command
 * itself is what is asked: with a good guess it is one round trip.
 *
 *     we ── get ──▶ A   "not mine: D, C, B"
 *        ── get ──▶ D   silent
 *        ── get ──▶ C   "mine: …"             one dead node costs one step back
 *
 * When nobody is left to ask, the ring is on the move: we begin again a moment later, until the
 * command's time is up. So does a write that was sent and not answered: it says which act it is, and
 * whoever owns the key by then knows whether it was done (records/done-acts.ts). Its outcome is `unknown`
 * when nobody could tell in time.
 */
import type { Address } from '../../core/address.ts';
import { BULK_BYTES, BULK_BYTES_PER_WAIT, HOPS_LIMIT } from '../bounds.ts';
import type { Closed } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { EXISTS_ONLY, type Frame, FrameType, Status } from '../frames.ts';
import { MORTAL } from '../lifetime.ts';
import type { Link } from '../link.ts';
import {
  failure,
  type OperationKind,
  type OutcomeCode,
  type RingOutcome,
  type RingStep,
} from '../outcome.ts';
import { Waiter } from '../patience.ts';
import { VERSION_BYTES } from '../records/clock.ts';
import { LEVELS, type Level } from '../settings.ts';
import type { Command, RingState } from '../state.ts';
import { candidatesLimit, closestBefore, remembered } from './closest.ts';
import { OwnerWatch } from './owner-watch.ts';
import { askPlain } from './plain-calls.ts';
import {
  CODES,
  closedAt,
  closedCode,
  closedHeard,
  KNOWN,
  READS,
  STEPS,
  TYPES,
  WRITES,
} from './replies.ts';
import { Sending } from './sending.ts';

/** How it ended, and for `owner` who it is and where its arc ends. */
type OperationDone = (
  now: number,
  outcome: RingOutcome,
  owner: Member | null,
  end: Uint8Array | null,
) => void;

/** A larger value is sent only to the node that has said that it is the owner. */
const SENT_BLINDLY_BYTES = 4096;

export class Operation extends Waiter implements Command {
  readonly node: RingState;
  readonly kind: OperationKind;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  readonly level: Level;
  readonly done: OperationDone;
  /** Where to begin, instead of with all we know. */
  readonly via: readonly Member[] | null;
  isOver = false;
  hops = 0;
  /** Nodes asked that did not answer; over all attempts. */
  silent = 0;
  #asked: Address[] = [];
  #candidates: Member[] = [];
  /** Somebody has answered us. */
  #isHeard = false;
  #waits = 0;
  /** Somebody whom we asked wants a secret that we do not know, or does not know ours. */
  #isRejected = false;
  /** The link on which a write is under way. */
  #writing: Link | null = null;
  readonly #sending: Sending = new Sending();
  /** Looks whether the one who was asked last is still the owner. */
  #watch: OwnerWatch | null = null;
  /** Who has taken the place of one who said nothing. */
  #heir: Member | null = null;
  /** Who has said to be the owner. */
  #owner: Member | null = null;
  #lastCode: OutcomeCode = 'unreachable';
  /** Why the arc of the key is nobody's, as somebody said last; an owner takes it back. */
  #closed: Closed | null = null;
  /** Looks on at each step; null: nobody does. */
  onStep: ((step: RingStep) => void) | null = null;
  /** By whom each candidate was named; kept for who looks on. */
  #tellers: Map<Address, Address> | null = null;
  readonly #retry: Retry = new Retry(this);
  /** When nobody waits for it any more: then nothing of it is sent. */
  #untilMs = Infinity;
  /** Whose it is; 0: ours. */
  call = 0;

  constructor(
    node: RingState,
    kind: OperationKind,
    key: Uint8Array,
    value: Uint8Array | null,
    level: Level,
    via: readonly Member[] | null,
    done: OperationDone,
  ) {
    super();
    this.node = node;
    this.kind = kind;
    this.key = key;
    this.value = value;
    this.level = level;
    this.via = via;
    this.done = done;
  }

  /** @param withinMs how long somebody will wait for it. */
  start(now: number, withinMs: number = Infinity): void {
    const { value, node } = this;
    const waits = 1 + Math.floor((value?.length ?? 0) / BULK_BYTES_PER_WAIT);
    this.#untilMs = now + Math.min(withinMs, waits * node.settings.callTimeoutMs);
    this.node.lines.calls.join(now, this);
    this.node.operations.add(this);
    this.begin(now);
  }

  begin(now: number): void {
    const { node, key } = this;
    this.#asked = [];
    this.#owner = null;
    this.#tellers = null;
    this.#closed = closedAt(node, key) ?? this.#closed;
    this.hops = 0;
    const own = node.ownerOf(key, 0);
    if (this.via !== null) this.#candidates = [...this.via];
    else if (own !== null) this.#candidates = [own.member];
    // Whom we only remember may be long dead, and must not stand before those we know to live.
    else if (node.isMember) this.#candidates = closestBefore(node, key, 0, candidatesLimit(node));
    else this.#candidates = remembered(node, key);
    if (this.#heir !== null) this.#candidates.unshift(this.#heir);
    this.step(now);
  }

  /** Nobody waits for it any more: what was sent has been sent, and may happen. */
  letGo(): void {
    this.#untilMs = -Infinity;
  }

  step(now: number): void {
    if (this.isOver) return;
    if (now >= this.#untilMs) return this.giveUp(now);
    if (this.#sending.isLasting) return this.fail(now, 'unknown');
    if (!this.#sending.isOver(now)) return this.node.lines.retries.join(now, this.#retry);
    const next = this.#candidates.find((member) => !this.#asked.includes(member.address));
    if (this.hops >= HOPS_LIMIT || next === undefined) {
      this.#lastCode = this.hops >= HOPS_LIMIT ? 'too-many-hops' : 'unreachable';
      if (this.#closed !== null) this.#lastCode = closedCode(this.kind, this.#closed);
      if (this.#isRejected && !this.#isHeard) return this.fail(now, 'not-permitted');
      // A lookup by a given way is a question about that way; it is not asked twice.
      const isHopeless = this.#closed !== null && !this.#sending.mayBeDone && !this.#hasTime(now);
      if (this.via !== null || isHopeless) return this.fail(now, this.#lastCode);
      this.node.lines.retries.join(now, this.#retry);
      return;
    }
    this.#asked.push(next.address);
    this.#ask(now, next);
  }

  #tell(now: number, kind: RingStep['kind'], to: Member): void {
    const { address } = to;
    this.onStep?.({ kind, atMs: now, to: address, toldBy: this.#tellers?.get(address) ?? 0 });
  }

  #told(closer: readonly Member[], by: Member): void {
    if (this.onStep === null) return;
    this.#tellers ??= new Map();
    for (const { address } of closer) {
      if (!this.#tellers.has(address)) this.#tellers.set(address, by.address);
    }
  }

  #ask(now: number, to: Member): void {
    const { node, kind, key, value, level } = this;
    this.#tell(now, 'asked', to);
    if (node.isPlain(to) && !node.isOwn(to)) return this.#askPlain(now, to);
    const isBulk = WRITES.includes(kind) && value !== null && value.length > BULK_BYTES;
    const isLong = value !== null && kind !== 'query' && value.length > SENT_BLINDLY_BYTES;
    // One that was not answered goes to nobody again who may not answer either, nor one that nobody may do.
    const isCareful = isLong || this.#sending.mayBeDone || this.#closed !== null;
    const talk = isCareful && this.#owner !== to ? null : this.#linkFor(now, to, isBulk);
    const isWrite = WRITES.includes(kind) && talk !== null;
    const link = talk ?? node.linkTo(now, to);
    const asksOwner = talk === null;
    const type = asksOwner ? FrameType.owner : TYPES[kind];
    const isSlow = isBulk || kind === 'get' || kind === 'query';
    const line = isSlow ? node.lines.bulk : node.lines.replies;
    const lifeMs = Sending.lifeMs(node, isBulk);
    const unanswered = (at: number) => {
      watch.stop();
      this.silent++;
      this.#tell(at, 'silent', to);
      // A client looks after no lists: it forgets, and learns of others as it goes.
      if (node.identities.length === 0) node.memory.forget(to);
      if (isWrite) this.#sending.unanswered(at, link, now + lifeMs);
    };
    const watch = new OwnerWatch(node, key, to, (at, owner) => {
      unanswered(at);
      this.#watch = null;
      this.#heir = owner;
      this.#candidates.unshift(owner);
      this.step(at);
    });
    // Whoever waits for a change is answered late.
    if (this.via === null && kind !== 'query') watch.start(now);
    this.#watch = watch;
    const out = link.ask(now, type, line, (at, reply) => {
      if (this.isOver || this.#watch !== watch) return;
      watch.stop();
      this.#writing = null;
      if (reply === null) {
        // It had no answer to `VER`: now we know how to speak with it.
        if (node.isPlain(to)) return this.#askPlain(at, to);
        this.#isRejected ||= link.rejection === 'unproven';
        node.suspect(at, to);
        unanswered(at);
        return this.step(at);
      }
      this.#isHeard = true;
      if (isWrite) Sending.learnClock(at, link, reply);
      this.#heard(at, to, reply, asksOwner && kind !== 'owner');
    });
    if (isWrite) this.#writing = link;
    out.raw(key);
    if (type !== FrameType.owner) {
      const more = isWrite ? MORTAL : kind === 'exists' ? EXISTS_ONLY : 0;
      out.u8(LEVELS.indexOf(level) | more);
    }
    if (isWrite) this.#sending.put(node, out, now, link, Math.min(this.#untilMs - now, lifeMs));
    if (value !== null && type !== FrameType.owner) out.raw(value);
    link.send();
  }

  /** The link to send it on; null: a write on one that does not stand yet, for nobody knows when it would arrive. */
  #linkFor(now: number, to: Member, isBulk: boolean): Link | null {
    const { node, kind } = this;
    const link = isBulk ? node.connections.toBulk(now, to) : node.linkTo(now, to);
    return WRITES.includes(kind) && link.aheadMs === null ? null : link;
  }

  #askPlain(now: number, to: Member): void {
    const { node, kind, key, value } = this;
    // It would do it once more.
    if (this.#sending.mayBeDone) return this.fail(now, 'unknown', to);
    // It knows no titles, and may do it.
    this.#closed = null;
    const isBeyond = kind === 'act' || kind === 'query';
    askPlain(node, now, to, isBeyond ? 'owner' : kind, key, value, (at, answer) => {
      if (this.isOver) return;
      if (answer === null) {
        this.silent++;
        this.#tell(at, 'silent', to);
        node.suspect(at, to);
        return this.step(at);
      }
      this.#isHeard = true;
      const { status, found, closer } = answer;
      if (closer !== null) {
        this.hops++;
        this.#tell(at, 'closer', to);
        this.#told([closer], to);
        this.#candidates.unshift(closer);
        return this.step(at);
      }
      this.#tell(at, status === Status.ok ? 'owner' : 'refused', to);
      if (isBeyond) return this.fail(at, 'not-supported', to);
      if (status !== Status.ok) return this.fail(at, CODES[status] ?? 'unknown', to);
      const { hops, silent } = this;
      const copies = kind === 'insert' || kind === 'remove' ? 1 : 0;
      const outcome = { ...failure('ok'), found, value: answer.value, copies, hops, silent };
      this.#end(at, { ...outcome, owner: to.address }, to, to.hash);
    });
  }

  #heard(now: number, from: Member, reply: Frame, asksOwner: boolean): void {
    const status = reply.u8();
    this.#tell(now, STEPS[status] ?? 'refused', from);
    if (status === Status.notOwner) {
      const closer = reply.list(this.node.shared.members);
      this.#told(closer, from);
      this.#closed = closedHeard(reply) ?? this.#closed;
      if (!reply.isWhole) return this.step(now);
      this.hops++;
      for (const member of closer) this.node.memory.learn(member);
      // Those just named are closer than whoever named them; the others stay to fall back on.
      for (const member of this.#candidates) {
        if (closer.length < 2 * candidatesLimit(this.node) && !closer.includes(member))
          closer.push(member);
      }
      this.#candidates = closer;
      return this.step(now);
    }
    if (status === Status.notMember) {
      this.#closed = closedHeard(reply) ?? this.#closed;
      return this.step(now);
    }
    this.#closed = null;
    if (status === Status.late) {
      reply.at = reply.end;
      this.#lastCode = 'unreachable';
      this.node.lines.retries.join(now, this.#retry);
      return;
    }
    // A read at quorum is begun again until the dead are given up, or its time is over; `all` is strict.
    const isRead = this.level === 'quorum' && READS.includes(this.kind);
    if (status === Status.tooFewCopies && isRead && this.via === null) {
      this.#lastCode = 'too-few-copies';
      reply.at = reply.end;
      this.node.lines.retries.join(now, this.#retry);
      return;
    }
    // Nothing was done, so it may be asked for again, as long as an answer can be waited for.
    if (status === Status.unavailable && this.via === null && this.#hasTime(now)) {
      this.#lastCode = 'unavailable';
      reply.at = reply.end;
      this.node.lines.retries.join(now, this.#retry);
      return;
    }
    if (status !== Status.ok) return this.fail(now, CODES[status] ?? 'unknown', from, reply);
    if (asksOwner) {
      reply.at = reply.end;
      this.#owner = from;
      if (now >= this.#untilMs) return this.giveUp(now);
      return this.#ask(now, from);
    }
    this.#finish(now, from, reply);
  }

  /** Can another answer be waited for? */
  #hasTime(now: number): boolean {
    return this.dueAtMs - now > this.node.settings.callTimeoutMs / 2;
  }

  #finish(now: number, asked: Member, reply: Frame): void {
    const { kind } = this;
    let owner = asked;
    let found = false;
    let value: Uint8Array | null = null;
    let version: Uint8Array | null = null;
    let copies = 0;
    let end: Uint8Array | null = null;
    if (kind === 'owner') {
      owner = reply.member(this.node.shared.members);
      end = reply.id();
    } else if (kind === 'get' || kind === 'exists') {
      found = reply.u8() === 1;
      if (found) version = reply.copy(VERSION_BYTES);
      if (found && kind === 'get') value = reply.copy(reply.left);
    } else if (kind === 'query') {
      value = reply.copy(reply.left);
    } else {
      found = reply.u8() === 1;
      copies = reply.u8();
      version = reply.left > 0 ? reply.copy(VERSION_BYTES) : null;
      if (kind === 'act') value = reply.copy(reply.left);
    }
    if (!reply.isWhole) return this.fail(now, 'unknown', owner);
    const { address } = owner;
    const { hops, silent } = this;
    this.node.memory.learn(owner);
    this.#end(
      now,
      { code: 'ok', message: '', found, value, version, owner: address, copies, hops, silent },
      owner,
      end,
    );
  }

  fail(now: number, why: OutcomeCode, owner: Member | null = null, reply?: Frame): void {
    // Not now, but perhaps when it was sent before.
    const code = this.#sending.mayBeDone && why !== 'too-few-copies' ? 'unknown' : why;
    let copies = 0;
    if (reply !== undefined && reply.left >= 2) {
      reply.u8();
      copies = reply.u8();
      reply.at = reply.end;
    }
    const { hops, silent } = this;
    const outcome = { ...failure(code), owner: owner?.address ?? 0, copies, hops, silent };
    this.#end(now, outcome, null, null);
  }

  #end(now: number, outcome: RingOutcome, owner: Member | null, end: Uint8Array | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.line?.leave(this);
    this.#retry.line?.leave(this.#retry);
    this.node.operations.delete(this);
    this.#sending.end(this.node);
    this.#watch?.stop();
    this.done(now, outcome, owner, end);
  }

  /** The whole command took too long. */
  expired(now: number): void {
    const { value, node } = this;
    if (value !== null && ++this.#waits * BULK_BYTES_PER_WAIT < value.length) {
      return node.lines.calls.join(now, this);
    }
    this.giveUp(now);
  }

  giveUp(now: number): void {
    const isUnderWay = this.#writing?.hasReached === true;
    if (this.#closed !== null && !isUnderWay) {
      return this.fail(now, closedCode(this.kind, this.#closed));
    }
    const isWrite = WRITES.includes(this.kind);
    const isWaiting = this.#retry.line !== null;
    const mayBeDone = this.#isHeard || isUnderWay;
    if (isWrite && !isWaiting && mayBeDone) return this.fail(now, 'unknown');
    const isKnown = isWaiting || KNOWN.includes(this.#lastCode);
    this.fail(now, isKnown ? this.#lastCode : 'unreachable');
  }
}

class Retry extends Waiter {
  readonly #operation: Operation;

  constructor(operation: Operation) {
    super();
    this.#operation = operation;
  }

  expired(now: number): void {
    this.#operation.begin(now);
  }
}
