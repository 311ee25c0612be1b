/**
 * The state of a ring node, and how its house is built. All that a node does is a verb over this
 * state: a function that is given `node: RingState`, in the room of what it is about. A verb may use
 * those on the floors below its own; what it needs of one above, the state declares (`suspect`,
 * `connections`, `policy`) and node.ts puts there.
 *
 *     node, client                commands; what comes from the world is passed on
 *     connections                 streams become links and talks
 *     answers, class-service, upkeep
 *     handover/                   arcs change hands: join, admit, leave
 *     membership/                 who our neighbours are, and whether they live
 *     copies/                     records on all who should hold them; every change of one
 *     tenure/                     titles: who may act for an arc, and how that changes
 *     routing/                    a command on its way to the owner of its key
 *     state, view, holdings, lifetime
 *     link, memory, agenda        a kept connection; whom we met; what is due
 *     shared, records/, frames
 *     circle/                     places, arcs and lists
 *     settings, outcome, patience, rate, counters, bounds
 *     dialects/                   what class programs speak: bytes, and no ring
 */
import type { Address } from '../core/address.ts';
import { wholeNumber } from '../core/argument.ts';
import type { StreamHost } from '../core/host.ts';
import { randomId } from '../core/id.ts';
import type { Random } from '../core/random.ts';
import { type Store, StoreReadError } from '../core/store.ts';
import { Agenda } from './agenda.ts';
import { type Comparison, Identity } from './circle/identity.ts';
import { hostMark, type Member, type Sha1 } from './circle/member.ts';
import type { RingCounters } from './counters.ts';
import type { Talk } from './dialects/talk.ts';
import type { Terms } from './dialects/terms.ts';
import { LIST_LIMIT } from './frames.ts';
import type { Greeter } from './greeting/handshake.ts';
import { RING_ID_BYTES } from './greeting/hello.ts';
import { incarnationOf } from './greeting/incarnation.ts';
import type { RingSecret } from './greeting/secret.ts';
import { FRAME_BYTES_LEAST, FRAME_EXTRA_BYTES, type Link } from './link.ts';
import { Memory } from './memory.ts';
import type { OperationKind, RingEvent, RingObserver } from './outcome.ts';
import { Lines, type Waiter } from './patience.ts';
import { Rate } from './rate.ts';
import { ActIds } from './records/act-ids.ts';
import { HybridClock, isBeyond } from './records/clock.ts';
import { Digests } from './records/digests.ts';
import { DONE_ACTS_MS } from './records/done-acts.ts';
import { Expiries } from './records/expiries.ts';
import { Flushes } from './records/flushes.ts';
import { History, LOG_BYTES } from './records/history.ts';
import { Seat } from './seat.ts';
import type { RingSettings } from './settings.ts';
import { RingShared } from './shared.ts';

/** Where a node lives. `shared` may be one for all nodes of a process; see there. */
export interface RingWorld {
  readonly host: StreamHost;
  readonly store: Store;
  readonly random: Random;
  readonly sha1: Sha1;
  readonly counters: RingCounters;
  readonly shared?: RingShared;
  /** Null or absent: the ring is open. */
  readonly secret?: RingSecret | null;
}

/** A command under way, as those see it who look on (routing/operation.ts). */
export interface Command extends Waiter {
  readonly kind: OperationKind;
  readonly key: Uint8Array;
  /** The number by which its caller knows it; 0: it is ours. */
  readonly call: number;
  /** Nobody waits for it any more: nothing more of it is sent. */
  letGo(): void;
  /** We stop: it ends now. */
  giveUp(now: number): void;
}

/** Somebody who waits for a change (queries.ts). */
export interface Follower {
  wake(now: number): void;
}

/** The streams of a node, as its verbs see them (connections.ts). */
export interface Streams {
  readonly count: number;
  /** What talks with class programs have in common. */
  readonly terms: Terms;
  /** The link to a member's process; dialed when there is none. */
  to(now: number, member: Member): Link;
  /** The same for large frames. */
  toBulk(now: number, member: Member): Link;
  /** Takes on a talk that somebody has begun. */
  talk(talk: Talk): void;
  /** A talk was answered in a call of somebody else's. */
  spokenTo(talk: object): void;
  /** Closes what nobody uses, and what came to a halt in the middle of a frame. */
  sweep(now: number): void;
}

