/**
 * A link: one kept connection to another of our processes, or from a client, that carries frames in
 * both directions. Requests are pipelined; replies come in any order.
 *
 *     dialed    ── "VER" hello request request … ──▶     all of it at once, before anything came back
 *               ◀── capabilities hello reply … ───
 *
 * Who dials knows from the lists that a node of ours lives there, so it does not wait for the word;
 * a class program that got the address meanwhile closes, and everything under way has failed. In a ring
 * with a secret what is asked waits until the other side has proven that it knows it
 * (greeting/handshake.ts). A request for which the other side has no rights breaks the link; one among
 * members waits until the address of its sender has vouched for it (vouching.ts).
 *
 * A client that does not read its replies is not read from either. A peer always is: if both sides of a link waited so, neither would ever go on.
 */
import type { Address } from '../core/address.ts';
import type { Stream } from '../core/host.ts';
import type { Member } from './circle/member.ts';
import {
  FRAME_HEADER_BYTES,
  FRAME_TYPES_LAST,
  type Frame,
  FrameType,
  type FrameWriter,
  LENGTH_BYTES,
  REPLY,
  readU32,
  Status,
} from './frames.ts';
import { capabilitiesEnd } from './greeting/capabilities.ts';
import { type Greeter, Handshake, type Verdict } from './greeting/handshake.ts';
import { Rights, rightsNeeded } from './greeting/rights.ts';
import { GREETING_BYTES_MAX, Hold } from './inflow.ts';
import { Outbox, type OutboxOwner } from './outbox.ts';
import type { Line } from './patience.ts';
import { type Pending, type Reply, Requests, type Way } from './pending.ts';

/** Whose link it is (connections.ts). */
export interface LinkOwner extends OutboxOwner {
  /** What we say of ourselves. */
  readonly greeter: Greeter;
  /** Who has not said who it is stands here. */
  readonly greetings: Line;
  /** A frame that is longer breaks the link. */
  readonly frameBytesMax: number;
  /** Answers a request, now or later; false when its payload is not what its type promises. */
  answer(now: number, link: Link, frame: Frame): boolean;
  /** The other end has said who it is. */
  met(now: number, link: Link): void;
  /** It is not whom we talk with; the link breaks. */
  rejected(now: number, link: Link, why: Verdict): void;
  /** Whom we dialed takes us for a member of the other kind: it keeps `k` backups. */
  refused(now: number, link: Link, k: number): void;
  /** It asks for what only members may; `link.vouched` says whether it is one. */
  vouch(now: number, link: Link): void;
  /** Somebody's clock is so far before ours. */
  clockHeard(aheadMs: number): void;
  /** It is over. */
  dropped(link: Link): void;
}

/** Bytes of a frame beside the value it carries. */
export const FRAME_EXTRA_BYTES = 4096;
/** A frame may always be so long, however small the values are: batches of records are. */
export const FRAME_BYTES_LEAST: number = 1 << 21;
/** Requests of one client that may be under way here; then it is not read on. */
const UNANSWERED_LIMIT = 4096;

export class Link extends Outbox implements Way {
  readonly owner: LinkOwner;
  /** Where it was dialed, or 0. */
  readonly dialed: Address;
  /** Where it came from, or 0. */
  readonly from: Address;
  /** First address of the process at the other end; 0 for a client, and before that is certain. */
  home: Address = 0;
  /** Of its data; 0 as long as `home` is, and of who keeps none that matters. */
  incarnation = 0;
  /** Null for the link of a node to itself. */
  readonly handshake: Handshake | null;
  /** The other side answered: what was asked may have been heard. */
  isOpen = false;
  /** Why it came to nothing, if it was the greeting. */
  rejection: Verdict | null = null;
  /** The stream that we dialed stands. */
  isConnected = false;
  /** The other side has closed it: what it had not read by then it will never read. */
  isClosedThere = false;
  /** Where it came in, of our addresses, or 0. */
  readonly at: Address;
  usedAtMs: number;
  #unanswered = 0;
  /** The request that is being written. */
  #asking: Pending | null = null;
  /** The one that was asked last. */
  #asked: Pending | null = null;
  readonly #requests: Requests = new Requests();
  #isGreeting: boolean;

