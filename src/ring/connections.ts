/**
 * The streams of a node: links to our own processes, found by any of their addresses, and the talks
 * with class programs. Everything the world says of a stream comes through here.
 *
 *     accepted ─▶ conversation ── "VER" ─▶ link ── hello ─▶ usable for our own requests, too
 *     linkTo   ─▶ link at once; what is asked waits in it until the other side answers
 *
 * One kept connection serves a pair of processes: whoever dialed, both ask over it. All are counted,
 * bounded and closed when nobody uses them.
 */
import type { Address } from '../core/address.ts';
import type { Closed, Stream } from '../core/host.ts';
import type { Member } from './circle/member.ts';
import { ClassService } from './class-service.ts';
import { Allowance } from './dialects/allowance.ts';
import { Conversation } from './dialects/conversation.ts';
import { Exchange } from './dialects/exchange.ts';
import type { Caller } from './dialects/service.ts';
import type { Talk } from './dialects/talk.ts';
import type { Terms } from './dialects/wire.ts';
import { WireCounters } from './dialects/wire-counters.ts';
import { FrameType } from './frames.ts';
import { Link } from './link.ts';
import type { RingNode } from './node.ts';

const GREETING = { seed: 'VER', string: 'VER', text: 'VER\n' } as const;

export class Connections {
  readonly terms: Terms;
  /** Links that have something to send at the end of this turn. */
  dirty: Link[] = [];
  /** When the first of the talks wants a tick. */
  talksAtMs: number = Infinity;
  readonly #node: RingNode;
  readonly #service: ClassService;
  readonly #links = new Map<Address, Link>();
  readonly #streams = new Map<Stream, Link | Talk>();
  #accepted = new Set<Stream>();
  /** What our own identities say to each other. */
  readonly #loop: Link;

  constructor(node: RingNode) {
    this.#node = node;
    const { wire, valueBytesMax } = node.settings;
    this.terms = { wire, valueBytesMax, memory: new Allowance(), counters: new WireCounters() };
    this.#service = new ClassService(node);
    this.#loop = new Link(node, 0, 0, 0, 0);
    this.#loop.home = node.home;
  }

  get count(): number {
    return this.#streams.size;
  }

  // Going out.

  /** The link to a member's process; dialed when there is none. */
  to(now: number, member: Member): Link {
    const { address } = member;
    const link = this.#links.get(address);
    if (link !== undefined) return link;
    return this.#node.isOwn(member) ? this.#loop : this.#dial(now, address);
  }

  #dial(now: number, address: Address): Link {
    const node = this.#node;
    const stream = node.world.host.connect(node.home, address);
    const link = new Link(node, now, stream, address, 0);
    node.counters.dialed++;
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

  /** A link has said who is at its other end. */
  met(link: Link): void {
    for (const address of link.addresses) {
      if (!this.#links.has(address)) this.#links.set(address, link);
    }
  }

  // Coming in.

  accepted(now: number, stream: Stream, from: Address, to: Address): void {
    const { counters, settings, world } = this.#node;
    if (this.#accepted.size >= settings.acceptedMax) {
      counters.refusedStreams++;
      return world.host.destroy(stream);
    }
    counters.accepted++;
    this.#accepted.add(stream);
    const talk = new Conversation(world.host, stream, from, to, this.terms, this.#service, now);
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
    const link = new Link(this.#node, now, stream, 0, talk.from);
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

  /** Takes on a talk that somebody has begun. */
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

  /** A conversation was answered in a call of somebody else's. */
  spokenTo(talk: Caller | Exchange): void {
    if (talk instanceof Conversation || talk instanceof Exchange) this.#look(talk);
  }

  // Turns.

  /** Reads what our identities have said to each other; true when there was something. */
  runLoop(now: number): boolean {
    const out = this.#loop.takeOut();
    if (out === null) return false;
    this.#loop.take(now, out.bytes, 0, out.length);
    this.#node.commons.giveWriter(out);
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
    const member = this.#node.commons.members.of(address);
    if (member.isProven) return;
    member.isPlain = true;
    member.isProven = true;
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream);
    this.#accepted.delete(stream);
  }

  /** Closes what nobody uses, and what came to a halt in the middle of a frame. */
  sweep(now: number): void {
    const { idleMs, bulkIdleMs } = this.#node.settings;
    for (const link of [...this.#streams.values()]) {
      if (!(link instanceof Link)) continue;
      const quietMs = now - link.usedAtMs;
      const isHalted =
        quietMs > bulkIdleMs && (link.isCut || now - link.congestedAtMs > bulkIdleMs);
      // Who dialed closes first, so that the other side loses nothing that is on its way.
      const isIdle = link.pendingCount === 0 && quietMs > (link.dialed === 0 ? 2 : 1) * idleMs;
      if (isIdle) this.#node.counters.idleCloses++;
      if (isHalted || isIdle) link.drop(now);
    }
  }

  close(now: number): void {
    this.flush(now);
    for (const stream of this.#streams.keys()) this.#node.world.host.end(stream);
    for (const stream of this.#streams.keys()) this.#node.world.host.destroy(stream);
    this.#streams.clear();
    this.#links.clear();
    this.#accepted.clear();
    this.talksAtMs = Infinity;
  }
}

function lettersOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
