/**
 * The talks of a node: the streams on which a class dialect is spoken, or nothing yet. Each is over or becomes a
 * link at some time, and all have one deadline together.
 *
 *     accepted ── knock ─┬─ "VER" ─▶ a link (connections.ts)
 *                        └─ conversation ──▶ over
 *     tell     ── exchange, probe ─────────▶ over
 */
import type { Address } from '../core/address.ts';
import type { Closed, Stream, StreamHost } from '../core/host.ts';
import { Conversation } from './dialects/conversation.ts';
import { FramesWord, Knock } from './dialects/knock.ts';
import type { RingService } from './dialects/service.ts';
import type { Talk } from './dialects/talk.ts';
import type { Terms } from './dialects/terms.ts';
import { COMMAND_MS } from './dialects/wire.ts';
import { WireTalk } from './dialects/wire-talk.ts';
import type { RingShared } from './shared.ts';

/** Whose talks these are. */
export interface TalksOwner {
  readonly host: StreamHost;
  readonly shared: RingShared;
  readonly terms: Terms;
  /** The other side goes on in frames, of which the first may be here. */
  upgraded(now: number, talk: Upgraded, bytes: Uint8Array, start: number, end: number): void;
  /** A stream is over, or nobody's any more. */
  forget(stream: Stream): void;
}

export interface Upgraded {
  readonly stream: Stream;
  readonly from: Address;
  /** Our address that was connected to. */
  readonly identity: Address;
}

export class Talks {
  /** When the first of them wants a tick. */
  atMs: number = Infinity;
  readonly #owner: TalksOwner;
  readonly #service: RingService;
  readonly #word: FramesWord;
  readonly #talks = new Map<Stream, Talk | Knock>();

  constructor(owner: TalksOwner, service: RingService) {
    this.#owner = owner;
    this.#service = service;
    this.#word = new FramesWord(owner.terms, service);
  }

  /** Somebody from `from` has connected to `identity`, one of our addresses. */
  accepted(now: number, stream: Stream, from: Address, identity: Address): void {
    const knock = new Knock(stream, from, identity, now);
    this.#talks.set(stream, knock);
    this.atMs = Math.min(this.atMs, knock.deadline);
  }

  /** Takes on a talk that somebody has begun. */
  begin(talk: Talk): void {
    this.#talks.set(talk.stream, talk);
    this.#look(talk);
  }

  /** The talk on a stream. Whoever only knocked has a conversation from now on. */
  #of(stream: Stream): Talk | undefined {
    const talk = this.#talks.get(stream);
    if (!(talk instanceof Knock)) return talk;
    const { host, terms } = this.#owner;
    const conversation = talk.conversation(host, terms, this.#service);
    this.#talks.set(stream, conversation);
    return conversation;
  }

  /** It has nothing to do here for the moment, as far as one can see. */
  isIdle(now: number, stream: Stream, leastMs: number): boolean {
    const talk = this.#talks.get(stream);
    return talk !== undefined && talk.deadline - now <= COMMAND_MS - leastMs;
  }

  opened(now: number, stream: Stream): void {
    const talk = this.#of(stream);
    talk?.opened(now);
    if (talk !== undefined) this.#look(talk);
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    const knock = this.#talks.get(stream);
    const at = knock instanceof Knock ? this.#word.endIn(bytes, start, end) : -1;
    if (at >= 0) {
      this.#say(stream, this.#word.answer());
      return this.#upgraded(now, knock as Knock, bytes, at, end);
    }
    const talk = this.#of(stream);
    const taken = talk?.take(now, bytes, start, end) ?? end;
    if (talk instanceof Conversation && talk.isUpgraded) {
      this.#upgraded(now, talk, bytes, taken, end);
    } else if (talk !== undefined) {
      this.#look(talk);
    }
  }

  #say(stream: Stream, bytes: Uint8Array): void {
    const { host, shared } = this.#owner;
    const out = shared.takeWriter();
    out.raw(bytes);
    host.write(stream, out.bytes, 0, out.length);
    shared.giveWriter(out);
  }

  #upgraded(now: number, talk: Upgraded, bytes: Uint8Array, at: number, end: number): void {
    this.#talks.delete(talk.stream);
    this.#owner.upgraded(now, talk, bytes, at, end);
  }

  drained(now: number, stream: Stream): void {
    const talk = this.#of(stream);
    talk?.drained(now);
    if (talk !== undefined) this.#look(talk);
  }

  ended(now: number, stream: Stream): void {
    const talk = this.#of(stream);
    talk?.ended(now);
    if (talk !== undefined) this.#look(talk);
  }

  /** The world has closed the stream, or we have for somebody else. */
  closed(now: number, stream: Stream, why: Closed): void {
    const talk = this.#of(stream);
    this.#talks.delete(stream);
    talk?.closed(now, why);
  }

  /** A talk was spoken to: is it over, and when does it want a tick? */
  #look(talk: Talk): void {
    if (talk.isOver) {
      this.#talks.delete(talk.stream);
      this.#owner.forget(talk.stream);
    } else if (talk.deadline < this.atMs) {
      this.atMs = talk.deadline;
    }
  }

  tick(now: number): void {
    if (this.atMs > now) return;
    this.atMs = Infinity;
    for (const [stream, talk] of [...this.#talks]) {
      if (talk.deadline <= now) this.#late(now, stream);
      else if (talk instanceof Knock) this.atMs = Math.min(this.atMs, talk.deadline);
      else this.#look(talk);
    }
  }

  #late(now: number, stream: Stream): void {
    const talk = this.#of(stream);
    talk?.tick(now);
    if (talk !== undefined) this.#look(talk);
  }

  /** A talk was answered in a call of somebody else's. */
  spokenTo(talk: object): void {
    if (talk instanceof WireTalk) this.#look(talk);
  }

  clear(): void {
    this.#talks.clear();
    this.atMs = Infinity;
  }
}
