/**
 * A ring node: the state machine of one process, with one store, one set of connections and one or
 * more identities on the circle. This file has its state and the place where everything that comes
 * from the world is passed on; what is done about it is in the files beside it.
 *
 *     streams ── connections.ts ─┬ conversation: a class program asks ── class-service.ts
 *                                └ link: frames ─┬ request ── answers.ts
 *                                                └ reply ──── whoever asked
 *     tick    ── lines of those who waited too long; upkeep.ts; talks
 *     stored  ── whoever waited for something to be durable
 *
 * It obeys the seam (core/host.ts): time and randomness are handed in, the host and the store are the
 * only ways out. What one call from the world writes to a stream leaves in one write, and what it
 * puts into the store is flushed by one flush, at the end of that call. A process without identities
 * is a client: it uses the ring and is no part of it.
 *
 * Why nothing is lost, in one place; each rule is argued where it is kept:
 *   1. a version orders all writes of a key, and the newer wins on every path (clock, record);
 *   2. an acknowledgement counts durable copies on distinct processes only (replicas);
 *   3. ownership moves after the data, at one byte, the old owner stopping first (handover);
 *   4. an arc taken over from the dead is read from all its copies until they agree (repair);
 *   5. no copy is dropped before the owner has confirmed it, safe on all its backups (repair).
 */
import type { Address } from '../core/address.ts';
import { shown, wholeNumber } from '../core/argument.ts';
import type { Closed, Stream, StreamHost, StreamMachine } from '../core/host.ts';
import { formatId, ID_BYTES } from '../core/id.ts';
import type { Random } from '../core/random.ts';
import type { Store, StoreMachine, StoreToken } from '../core/store.ts';
import { answer } from './answers.ts';
import { OPERATIONS_LIMIT, RETRY_MS } from './bounds.ts';
import { Identity } from './circle/identity.ts';
import { hostMark, type Member, type Sha1 } from './circle/member.ts';
import { RingCommons } from './commons.ts';
import { Connections } from './connections.ts';
import { beginInStep } from './copies/repair.ts';
import { Rate, type Sync } from './copies/sync.ts';
import type { RingCounters } from './counters.ts';
import { type Frame, LIST_LIMIT } from './frames.ts';
import { join, leave, watchJoin } from './handover/handover.ts';
import { FRAME_BYTES_LEAST, FRAME_EXTRA_BYTES, type Link } from './link.ts';
import { drop, suspect } from './membership.ts';
import type { OutcomeCode, RingEvent, RingObserver, RingOutcome } from './outcome.ts';
import { Line } from './patience.ts';
import { compareVersions, HybridClock } from './records/clock.ts';
import { Digests } from './records/digests.ts';
import { Flushes } from './records/flushes.ts';
import { isForgotten } from './records/record.ts';
import { failure, Operation, type OperationKind } from './routing.ts';
import { LEVELS, type Level, type RingSettings } from './settings.ts';
import { Upkeep } from './upkeep.ts';
import { infoOf, type RingInfo } from './view.ts';

/** Where a node lives. `commons` may be shared by all nodes of a process; see there. */
export interface RingWorld {
  readonly host: StreamHost;
  readonly store: Store;
  readonly random: Random;
  readonly sha1: Sha1;
  readonly counters: RingCounters;
  readonly commons?: RingCommons;
}

/** Members given up lately that are remembered, and for how many pulses. */
const GONE_LIMIT = 256;
const GONE_PULSES = 10;
/** Joins that fail before a node that remembers a ring begins one of its own: some 2 s, */
const LONELY_FAILURES = 4;
/** and some 20 s when it was told whom to join. */
const PATIENT_FAILURES = 12;
/** A leaver that has handed its arcs over waits so long for its records to be confirmed. */
const LEAVE_MS = 60_000;
const LEAVE_AGAIN_MS = 500;
/** If it is alone, others that it once knew get so long to show that they are there after all. */
const LEAVE_ALONE_MS = 4000;
/** An owner gives a write up before whoever asked it gives up the owner. */
const OWNER_PATIENCE = 0.8;