/** How neighbours are kept: what the published protocols do differently (membership/policies.ts). */
export interface NeighbourPolicy {
  /** Neighbours show each other their lists; else they are asked for signs of life only. */
  readonly showsLists: boolean;
  /** Predecessors are kept as successors are: routed by, heard of from others, and spoken to. */
  readonly usesPredecessors: boolean;
  /** A new first successor gives us all up to it at once, not only when it takes us for the one before. */
  readonly claimsAtOnce: boolean;
  /** A list that has changed is shown to the neighbour on the other side at once. */
  readonly passesOn: boolean;
  /** A silent member is asked through others before it is given up. */
  readonly asksOthers: boolean;
  /** A node looks itself up now and then. */
  readonly testsItself: boolean;
  /** Speaks to a neighbour: is it there, and what does it know? */
  greet(node: RingState, now: number, identity: Identity, to: Member): void;
  /** What is done once a pulse, after the first successor was greeted. */
  round(node: RingState, now: number, identity: Identity): void;
  /** What follows `from` in our list, `theirs` being its own. */
  following(identity: Identity, from: Member, theirs: readonly Member[]): readonly Member[];
  /** As much of a list of successors as is kept. */
  kept(successors: Member[]): Member[];
  /** The successors there are, when `successors` and `predecessors` are left of our lists. */
  heirs(successors: Member[], predecessors: readonly Member[]): Member[];
  /** The first successor was given up, and the next one has taken its place. */
  lostFirst(node: RingState, now: number, identity: Identity): void;
}

/** Titles want frames, lists as ours are, and somebody beside the owner who can vote. */
function hasTitles({ titles, k, frames, policy }: RingSettings): boolean {
  return titles && k > 0 && frames && policy === 'correct';
}

/** Members given up lately that are remembered, and for how many pulses. */
const GONE_LIMIT = 256;
const GONE_PULSES = 10;

interface Timed {
  readonly atMs: number;
  readonly run: (now: number) => void;
}

export abstract class RingState implements Greeter {
  readonly settings: RingSettings;
  readonly observer: RingObserver;
  readonly identities: readonly Identity[];
  readonly greeted: readonly Member[];
  readonly secret: RingSecret | null;
  /** 16 bytes, drawn by the first member of a ring; zeros before it is known. */
  ringId: Uint8Array = new Uint8Array(RING_ID_BYTES);
  /** Of our data (greeting/incarnation.ts); 0: a client, which has none. */
  incarnation = 0;
  /** First address of the process; 0 for a client. */
  readonly home: Address;
  /** Where it serves clients of others, `host:port`; '' is nowhere. */
  servesAt = '';
  readonly world: RingWorld;
  readonly shared: RingShared;
  readonly counters: RingCounters;
  readonly store: Store;
  readonly random: Random;
  readonly clock: HybridClock = new HybridClock();
  readonly digests: Digests;
  readonly flushes: Flushes;
  readonly lines: Lines;
  readonly expiries: Expiries = new Expiries();
  readonly history: History;
  /** Those who wait for what changes next. */
  readonly followers: Set<Follower> = new Set();
  readonly agenda: Agenda;
  readonly memory: Memory;
  /** The process as an elector; null in a ring without titles. */
  readonly seat: Seat | null;
  /** How long a delete is remembered: for good where versions know no time. */
  readonly tombstoneMs: number;
  readonly frameBytesMax: number;
  /** Processes that a list of neighbours names. */
  readonly listProcesses: number;
  readonly repairRate: Rate;
  /** Our own acts, as those who answer them tell them apart. */
  readonly actIds: ActIds;
  /** Commands under way. */
  readonly operations: Set<Command> = new Set();
  readonly syncs: Set<Comparison> = new Set();
  /** When the first of the syncs can go on. */
  syncAtMs: number = Infinity;
  /** The pass over the store for records of others that is under way. */
  releasing: { abort(): void } | null = null;
  /** Records of others that were here when last looked. */
  foreign = 0;
  /** Who is being asked for a sign of life. */
  readonly suspects: Set<Address> = new Set();
  readonly gone: Map<Address, number> = new Map();
  /** Who has refused us: their ring keeps backups and we do not, or the other way round. */
  readonly refusers: Set<Address> = new Set();
  /** Homes of those who have said that they leave, or of whom an operator says that they will not come back. */
  readonly resigned: Set<Address> = new Set();
  /** Homes of those who are lost for good, as an operator says; while that is gone through with. */
  lost: readonly Address[] = [];
  /** Bytes of writes that wait for their copies. */
  writeBytes = 0;
  /** How far our clock is corrected, by those of the others (records/clock.ts). */
  clockShiftMs = 0;
  /** When our clock was last corrected, or our arcs last grew; before we have begun there is no time. */
  unsteadySinceMs: number = Infinity;
  /** When we were last found to have stood still, and for how long in all; or else our clock has jumped. */
  stalledAtMs: number = -Infinity;
  stalledForMs = 0;
  /** Whom we were told to join. */
  ways: readonly Member[] = [];
  isLeaving = false;
  /** We were the last: there is nobody to whom our records could go. */
  isRingOver = false;
  #timed: Timed[] = [];
  #isWaking = false;
  #logId: Uint8Array | null = null;

