/**
 * The streams of a node: links to our own processes, found by any of their addresses, and the talks
 * with class programs. Everything the world says of a stream comes through here.
 *
 *     accepted ─▶ door ─▶ conversation ── "VER" ─▶ link ── hello ─▶ a client
 *                                                     └── vouched for ─▶ usable for our own requests, too
 *     linkTo   ─▶ link at once; what is asked waits in it until the other side answers
 *     tell     ─▶ exchange: we ask a class program (routing/plain-calls.ts)
 *
 * One kept connection serves a pair of processes: where each has dialed the other, both ask over the one
 * that the lower address dialed, and the other becomes idle. Large frames have one of their own, so
 * that no sign of life waits behind 60 MiB. All are counted, bounded and closed when nobody uses them.
 */
import { type Address, ipOf } from '../core/address.ts';
import { Closed, type Stream, type StreamHost } from '../core/host.ts';
import { answer } from './answers.ts';
import type { Member } from './circle/member.ts';
import { ClassService } from './class-service.ts';
import { recount, refreshCopies } from './copies/repair.ts';
import type { RingCounters } from './counters.ts';
import { Allowance } from './dialects/allowance.ts';
import type { Talk } from './dialects/talk.ts';
import type { Terms } from './dialects/terms.ts';
import { WireCounters } from './dialects/wire-counters.ts';
import { Door, IDLE_LEAST_MS } from './door.ts';
import { type Frame, FrameType } from './frames.ts';
import { acquaint, isNear } from './greeting/acquaint.ts';
import type { Greeter, Verdict } from './greeting/handshake.ts';
import { refusedBy } from './handover/refusal.ts';
import { INTAKE_BYTES_PER_SECOND, type Intake } from './intake.ts';
import { Link, type LinkOwner } from './link.ts';
import { probe } from './membership/life.ts';
import type { Outbox } from './outbox.ts';
import type { Line } from './patience.ts';
import { CLOCK_TOLERANCE_MS, shiftOf } from './records/clock.ts';
import type { RingShared } from './shared.ts';
import type { RingState, Streams } from './state.ts';
import { Talks, type TalksOwner, type Upgraded } from './talks.ts';
import { answerVouch, VOUCHING_LIMIT, vouch } from './vouching.ts';

const GREETING = {
  seed: lettersOf('VER'),
  string: lettersOf('VER'),
  text: lettersOf('VER\n'),
} as const;
/** Hosts that were refused are told of once; so many are remembered. */
const REJECTED_LIMIT = 256;

export class Connections implements Streams, LinkOwner, TalksOwner {
  readonly terms: Terms;
  readonly host: StreamHost;
  readonly counters: RingCounters;
  readonly shared: RingShared;
  readonly frameBytesMax: number;
  readonly greeter: Greeter;
  readonly greetings: Line;
  readonly strangersIntake: Intake;
  readonly membersIntake: Intake;
  readonly #node: RingState;
  readonly #talks: Talks;
  readonly #links = new Map<Address, Link>();
  /** All of them, in the order in which they came to be; null for a talk. */
  readonly #streams = new Map<Stream, Link | null>();
  /** For large frames. */
  readonly #bulkLinks = new Map<Address, Link>();
  readonly #door: Door;
  #vouching = 0;
  /** Somebody's clock was beyond the tolerance. */
  #hasHeardOtherTime = false;
  /** Hosts that were refused; made with the first. */
  #rejected: Set<number> | null = null;
  #sweptAtMs = 0;
  /** Links that have something to send at the end of this turn, in a row that every turn uses again. */
  readonly #written: (Outbox | null)[] = [];
  #writtenCount = 0;
  /** What our own identities say to each other. */
  readonly #loop: Link;

  constructor(node: RingState) {
    this.#node = node;
    this.host = node.world.host;
    this.counters = node.counters;
    this.shared = node.shared;
    this.strangersIntake = node.shared.strangersIntake;
    this.membersIntake = node.shared.membersIntake;
    this.frameBytesMax = node.frameBytesMax;
    this.greeter = node;
    this.greetings = node.lines.replies;
    this.#door = new Door(node.settings.acceptedMax);
    const { wire, valueBytesMax, classCommands: served } = node.settings;
    this.terms = {
      wire,
      served,
      valueBytesMax,
      memory: new Allowance(),
      counters: new WireCounters(),
    };
    this.#talks = new Talks(this, new ClassService(node));
    this.#loop = new Link(this, 0, 0, 0, 0, 0);
    this.#loop.home = node.home;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** When the first of the talks wants a tick. */
  get talksAtMs(): number {
    return this.#talks.atMs;
  }

  // Going out.

  to(now: number, member: Member): Link {
    return this.#find(this.#links, member) ?? this.#dial(now, member.address, this.#links);
  }

  toBulk(now: number, member: Member): Link {
    return this.#find(this.#bulkLinks, member) ?? this.#dial(now, member.address, this.#bulkLinks);
  }

  #find(links: ReadonlyMap<Address, Link>, member: Member): Link | undefined {
    const { address, home, isProven } = member;
    const link = links.get(address) ?? (isProven ? links.get(home) : undefined);
    return link ?? (this.#node.isOwn(member) ? this.#loop : undefined);
  }

  #dial(now: number, address: Address, links: Map<Address, Link>): Link {
    const node = this.#node;
    const stream = this.host.connect(node.home, address);
    const link = new Link(this, now, stream, address, 0, 0);
    this.counters.dialed++;
    this.#streams.set(stream, link);
    links.set(address, link);
    node.lines.connects.join(now, link);
    link.greet(now, GREETING[node.settings.wire]);
    return link;
  }