/** Those who wait equally long. */
class Lines {
  readonly pulses: Line;
  readonly replies: Line;
  readonly bulk: Line;
  readonly connects: Line;
  readonly calls: Line;
  readonly retries: Line = new Line(RETRY_MS);
  readonly writes: Line;
  readonly all: readonly Line[];

  constructor(settings: RingSettings) {
    this.pulses = new Line(settings.pulseTimeoutMs);
    this.replies = new Line(settings.replyTimeoutMs);
    this.bulk = new Line(settings.bulkIdleMs);
    this.connects = new Line(settings.connectTimeoutMs);
    this.calls = new Line(settings.callTimeoutMs);
    this.writes = new Line(Math.ceil(settings.replyTimeoutMs * OWNER_PATIENCE));
    const { pulses, replies, bulk, connects, calls, retries, writes } = this;
    this.all = [pulses, replies, bulk, connects, calls, retries, writes];
  }
}

interface Timed {
  readonly atMs: number;
  readonly run: (now: number) => void;
}

export class RingNode implements StreamMachine, StoreMachine {
  deadline: number = Infinity;
  readonly settings: RingSettings;
  readonly observer: RingObserver;
  readonly identities: readonly Identity[];
  /** First address of the process; 0 for a client. */
  readonly home: Address;

  // The rest is for the files of this room, which are verbs over this state.
  readonly world: RingWorld;
  readonly commons: RingCommons;
  readonly counters: RingCounters;
  readonly store: Store;
  readonly random: Random;
  readonly clock: HybridClock = new HybridClock();
  readonly digests: Digests;
  readonly flushes: Flushes;
  readonly lines: Lines;
  readonly connections: Connections;
  readonly upkeep: Upkeep;
  readonly frameBytesMax: number;
  /** Processes that a list of neighbours names. */
  readonly listProcesses: number;
  readonly repairRate: Rate;
  readonly operations: Set<Operation> = new Set();
  readonly syncs: Set<Sync> = new Set();
  syncAtMs: number = Infinity;
  /** Who is being asked for a sign of life. */
  readonly suspects: Set<Address> = new Set();
  readonly gone: Map<Address, number> = new Map();
  /** Bytes of writes that wait for their copies. */
  writeBytes = 0;
  /** Whom we were told to join. */
  ways: readonly Member[] = [];
  #timed: Timed[] = [];
  #outcomes: [call: number, outcome: RingOutcome][] = [];
  #isClosed = false;

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
    this.commons = world.commons ?? new RingCommons(world.sha1);
    this.counters = world.counters;
    this.store = world.store;
    this.random = world.random;
    this.digests = new Digests(world.store);
    this.flushes = new Flushes(world.store);
    this.home = identities[0] ?? 0;
    this.identities = identities.map((address) => new Identity(this.#own(address)));
    this.frameBytesMax = Math.max(FRAME_BYTES_LEAST, settings.valueBytesMax + FRAME_EXTRA_BYTES);
    this.listProcesses = settings.successors || settings.k + 3;
    this.repairRate = new Rate(settings.repairBytesPerSecond);
    this.lines = new Lines(settings);
    this.connections = new Connections(this);
    this.upkeep = new Upkeep(this);
  }

  #own(address: Address): Member {
    const member = this.commons.members.of(address);
    member.home = this.home;
    member.host = hostMark(this.settings.hostLabel, address);
    member.isPlain = !this.settings.frames;
    member.isProven = true;
    return member;
  }

  // Commands. A call number of the caller's names the outcome.

  /**
   * Begins to be a node: joins through one of `ways`, or through those it remembers, or else is a
   * ring of its own. Goes on trying until `close`.
   */
  start(now: number, ways: readonly Address[]): void {
    const { members } = this.commons;
    const isOther = (address: Address) => this.identityAt(address) === null;
    this.ways = ways.filter(isOther).map((address) => members.of(address));
    this.upkeep.start(now);
    for (const member of this.ways) this.upkeep.learn(member);
    const first = this.identities[0];
    if (first !== undefined) {
      if (this.waysIn().length === 0) this.becomeMember(now, first);
      else join(this, now, first);
    }
    this.#settle(now);
  }