  /** @param dialed where; 0: somebody at `from` came in at our address `at`. */
  constructor(
    owner: LinkOwner,
    now: number,
    stream: Stream,
    dialed: Address,
    from: Address,
    at: Address,
  ) {
    super(owner, stream);
    this.owner = owner;
    this.dialed = dialed;
    this.from = from;
    this.at = at;
    this.usedAtMs = now;
    this.#isGreeting = dialed !== 0;
    this.isOpen = dialed === 0;
    this.handshake = stream === 0 ? null : new Handshake(owner.greeter, dialed);
    if (dialed === 0 && stream !== 0) owner.greetings.join(now, this);
  }

  /** Requests under way. */
  get pendingCount(): number {
    return this.#requests.count;
  }

  /** Is a member one of the process at the other end? */
  speaksFor(member: Member): boolean {
    // That its address and its home are one may have come out since it greeted us.
    const { home } = this.owner.shared.members.of(this.home);
    return this.stream === 0 || (this.home !== 0 && member.home === home);
  }

  protected override get isGone(): boolean {
    return this.isOver || this.rejection !== null;
  }

  /** Something that it asked for is under way here. */
  get isBusy(): boolean {
    return this.#unanswered > 0;
  }

  /** What it may ask of us. */
  get rights(): Rights {
    return this.handshake?.rights ?? Rights.member;
  }

  /** A member has shown that it is at the other end, if only by the way we dialed it. */
  get isMembers(): boolean {
    return this.rights === Rights.member;
  }

  /** What was asked may have got there: before the stream stands nothing has left. */
  get hasReached(): boolean {
    return this.isConnected || this.dialed === 0;
  }

  /** The other side says what its clock shows. */
  hearClock(now: number, clockMs: number): void {
    this.handshake?.hearClock(now, clockMs);
    this.owner.clockHeard(clockMs - now);
  }

  /**
   * How far the other clock is before ours, or less: what seems to be older than it is, is refused with the time
   * and sent again; what seems to be younger would be done too late. Null: it has not greeted us yet.
   */
  get aheadMs(): number | null {
    return this.handshake === null ? 0 : this.handshake.leastAheadMs;
  }

  // Writing.

