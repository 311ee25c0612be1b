/**
 * The streams of a node: links to our own processes, found by any of their addresses, and the talks
 * with class programs. Everything the world says of a stream comes through here.
 *
 *     accepted ─▶ conversation ── "VER" ─▶ link ── hello ─▶ usable for our own requests, too
 *     linkTo   ─▶ link at once; what is asked waits in it until the other side answers
 *     tell     ─▶ exchange: we ask a class program (routing/plain-calls.ts)
 *
 * One kept connection serves a pair of processes: whoever dialed, both ask over it. All are counted,
 * bounded and closed when nobody uses them.
 */
import type { Address } from '../core/address.ts';
import type { Closed, Stream, StreamHost } from '../core/host.ts';
import { answer } from './answers.ts';
import type { Member } from './circle/member.ts';
import { ClassService } from './class-service.ts';
import type { RingCounters } from './counters.ts';
import { Allowance } from './dialects/allowance.ts';
import { Conversation } from './dialects/conversation.ts';
import type { Talk } from './dialects/talk.ts';
import type { Terms } from './dialects/terms.ts';
import { WireCounters } from './dialects/wire-counters.ts';
import { WireTalk } from './dialects/wire-talk.ts';
import { type Frame, FrameType } from './frames.ts';
import { Link, type LinkOwner } from './link.ts';
import type { RingShared } from './shared.ts';
import type { RingState, Streams } from './state.ts';

const GREETING = { seed: 'VER', string: 'VER', text: 'VER\n' } as const;

export class Connections implements Streams, LinkOwner {
  readonly terms: Terms;
  /** Links that have something to send at the end of this turn. */
  dirty: Link[] = [];
  /** When the first of the talks wants a tick. */
  talksAtMs: number = Infinity;
  readonly host: StreamHost;
  readonly counters: RingCounters;
  readonly shared: RingShared;
  readonly frameBytesMax: number;
  readonly #node: RingState;
  readonly #service: ClassService;
  readonly #links = new Map<Address, Link>();
  readonly #streams = new Map<Stream, Link | Talk>();
  #accepted = new Set<Stream>();
  /** What our own identities say to each other. */
  readonly #loop: Link;

  constructor(node: RingState) {
    this.#node = node;
    this.host = node.world.host;
    this.counters = node.counters;
    this.shared = node.shared;
    this.frameBytesMax = node.frameBytesMax;
    const { wire, valueBytesMax } = node.settings;
    this.terms = { wire, valueBytesMax, memory: new Allowance(), counters: new WireCounters() };
    this.#service = new ClassService(node);
    this.#loop = new Link(this, 0, 0, 0, 0);
    this.#loop.home = node.home;
  }

  get count(): number {
    return this.#streams.size;
  }

  // Going out.

  to(now: number, member: Member): Link {
    const { address } = member;
    const link = this.#links.get(address);
    if (link !== undefined) return link;
    return this.#node.isOwn(member) ? this.#loop : this.#dial(now, address);
  }