  /**
   * Begins an identity as a member among known neighbours, nearest first, and with fingers: what a
   * lab knows beforehand. `bits[i]` is the bit for which `fingers[i]` stands.
   */
  place(
    now: number,
    identity: number,
    successors: readonly Address[],
    predecessors: readonly Address[],
    fingers: readonly Address[],
    bits: readonly number[],
  ): void {
    const its = this.identities[identity]!;
    const { members } = this.commons;
    const all = (list: readonly Address[]) =>
      list.map((address) => {
        const member = members.of(address);
        member.isProven = true;
        return member;
      });
    its.successors = all(successors);
    its.end = its.successor?.hash ?? its.hash;
    its.fingers.fill(all(fingers), bits);
    this.upkeep.start(now);
    this.becomeMember(now, its);
    this.upkeep.fingered(now);
    its.predecessors = all(predecessors);
    beginInStep(this, now, its);
    this.#settle(now);
  }

  insert(now: number, call: number, key: Uint8Array, value: Uint8Array, level: Level): void {
    this.#run(now, call, 'insert', key, value, level);
  }

  get(now: number, call: number, key: Uint8Array, level: Level): void {
    this.#run(now, call, 'get', key, null, level);
  }

  exists(now: number, call: number, key: Uint8Array, level: Level): void {
    this.#run(now, call, 'exists', key, null, level);
  }

  remove(now: number, call: number, key: Uint8Array, level: Level): void {
    this.#run(now, call, 'remove', key, null, level);
  }

  /** Who owns a key: `owner` of the outcome. */
  owner(now: number, call: number, key: Uint8Array): void {
    this.#run(now, call, 'owner', key, null, 'one');
  }