  /** Begins a request; the caller writes its payload and calls `send`. */
  ask(now: number, type: number, line: Line, done: Reply): FrameWriter {
    this.usedAtMs = now;
    this.owner.counters.requestsOut++;
    this.#asking = this.#requests.open(now, this, line, done);
    this.#asked = this.#asking;
    return this.begin(type, this.#asking.request);
  }

  /** Writes on at the request that was asked last, as long as it is `unfinished`. End it by `send`. */
  goOn(): FrameWriter {
    this.#asking = this.#asked;
    return this.out;
  }

  /** Begins the reply to a request of the other side, or a frame that wants no reply. */
  begin(type: number, request: number): FrameWriter {
    if ((type & REPLY) !== 0 && --this.#unanswered === UNANSWERED_LIMIT / 2) {
      this.owner.soon((now) => this.release(now, Hold.requests));
    }
    const { out } = this;
    this.unfinished = null;
    this.owner.counters.framesOut++;
    out.begin(type, request);
    return out;
  }

  /** Ends the frame begun last. */
  send(): void {
    this.out.end();
    if (this.#asking !== null) this.#asking.endsAt = this.endsAt;
    this.#asking = null;
  }

  gaveUp(pending: Pending): void {
    this.owner.counters.timeouts++;
    this.#requests.forget(pending);
  }

  /** Answers with a status and nothing else. */
  answerStatus(type: number, request: number, status: Status): void {
    this.begin(type | REPLY, request).u8(status);
    this.send();
  }

  /** Begins the talk that was dialed: `knock` is the word of the ring's dialect for it. */
  greet(now: number, knock: Uint8Array): void {
    const { out } = this;
    out.raw(knock);
    this.handshake!.putHello(now, out);
    this.owner.counters.framesOut++;
    if (this.owner.greeter.secret !== null) this.shut(now);
  }

  // Reading.

  /** Takes bytes of the other side, borrowed until it returns. */
  take(now: number, bytes: Uint8Array, start: number, end: number): void {
    this.owner.counters.bytesIn += end - start;
    this.usedAtMs = now;
    // Let go until it has read what we said: a reset would take that away.
    if (this.rejection !== null) return;
    this.takeIn(now, bytes, start, end);
  }

  /** Reads whole frames and returns where the first one that is not whole begins. */
  protected read(now: number, bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    if (this.#isGreeting) {
      at = this.#readGreeting(now, bytes, start, end);
      if (this.#isGreeting) return start;
    }
    const { frame } = this.owner.shared;
    const { counters, frameBytesMax } = this.owner;
    while (end - at >= LENGTH_BYTES && !this.isHeld) {
      const length = readU32(bytes, at);
      const limit = this.rights === Rights.none ? GREETING_BYTES_MAX : frameBytesMax;
      if (length < FRAME_HEADER_BYTES - LENGTH_BYTES || length > limit) {
        this.break(now);
        return end;
      }
      const next = at + LENGTH_BYTES + length;
      if (next > end) break;
      counters.framesIn++;
      frame.open(bytes, at, next);
      if (!this.#mayAsk(now, frame.type)) return this.isGone ? end : at;
      this.#dispatch(now, frame);
      if (this.isGone) return end;
      at = next;
      this.#restrain(now);
    }
    return at;
  }

  /** Has the other side the rights for such a frame? False: it waits, or the link is broken. */
  #mayAsk(now: number, type: number): boolean {
    if ((type & REPLY) !== 0 || type === FrameType.hello || type === FrameType.proof) return true;
    const needed = type <= FRAME_TYPES_LAST ? rightsNeeded(type) : Rights.none;
    if (needed <= this.rights) return true;
    // That is answered, and no reason to break off.
    if (needed === Rights.write && this.rights === Rights.read) return true;
    if (needed === Rights.member && this.handshake!.claimsMember(this.from)) {
      this.hold(Hold.vouching);
      this.owner.vouch(now, this);
      return false;
    }
    this.owner.counters.refusedRequests++;
    if (this.rights === Rights.none) this.#reject(now, 'unproven');
    else this.break(now);
    return false;
  }

  /** Its address has said whether this is its link. */
  vouched(now: number, isSo: boolean): void {
    if (this.isOver) return;
    if (!isSo) {
      this.owner.counters.refusedRequests++;
      return this.break(now);
    }
    const handshake = this.handshake!;
    const { addresses, incarnation } = handshake.theirs!;
    handshake.rights = Rights.member;
    this.home = addresses[0];
    this.incarnation = incarnation;
    handshake.letGo();
    this.release(now, Hold.vouching);
  }

  /** A client that does not read what it asked for is not asked what else it wants. */
  #restrain(now: number): void {
    if (this.isMembers) return;
    if (this.#unanswered >= UNANSWERED_LIMIT) this.hold(Hold.requests);
    if (this.overflow(now)) this.hold(Hold.congestion);
  }

  #dispatch(now: number, frame: Frame): void {
    const type = frame.type & ~REPLY;
    if (type === 0 || type > FRAME_TYPES_LAST) return this.break(now);
    if (frame.type === (FrameType.hello | REPLY)) return this.#refused(now, frame);
    if (type === FrameType.hello) return this.#hello(now, frame);
    if (type === FrameType.proof) return this.#proof(now, frame);
    if (type === FrameType.working) return this.#requests.renew(now, frame.request);
    if ((frame.type & REPLY) === 0) {
      this.owner.counters.requestsIn++;
      this.#unanswered++;
      if (this.rights < Rights.write && rightsNeeded(type) === Rights.write) {
        return this.answerStatus(type, frame.request, Status.forbidden);
      }
      if (!this.owner.answer(now, this, frame)) this.break(now);
      return;
    }
    const pending = this.#requests.take(frame.request);
    if (pending === undefined) {
      this.owner.counters.lateReplies++;
      return;
    }
    this.owner.counters.repliesIn++;
    pending.done(now, frame);
    if (frame.isBroken) this.break(now);
  }

  /** Returns where the answer to `VER` ends; where it began while it is not all here. */
  #readGreeting(now: number, bytes: Uint8Array, start: number, end: number): number {
    const at = capabilitiesEnd(bytes, start, end);
    if (at === null) this.break(now);
    if (at === null || at < 0) return start;
    this.#isGreeting = false;
    this.isOpen = true;
    return at;
  }

  #hello(now: number, frame: Frame): void {
    const handshake = this.handshake;
    const verdict = handshake?.heard(now, frame) ?? 'malformed';
    if (handshake?.aheadMs != null) this.owner.clockHeard(handshake.aheadMs);
    if (verdict === 'other-kind' && this.dialed === 0) this.#refuse(now);
    if (verdict !== 'fine' || handshake === null) return this.#reject(now, verdict);
    const out = this.owner.shared.takeWriter();
    if (this.dialed === 0) handshake.putHello(now, out);
    else this.#prove(out);
    if (out.length > 0) this.write(now, out);
    this.owner.shared.giveWriter(out);
    if (handshake.isDone) this.line?.leave(this);
    if (this.dialed === 0) return;
    this.incarnation = handshake.theirs!.incarnation;
    this.unshut();
    this.owner.met(now, this);
    handshake.letGo();
  }