  constructor(
    world: RingWorld,
    settings: RingSettings,
    identities: readonly Address[],
    observer: RingObserver,
  ) {
    wholeNumber(identities.length, 'identities', 0, LIST_LIMIT);
    this.world = world;
    this.settings = settings;
    this.observer = observer;
    this.shared = world.shared ?? new RingShared(world.sha1);
    this.counters = world.counters;
    this.store = world.store;
    this.random = world.random;
    this.digests = new Digests(world.store);
    this.flushes = new Flushes(world.store);
    this.home = identities[0] ?? 0;
    this.identities = identities.map((address) => new Identity(this.#own(address)));
    this.greeted = this.identities.map(({ member }) => member);
    this.secret = world.secret ?? null;
    if (this.greeted[0]) this.greeted[0].kin = identities;
    this.frameBytesMax = Math.max(FRAME_BYTES_LEAST, settings.valueBytesMax + FRAME_EXTRA_BYTES);
    this.listProcesses = settings.successors || settings.k + 3;
    this.actIds = new ActIds(world.random);
    this.repairRate = new Rate(settings.repairBytesPerSecond);
    this.lines = new Lines(settings);
    this.history = new History(settings.historyBytes);
    this.agenda = new Agenda(settings, world.random);
    const { store, flushes, shared, random } = this;
    const isTitled = this.home !== 0 && hasTitles(settings);
    if (isTitled) {
      this.incarnation = incarnationOf(store, random);
      for (const { member } of this.identities) member.incarnation = this.incarnation;
    }
    this.seat = isTitled ? new Seat(this.home, this.incarnation, store, flushes) : null;
    this.tombstoneMs = isTitled ? Infinity : settings.tombstoneMs;
    const { tombstoneMs } = this;
    for (const identity of this.identities) this.seat?.entitle(identity);
    this.memory = new Memory(this, store, flushes, shared.members, random, tombstoneMs);
  }

  #own(address: Address): Member {
    const member = this.shared.members.of(address);
    member.home = this.home;
    member.claimedHome = this.home;
    member.host = hostMark(this.settings.hostLabel, address);
    member.isPlain = !this.settings.frames;
    member.isProven = true;
    return member;
  }

  // What stands above, and is put here by node.ts.

  abstract readonly connections: Streams;
  abstract readonly policy: NeighbourPolicy;
  /** Something that we asked of a member was not answered. */
  abstract suspect(now: number, member: Member): void;
  /** Somebody may have taken a higher epoch for the arc of an identity. */
  abstract challenged(now: number, identity: Identity): void;
  /** Its title is lost or doubtful: whose is the arc? */
  abstract regain(now: number, identity: Identity): void;
  /** The arc should go as far as `identity.reach`. */
  abstract reachOut(now: number, identity: Identity): void;
  /** A member that was asked at a time says that it is none. */
  abstract denied(now: number, askedAtMs: number, member: Member): void;

  // Time, events and links.

  /** Does something later; it is not taken back. */
  after(atMs: number, run: (now: number) => void): void {
    this.#timed.push({ atMs, run });
  }

  /** When the first of what was put off is due. */
  protected get timedAtMs(): number {
    let next = Infinity;
    for (const { atMs } of this.#timed) if (atMs < next) next = atMs;
    return next;
  }

  protected runTimed(now: number): void {
    if (this.timedAtMs > now) return;
    const due = this.#timed.filter(({ atMs }) => atMs <= now);
    this.#timed = this.#timed.filter(({ atMs }) => atMs > now);
    for (const { run } of due) run(now);
  }

  event(event: RingEvent): void {
    this.observer.onEvent(event);
  }

  /** The record that the store has; undefined when its disk does not give it, which is counted and told. */
  lookUp(key: Uint8Array, start = 0): Uint8Array | null | undefined {
    try {
      return this.store.get(key, start);
    } catch (error) {
      this.unreadable(error);
      return undefined;
    }
  }

  /** @throws what is no failure of a disk. */
  unreadable(error: unknown): void {
    if (!(error instanceof StoreReadError)) throw error;
    this.counters.readErrors++;
    this.event({ kind: 'store-error', message: error.message });
  }

  /** The time by which versions are given and tombstones forgotten. */
  timeOf(now: number): number {
    return now + this.clockShiftMs;
  }

  /** All acts on our arcs that are not old by our clock we have done ourselves (records/done-acts.ts). */
  isSteady(now: number): boolean {
    return now - this.unsteadySinceMs >= DONE_ACTS_MS;
  }

  /** A version from so far in the future that a clock must have been wrong. Titles have no clock in theirs. */
  isBeyond(now: number, version: Uint8Array, at = 0): boolean {
    return this.seat === null && isBeyond(version, at, this.timeOf(now));
  }

  linkTo(now: number, member: Member): Link {
    return this.connections.to(now, member);
  }

  // Who is who.

  /** Our owners act under titles. */
  get isTitled(): boolean {
    return this.seat !== null;
  }

  get k(): number {
    return this.settings.k;
  }

  get isMember(): boolean {
    return this.identities.some((identity) => identity.isMember);
  }

  identityAt(address: Address): Identity | null {
    return this.identities.find((its) => its.member.address === address) ?? null;
  }

  /** Do we speak with it in a class dialect? */
  isPlain(member: Member): boolean {
    return member.isPlain || !this.settings.frames;
  }

  isOwn(member: Member): boolean {
    return this.identityAt(member.address)?.member === member;
  }

  /** The identity of ours that owns a key; null when none does. */
  ownerOf(key: Uint8Array, at: number): Identity | null {
    for (const identity of this.identities) if (identity.owns(key, at)) return identity;
    return null;
  }

  /** All members in our lists, each once. */
  neighbours(): Member[] {
    const all: Set<Member> = new Set();
    for (const { successors, predecessors } of this.identities) {
      for (const member of successors) if (!this.isOwn(member)) all.add(member);
      for (const member of predecessors) if (!this.isOwn(member)) all.add(member);
    }
    return [...all];
  }

  isNeighbour(member: Member): boolean {
    return this.identities.some(
      ({ successors, predecessors, fingers }) =>
        successors.includes(member) ||
        predecessors.includes(member) ||
        fingers.members.includes(member),
    );
  }

  /** Those through whom the ring may be reached, in the order in which to ask them. */
  waysIn(): Member[] {
    const ways = this.ways.filter((member) => !this.isOwn(member));
    for (const member of this.memory.known) if (!ways.includes(member)) ways.push(member);
    return ways;
  }

  /** Names our history, so that nobody takes another one's numbers for ours. */
  get logId(): Uint8Array {
    this.#logId ??= randomId(this.random).subarray(0, LOG_BYTES);
    return this.#logId;
  }

  /** A record has taken its place; who follows it hears of it when it is durable. */
  changed(key: Uint8Array, start: number, record: Uint8Array, isExpiry: boolean): void {
    this.history.note(key, start, record, isExpiry);
    if (this.followers.size === 0 || this.#isWaking) return;
    this.#isWaking = true;
    this.flushes.wait((now) => {
      this.#isWaking = false;
      for (const follower of [...this.followers]) follower.wake(now);
    });
  }

  // Who is gone, and what has moved.

  /** It was given up lately, and has not spoken since. */
  isGone(now: number, member: Member): boolean {
    const atMs = this.gone.get(member.address);
    if (atMs === undefined) return false;
    if (atMs + GONE_PULSES * this.settings.pulseMs > now) return true;
    this.gone.delete(member.address);
    return false;
  }

  leaveBehind(now: number, member: Member): void {
    if (this.gone.size >= GONE_LIMIT) this.gone.delete(this.gone.keys().next().value!);
    this.gone.set(member.address, now);
  }

  /** A process that speaks lives, whatever was begun against the one that had its place before. */
  hasSpoken({ address, home }: Member): void {
    this.gone.delete(address);
    for (const other of this.suspects) {
      if (this.shared.members.of(other).home === home) this.suspects.delete(other);
    }
  }

  /** Arcs have moved: some of what is here may be others'. */
  moved(now: number): void {
    if (this.store.count > 0) this.agenda.releaseSoon(now);
  }
}