  #run(
    now: number,
    call: number,
    kind: OperationKind,
    key: Uint8Array,
    value: Uint8Array | null,
    level: Level,
  ): void {
    wholeNumber(key.length, 'key bytes', ID_BYTES, ID_BYTES);
    if (!LEVELS.includes(level)) {
      throw new TypeError(`"level" expected ${LEVELS.join(' | ')}, got ${shown(level)}`);
    }
    const refusal = this.#refusal(value);
    if (refusal !== null) this.#outcomes.push([call, failure(refusal)]);
    else {
      const done = (_now: number, outcome: RingOutcome) => this.#outcomes.push([call, outcome]);
      const operation = new Operation(this, kind, new Uint8Array(key), value, level, null, done);
      const { observer } = this;
      if (observer.onStep) operation.onStep = (step) => observer.onStep?.(call, step);
      operation.start(now);
    }
    this.#settle(now);
  }

  #refusal(value: Uint8Array | null): OutcomeCode | null {
    if (this.#isClosed || (this.identities.length > 0 && !this.isMember)) return 'not-a-member';
    if (value !== null && value.length > this.settings.valueBytesMax) return 'too-large';
    return this.operations.size >= OPERATIONS_LIMIT ? 'busy' : null;
  }

  /**
   * Leaves in good order: hands its arcs over, then waits until the owners of all that it holds have
   * confirmed it. The outcome is `too-few-copies` when that took longer than a minute, or when it is
   * the last of what was a larger ring: then its records are nowhere but in its own store.
   */
  leave(now: number, call: number): void {
    let giveUpAtMs = now + LEAVE_MS;
    const end = (at: number, left: number) => {
      if (left > 0 && at < giveUpAtMs) return this.after(at + LEAVE_AGAIN_MS, drain);
      this.#outcomes.push([call, failure(left > 0 ? 'too-few-copies' : 'ok')]);
    };
    const drain = (at: number) => {
      if (this.waysIn().length === 0) end(at, 0);
      else this.upkeep.release(at, end);
    };
    const next = (at: number): void => {
      const identity = this.identities.findLast(({ state }) => state === 'member');
      if (identity !== undefined) return leave(this, at, identity, next);
      this.upkeep.stop();
      if (this.isRingOver) giveUpAtMs = at + LEAVE_ALONE_MS;
      if (this.store.count === 0) end(at, 0);
      else drain(at);
    };
    for (const identity of this.identities) {
      if (identity.state === 'joining') this.hasLeft(now, identity);
    }
    next(now);
    this.#settle(now);
  }
  /** We were the last: there is nobody to whom our records could go. */
  isRingOver = false;

  /** Drops every connection and stops. What is in the store stays there. */
  close(now: number): void {
    if (this.#isClosed) return;
    this.upkeep.remember(now);
    this.upkeep.stop();
    this.#isClosed = true;
    for (const operation of [...this.operations]) operation.expired(now);
    for (const sync of this.syncs) sync.abort();
    this.flushes.flush();
    this.connections.close(now);
    for (const identity of this.identities) {
      if (identity.state !== 'left') identity.state = 'idle';
    }
    this.deadline = this.#outcomes.length > 0 ? now : Infinity;
  }

  info(): RingInfo {
    return infoOf(this);
  }

  // The world.

  accepted(now: number, stream: Stream, from: Address, to: Address): void {
    if (this.#isClosed) return this.world.host.destroy(stream);
    this.connections.accepted(now, stream, from, to);
    this.#endTurn(now);
  }

  opened(now: number, stream: Stream): void {
    this.connections.opened(now, stream);
    this.#endTurn(now);
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    this.connections.arrived(now, stream, bytes, start, end);
    this.#endTurn(now);
  }

  drained(now: number, stream: Stream): void {
    this.connections.drained(now, stream);
    for (const sync of [...this.syncs]) sync.advance(now);
    this.#endTurn(now);
  }

  ended(now: number, stream: Stream): void {
    this.connections.ended(now, stream);
    this.#endTurn(now);
  }

  closed(now: number, stream: Stream, why: Closed): void {
    this.connections.closed(now, stream, why);
    this.#endTurn(now);
  }

  stored(now: number, token: StoreToken, error: string | null): void {
    if (!this.flushes.stored(now, token, error)) return;
    if (error !== null) {
      this.counters.storeErrors++;
      this.event({ kind: 'store-error', message: error });
    }
    this.#endTurn(now);
  }

  tick(now: number): void {
    if (!this.#isClosed) {
      for (const line of this.lines.all) line.expire(now);
      this.#runTimed(now);
      this.connections.tick(now);
      if (this.syncAtMs <= now) {
        this.syncAtMs = Infinity;
        for (const sync of [...this.syncs]) sync.advance(now);
      }
      for (const identity of this.identities) {
        if (identity.pulseAtMs > now || identity.isMember) continue;
        if (identity.state === 'joining') watchJoin(this, now, identity);
        else identity.pulseAtMs = Infinity;
      }
      this.upkeep.tick(now);
    }
    this.#endTurn(now);
  }

  // Turns.

  after(atMs: number, run: (now: number) => void): void {
    this.#timed.push({ atMs, run });
  }

  #runTimed(now: number): void {
    if (this.#timed.length === 0) return;
    const due = this.#timed.filter(({ atMs }) => atMs <= now);
    this.#timed = this.#timed.filter(({ atMs }) => atMs > now);
    for (const { run } of due) run(now);
  }

  /** What was written goes out, and the deadline is set: the end of every call from outside. */
  protected endCommand(now: number): void {
    this.#settle(now);
  }

  #settle(now: number): void {
    while (this.connections.runLoop(now) || this.flushes.runIdle(now));
    this.flushes.flush();
    this.connections.flush(now);
    this.deadline = this.#isClosed ? Infinity : this.#nextDeadline(now);
  }

  /** The end of a call from the world; only here do outcomes go out, never inside a command. */
  #endTurn(now: number): void {
    this.#settle(now);
    const outcomes = this.#outcomes;
    if (outcomes.length === 0) return;
    this.#outcomes = [];
    if (!this.#isClosed) this.deadline = this.#nextDeadline(now);
    for (const [call, outcome] of outcomes) this.observer.onOutcome(call, outcome);
  }

  #nextDeadline(now: number): number {
    if (this.#outcomes.length > 0) return now;
    let next = Math.min(this.upkeep.deadline, this.connections.talksAtMs, this.syncAtMs);
    for (const line of this.lines.all) if (line.deadline < next) next = line.deadline;
    for (const { pulseAtMs } of this.identities) if (pulseAtMs < next) next = pulseAtMs;
    for (const { atMs } of this.#timed) if (atMs < next) next = atMs;
    return Math.max(now, next);
  }

  /** A command has come to its end. */
  report(call: number, outcome: RingOutcome): void {
    this.#outcomes.push([call, outcome]);
  }

  event(event: RingEvent): void {
    this.observer.onEvent(event);
  }

  // Links and members, for the files beside.

  answer(now: number, link: Link, frame: Frame): boolean {
    return answer(this, now, link, frame);
  }

  linkTo(now: number, member: Member): Link {
    return this.connections.to(now, member);
  }

  get isMember(): boolean {
    return this.identities.some((identity) => identity.isMember);
  }

  identityAt(address: Address): Identity | null {
    return this.identities.find(({ member }) => member.address === address) ?? null;
  }

  /** Do we speak with it in a class dialect? */
  isPlain(member: Member): boolean {
    return member.isPlain || !this.settings.frames;
  }

  isOwn(member: Member): boolean {
    return this.identities.some((identity) => identity.member === member);
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

  suspect(now: number, member: Member): void {
    suspect(this, now, member);
  }

  /** It says itself that it is no member. */
  hasDied(now: number, member: Member): void {
    if (this.isNeighbour(member)) drop(this, now, member, false);
  }

  /** Those through whom the ring may be reached, in the order in which to ask them. */
  waysIn(): Member[] {
    const ways = this.ways.filter((member) => !this.isOwn(member));
    for (const member of this.upkeep.known) if (!ways.includes(member)) ways.push(member);
    return ways;
  }

  // The life of an identity.

  becomeMember(now: number, identity: Identity): void {
    identity.state = 'member';
    identity.host = null;
    identity.joinFailures = 0;
    identity.heardAtMs = now;
    identity.pulseAtMs = now + this.settings.pulseMs;
    this.counters.joins++;
    this.event({ kind: 'joined', identity: identity.member.address });
    this.upkeep.joined(now);
    const next = this.identities.find(({ state }) => state === 'idle');
    if (next === undefined || identity === next) return;
    this.after(now, (at) => next.state === 'idle' && join(this, at, next));
  }

  /**
   * A node that has never been in a ring goes on trying. One that was begins a ring of its own after
   * a while: else a ring whose nodes were all restarted would never begin. Rings that meet again
   * become one.
   */
  joinFailed(now: number, identity: Identity): void {
    if (this.isMember || !this.upkeep.hasMemory) return;
    const patience = this.ways.length > 0 ? PATIENT_FAILURES : LONELY_FAILURES;
    if (identity.joinFailures >= patience) this.becomeMember(now, identity);
  }

  hasLeft(_now: number, identity: Identity): void {
    if (identity.ownsAll && identity.successor === undefined) this.isRingOver = true;
    identity.state = 'left';
    identity.pulseAtMs = Infinity;
    for (const { sync } of identity.copies) sync?.abort();
    this.event({ kind: 'left', identity: identity.member.address });
  }

  arcChanged(now: number, identity: Identity): void {
    const { address } = identity.member;
    this.event({ kind: 'arc', identity: address, end: formatId(identity.end) });
    this.upkeep.moved(now);
  }

  // The store. Every change of a record goes through these two.

  /** Takes a record if it is newer than what is here. Durable with the end of this turn's flush. */
  keep(now: number, key: Uint8Array, start: number, record: Uint8Array): boolean {
    const before = this.store.get(key, start);
    this.clock.heard(now, record, 0);
    if (before !== null && compareVersions(before, 0, record, 0) >= 0) {
      this.counters.stale++;
      return false;
    }
    if (isForgotten(record, now, this.settings.tombstoneMs)) return false;
    this.digests.changed(key, start, before, record);
    this.store.put(key, start, record);
    this.flushes.touch();
    this.counters.replicas++;
    return true;
  }

  removeRecord(key: Uint8Array): void {
    const before = this.store.get(key, 0);
    if (before === null) return;
    this.digests.changed(key, 0, before, null);
    this.store.remove(key, 0);
    this.flushes.touch();
  }
}