  // Who is who.

  answer(now: number, link: Link, frame: Frame): boolean {
    if (frame.type === FrameType.vouch) return answerVouch(this.#dialedLinks(), link, frame);
    return answer(this.#node, now, link, frame);
  }

  *#dialedLinks(): Iterable<Link> {
    for (const link of this.#streams.values()) {
      if (link !== null && link.dialed !== 0) yield link;
    }
  }

  met(now: number, link: Link): void {
    const node = this.#node;
    const { members } = this.shared;
    const hello = link.handshake!.theirs!;
    const isNews = acquaint(members, now, link.dialed, hello);
    const member = members.of(link.dialed);
    link.home = member.home;
    recount(node, now, member, hello.incarnation);
    this.#compareClocks(now);
    const claimed = members.of(member.claimedHome);
    // Only there can anybody tell whether the two are one.
    if (!claimed.isProven && isNear(claimed.address, member.address)) this.to(now, claimed);
    if (!isNews) return;
    for (const identity of node.identities) {
      if (identity.isMember) refreshCopies(node, now, identity);
    }
  }

  clockHeard(aheadMs: number): void {
    if (Math.abs(aheadMs) > CLOCK_TOLERANCE_MS) this.#hasHeardOtherTime = true;
  }

  /** Is our clock that of the others? */
  #compareClocks(now: number): void {
    const node = this.#node;
    // As long as nobody's clock was ever beyond the tolerance, the median is not.
    if (node.identities.length === 0 || !this.#hasHeardOtherTime) return;
    const aheadMs = new Map<Address, number>();
    for (const { home, handshake, isMembers } of this.#links.values()) {
      const ahead = handshake?.aheadMs ?? null;
      if (isMembers && home !== 0 && ahead !== null) aheadMs.set(home, ahead);
    }
    const before = node.clockShiftMs;
    const shift = shiftOf([...aheadMs.values()]);
    if (Math.abs(shift - before) <= CLOCK_TOLERANCE_MS) return;
    node.clockShiftMs = shift;
    node.unsteadySinceMs = now;
    node.event({ kind: 'clock', aheadMs: -shift });
  }

  vouch(now: number, link: Link): void {
    const done = (_at: number, isSo: boolean) =>
      this.soon((then) => this.#vouched(then, link, isSo));
    if (this.#vouching >= VOUCHING_LIMIT) return done(now, false);
    this.#vouching++;
    const asked: Link[] = [];
    const dial = (at: number, { address }: Member) => {
      const hasOne = this.#links.has(address);
      const fresh = this.#dial(at, address, hasOne ? new Map() : this.#links);
      if (hasOne) asked.push(fresh);
      return fresh;
    };
    vouch(this.#node, now, link, dial, (at, isSo) => {
      this.#vouching--;
      done(at, isSo);
      this.soon((then) => {
        for (const one of asked) one.drop(then);
      });
    });
  }

  #vouched(now: number, link: Link, isSo: boolean): void {
    if (isSo && !link.isOver) this.#door.leave(link.stream);
    link.vouched(now, isSo);
    if (!isSo || link.isOver) return;
    // Of two that were dialed the other way round one is enough.
    if (link.home < this.#node.home) this.#links.set(link.home, link);
  }

  rejected(_now: number, link: Link, why: Verdict): void {
    this.counters.rejectedGreetings++;
    const peer = link.dialed || link.from;
    if (why === 'malformed' || why === 'fine') return;
    this.#rejected ??= new Set();
    if (this.#rejected.has(ipOf(peer)) || this.#rejected.size >= REJECTED_LIMIT) return;
    this.#rejected.add(ipOf(peer));
    this.#node.event({ kind: 'rejected', peer, reason: REASONS[why] });
  }

  refused(now: number, link: Link, k: number): void {
    refusedBy(this.#node, now, this.shared.members.of(link.dialed), k);
  }

  soon(run: (now: number) => void): void {
    this.#node.after(0, run);
  }

  // Coming in.

  accepted(now: number, stream: Stream, from: Address, to: Address): void {
    const { host } = this;
    const { has, idle } = this.#door.roomFor(from, (other) => this.#isIdle(now, other));
    if (!has) {
      this.counters.refusedStreams++;
      return host.destroy(stream);
    }
    if (idle !== 0) this.#evict(now, idle);
    this.counters.accepted++;
    this.#door.enter(stream, from);
    this.#streams.set(stream, null);
    this.#talks.accepted(now, stream, from, to);
  }

  /** It has nothing to do here for the moment, as far as one can see. */
  #isIdle(now: number, stream: Stream): boolean {
    const link = this.#streams.get(stream);
    if (link) return !link.isBusy && link.usedAtMs + IDLE_LEAST_MS <= now;
    return this.#talks.isIdle(now, stream, IDLE_LEAST_MS);
  }

  #evict(now: number, stream: Stream): void {
    const link = this.#streams.get(stream);
    this.counters.evicted++;
    if (link) return link.drop(now);
    this.host.destroy(stream);
    this.#talks.closed(now, stream, Closed.reset);
    this.forget(stream);
  }

  opened(now: number, stream: Stream): void {
    const link = this.#streams.get(stream);
    if (!link) return this.#talks.opened(now, stream);
    link.isConnected = true;
    // The other side's word takes another round trip.
    if (!link.isOpen) this.#node.lines.connects.join(now, link);
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    const link = this.#streams.get(stream);
    if (link) link.take(now, bytes, start, end);
    else this.#talks.arrived(now, stream, bytes, start, end);
  }

  upgraded(
    now: number,
    { stream, from, identity }: Upgraded,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const link = new Link(this, now, stream, 0, from, identity);
    this.#streams.set(stream, link);
    if (start < end) link.take(now, bytes, start, end);
  }

  drained(now: number, stream: Stream): void {
    const link = this.#streams.get(stream);
    if (link) link.drained(now);
    else this.#talks.drained(now, stream);
  }

  ended(now: number, stream: Stream): void {
    const link = this.#streams.get(stream);
    if (!link) return this.#talks.ended(now, stream);
    // A link is of no use in one direction.
    link.isClosedThere = true;
    this.#lookAfter(link);
    link.drop(now);
  }

  closed(now: number, stream: Stream, why: Closed): void {
    const link = this.#streams.get(stream);
    this.forget(stream);
    if (!link) return this.#talks.closed(now, stream, why);
    link.isRefused = why === Closed.refused;
    link.isClosedThere = why !== Closed.timeout;
    this.#lookAfter(link);
    link.closed(now);
  }

  talk(talk: Talk): void {
    this.#streams.set(talk.stream, null);
    this.#talks.begin(talk);
  }

  tick(now: number): void {
    this.#talks.tick(now);
  }

  spokenTo(talk: object): void {
    this.#talks.spokenTo(talk);
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

  wrote(box: Outbox): void {
    this.#written[this.#writtenCount++] = box;
  }

  flush(now: number): void {
    const written = this.#written;
    const count = this.#writtenCount;
    this.#writtenCount = 0;
    for (let i = 0; i < count; i++) {
      const link = written[i]!;
      written[i] = null;
      link.flush(now);
    }
  }

  // The end.

  dropped(link: Link): void {
    this.forget(link.stream);
    if (link.isConnected && !link.isOpen) this.#unanswered(link.dialed);
    for (const links of [this.#links, this.#bulkLinks]) {
      for (const address of [link.dialed, link.home]) {
        if (links.get(address) === link) links.delete(address);
      }
    }
  }

  /** A process has closed a link: if it keeps copies of ours, is it still there, and with the same data? */
  #lookAfter({ home }: Link): void {
    const node = this.#node;
    if (home === 0) return;
    for (const { copies } of node.identities) {
      const copy = copies.find(({ member }) => member.home === home);
      if (copy !== undefined) return this.soon((now) => probe(node, now, copy.member));
    }
  }

  /**
   * Somebody is there, but has no answer to `VER`: a class program, unless we know better. Who is killed at
   * that moment looks the same; what is asked of it next tells the two apart (routing/plain-calls.ts).
   */
  #unanswered(address: Address): void {
    const member = this.#node.shared.members.of(address);
    if (member.isProven) return;
    member.isPlain = true;
    member.isMute = true;
  }

  forget(stream: Stream): void {
    this.#streams.delete(stream);
    this.#door.leave(stream);
  }

  sweep(now: number): void {
    const { idleMs, bulkIdleMs } = this.#node.settings;
    const leastBytes = ((now - this.#sweptAtMs) / 1000) * INTAKE_BYTES_PER_SECOND;
    this.#sweptAtMs = now;
    for (const link of [...this.#streams.values()]) {
      if (link === null) continue;
      const quietMs = now - link.usedAtMs;
      const isStuck = quietMs > bulkIdleMs && now - link.congestedAtMs > bulkIdleMs;
      const isHalted = isStuck || link.isCreeping(leastBytes);
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
    this.#bulkLinks.clear();
    this.#door.clear();
    this.#talks.clear();
  }
}

/** In a line for people: who was refused, and why. */
const REASONS: { readonly [why in Exclude<Verdict, 'fine' | 'malformed'>]: string } = {
  outdated: 'it speaks an older version of the ring’s protocol',
  'other-ring': 'it belongs to another ring',
  'other-kind':
    'of it and us one keeps backups under titles and the other does not: --k is 0 for all or none, and so is --wire',
  unproven: 'it has not proven that it knows the secret of the ring, or wants one',
};

function lettersOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