  #dial(now: number, address: Address): Link {
    const node = this.#node;
    const stream = this.host.connect(node.home, address);
    const link = new Link(this, now, stream, address, 0);
    this.counters.dialed++;
    this.#streams.set(stream, link);
    this.#links.set(address, link);
    link.addresses = [address];
    node.lines.connects.join(now, link);
    link.raw(lettersOf(GREETING[node.settings.wire]));
    this.#hello(link);
    return link;
  }

  #hello(link: Link): void {
    const out = link.begin(FrameType.hello, 0);
    out.list(this.#node.identities.map(({ member }) => member));
    link.send();
  }

  answer(now: number, link: Link, frame: Frame): boolean {
    return answer(this.#node, now, link, frame);
  }

  met(link: Link): void {
    for (const address of link.addresses) {
      if (!this.#links.has(address)) this.#links.set(address, link);
    }
  }

  // Coming in.

  accepted(now: number, stream: Stream, from: Address, to: Address): void {
    const { host } = this;
    if (this.#accepted.size >= this.#node.settings.acceptedMax) {
      this.counters.refusedStreams++;
      return host.destroy(stream);
    }
    this.counters.accepted++;
    this.#accepted.add(stream);
    const talk = new Conversation(host, stream, from, to, this.terms, this.#service, now);
    this.#streams.set(stream, talk);
    this.#look(talk);
  }

  opened(now: number, stream: Stream): void {
    const talk = this.#streams.get(stream);
    if (talk === undefined) return;
    if (talk instanceof Link) {
      talk.isConnected = true;
      // The other side's word takes another round trip.
      if (!talk.isOpen) this.#node.lines.connects.join(now, talk);
      return;
    }
    talk.opened(now);
    this.#look(talk);
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    const talk = this.#streams.get(stream);
    if (talk === undefined) return;
    if (talk instanceof Link) return talk.take(now, bytes, start, end);
    const at = talk.take(now, bytes, start, end);
    if (!(talk instanceof Conversation) || !talk.isUpgraded) return this.#look(talk);
    const link = new Link(this, now, stream, 0, talk.from);
    this.#streams.set(stream, link);
    this.#hello(link);
    if (at < end) link.take(now, bytes, at, end);
  }

  drained(now: number, stream: Stream): void {
    const talk = this.#streams.get(stream);
    if (talk === undefined) return;
    talk.drained(now);
    if (!(talk instanceof Link)) this.#look(talk);
  }

  ended(now: number, stream: Stream): void {
    const talk = this.#streams.get(stream);
    if (talk === undefined) return;
    // A link is of no use in one direction.
    if (talk instanceof Link) return talk.drop(now);
    talk.ended(now);
    this.#look(talk);
  }

  closed(now: number, stream: Stream, why: Closed): void {
    const talk = this.#streams.get(stream);
    this.#forget(stream);
    talk?.closed(now, why);
  }

  talk(talk: Talk): void {
    this.#streams.set(talk.stream, talk);
    this.#look(talk);
  }

  /** A talk was spoken to: is it over, and when does it want a tick? */
  #look(talk: Talk): void {
    if (talk.isOver) this.#forget(talk.stream);
    else if (talk.deadline < this.talksAtMs) this.talksAtMs = talk.deadline;
  }

  tick(now: number): void {
    if (this.talksAtMs > now) return;
    this.talksAtMs = Infinity;
    for (const talk of [...this.#streams.values()]) {
      if (talk instanceof Link) continue;
      if (talk.deadline <= now) talk.tick(now);
      this.#look(talk);
    }
  }

  spokenTo(talk: object): void {
    if (talk instanceof WireTalk) this.#look(talk);
  }

  // Turns.

  /** Reads what our identities have said to each other; true when there was something. */
  runLoop(now: number): boolean {
    const out = this.#loop.takeOut();
    if (out === null) return false;
    this.#loop.take(now, out.bytes, 0, out.length);
    this.#node.shared.giveWriter(out);
    return true;
  }

  flush(now: number): void {
    if (this.dirty.length === 0) return;
    const { dirty } = this;
    this.dirty = [];
    for (const link of dirty) link.flush(now);
  }

  // The end.

  forget(link: Link): void {
    this.#forget(link.stream);
    if (link.isConnected && !link.isOpen) this.#unanswered(link.dialed);
    for (const address of link.addresses) {
      if (this.#links.get(address) === link) this.#links.delete(address);
    }
  }

  /** Somebody is there, but has no answer to `VER`: a class program, unless we know better. */
  #unanswered(address: Address): void {
    const member = this.#node.shared.members.of(address);
    if (member.isProven) return;
    member.isPlain = true;
    member.isProven = true;
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream);
    this.#accepted.delete(stream);
  }

  sweep(now: number): void {
    const { idleMs, bulkIdleMs } = this.#node.settings;
    for (const link of [...this.#streams.values()]) {
      if (!(link instanceof Link)) continue;
      const quietMs = now - link.usedAtMs;
      const isHalted =
        quietMs > bulkIdleMs && (link.isCut || now - link.congestedAtMs > bulkIdleMs);
      // Who dialed closes first, so that the other side loses nothing that is on its way.
      const isIdle = link.pendingCount === 0 && quietMs > (link.dialed === 0 ? 2 : 1) * idleMs;
      if (isIdle) this.counters.idleCloses++;
      if (isHalted || isIdle) link.drop(now);
    }
  }

  close(now: number): void {
    this.flush(now);
    for (const stream of this.#streams.keys()) this.host.end(stream);
    for (const stream of this.#streams.keys()) this.host.destroy(stream);
    this.#streams.clear();
    this.#links.clear();
    this.#accepted.clear();
    this.talksAtMs = Infinity;
  }
}

function lettersOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