  #refuse(now: number): void {
    const out = this.owner.shared.takeWriter();
    out.raw(this.handshake!.refusal());
    this.write(now, out);
    this.owner.shared.giveWriter(out);
  }

  #refused(now: number, frame: Frame): void {
    const k = this.handshake?.refused(frame) ?? null;
    if (k !== null) this.owner.refused(now, this, k);
    this.break(now);
  }

  /** What was asked may follow at once: the other side reads the proof before. */
  #prove(out: FrameWriter): void {
    const proof = this.handshake!.proof();
    if (proof === null) return;
    out.begin(FrameType.proof, 0);
    out.raw(proof);
    out.end();
    this.owner.counters.framesOut++;
  }

  #proof(now: number, frame: Frame): void {
    const verdict = this.handshake?.proven(frame) ?? 'malformed';
    if (verdict !== 'fine') return this.#reject(now, verdict);
    this.line?.leave(this);
  }

  #reject(now: number, why: Verdict): void {
    this.rejection = why;
    this.owner.rejected(now, this, why);
    if (this.dialed !== 0 || why === 'malformed') return this.break(now);
    this.owner.counters.broken++;
    this.owner.greetings.join(now, this);
  }

  drained(now: number): void {
    this.congestedAtMs = Infinity;
    this.release(now, Hold.congestion);
  }

  /** Not connected, or not answered, in time. */
  expired(now: number): void {
    this.drop(now);
  }

  /** The other side is not what we think, or we are not. */
  break(now: number): void {
    this.owner.counters.broken++;
    this.drop(now);
  }

  drop(now: number): void {
    if (this.isOver) return;
    if (this.stream !== 0) this.owner.host.destroy(this.stream);
    this.closed(now);
  }

  closed(now: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.line?.leave(this);
    this.letGo();
    this.owner.dropped(this);
    if (this.#requests.count > 0) this.owner.counters.brokenOff++;
    this.#requests.end(now);
  }
}
