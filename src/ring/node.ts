/**
 * A ring node: the state machine of one process, with one store, one set of connections and one or
 * more identities on the circle. This file has its commands and the place where everything that comes
 * from the world is passed on; its state, and the order of the rooms in which something is done about
 * it, are in state.ts.
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
 *   1. a version orders all writes of a key, and the newer wins on every path (records/, copies/keeping);
 *   2. an acknowledgement counts durable copies on distinct processes only (copies/replicas);
 *   3. ownership moves after the data, at one byte, the old owner stopping first (handover/);
 *   4. an arc taken over from the dead is read from all its copies until they agree (copies/reads, repair);
 *   5. no copy is dropped before the owner has confirmed it, safe on all its backups (copies/release).
 */
import type { Address } from '../core/address.ts';
import { shown, wholeNumber } from '../core/argument.ts';
import type { Closed, Stream, StreamMachine } from '../core/host.ts';
import { ID_BYTES } from '../core/id.ts';
import type { StoreMachine, StoreToken } from '../core/store.ts';
import { OPERATIONS_LIMIT } from './bounds.ts';
import type { Identity } from './circle/identity.ts';
import type { Member } from './circle/member.ts';
import { Connections } from './connections.ts';
import { recallExpiries } from './copies/keeping.ts';
import { glance } from './copies/reads.ts';
import { stopReleasing } from './copies/release.ts';
import { beginInStep } from './copies/repair.ts';
import { drawIncarnation, keepIncarnation, keptIncarnation } from './greeting/incarnation.ts';
import { Forgetting } from './handover/forgetting.ts';
import { becomeMember, beginAlone, join, regainTitle } from './handover/join.ts';
import { leaveRing } from './handover/leave.ts';
import { challenged, reachOut } from './handover/takeover.ts';
import { STALL_MS } from './lifetime.ts';
import { denied, suspect } from './membership/life.ts';
import { NEIGHBOUR_POLICIES } from './membership/policies.ts';
import {
  failure,
  type OperationKind,
  type OutcomeCode,
  type RingObserver,
  type RingOutcome,
} from './outcome.ts';
import { callOwn, type Wish } from './own-calls.ts';
import { ACT_EXTRA_BYTES, type Act, bytesOfAct } from './records/act.ts';
import { CLOCK_TOLERANCE_MS } from './records/clock.ts';
import { isGone } from './records/record.ts';
import { Operation } from './routing/operation.ts';
import { LEVELS, type Level, type RingSettings } from './settings.ts';
import { type NeighbourPolicy, RingState, type RingWorld } from './state.ts';
import { holdWarm } from './tenure/warm.ts';
import type { Title } from './titles/title.ts';
import { upkeep } from './upkeep.ts';
import { infoOf, type RingInfo } from './view.ts';

/** An answer that says what is amiss comes before whoever waits for it has given up. */
const FORGETTING_SHARE = 0.9;

export class RingNode extends RingState implements StreamMachine, StoreMachine {
  deadline: number = Infinity;
  readonly connections: Connections;
  readonly policy: NeighbourPolicy;
  #outcomes: [call: number, outcome: RingOutcome][] = [];
  #isClosed = false;
  /** When the last turn began. */
  #begunAtMs = 0;

  constructor(
    world: RingWorld,
    settings: RingSettings,
    identities: readonly Address[],
    observer: RingObserver,
  ) {
    super(world, settings, identities, observer);
    this.policy = NEIGHBOUR_POLICIES[settings.policy];
    this.connections = new Connections(this);
  }

  suspect(now: number, member: Member): void {
    suspect(this, now, member);
  }

  denied(now: number, askedAtMs: number, member: Member): void {
    denied(this, now, askedAtMs, member);
  }

  challenged(now: number, identity: Identity): void {
    challenged(this, now, identity);
  }

  regain(now: number, identity: Identity): void {
    if (identity.isMember) regainTitle(this, now, identity);
  }

  reachOut(now: number, identity: Identity): void {
    reachOut(this, now, identity);
  }

  // Commands. A call number of the caller's names the outcome.

  /**
   * Begins to be a node: joins through one of `ways`, or through those it remembers, or else is a
   * ring of its own. Goes on trying until `close`.
   */
  start(now: number, ways: readonly Address[]): void {
    const { members } = this.shared;
    const isOther = (address: Address) => this.identityAt(address) === null;
    this.ways = ways.filter(isOther).map((address) => members.of(address));
    this.#begin(now);
    for (const member of this.ways) this.memory.learn(member);
    const first = this.identities[0];
    if (first !== undefined) {
      if (this.waysIn().length === 0) beginAlone(this, now, first);
      else join(this, now, first);
    }
    this.endCall(now);
  }

  #begin(now: number): void {
    this.agenda.start(now);
    if (this.incarnation === 0 && this.identities.length > 0) this.#incarnate();
    recallExpiries(this);
    if (this.store.count > 0) this.history.bornMs = now;
    this.memory.recall(now);
  }

  #incarnate(): void {
    const { store, flushes, random } = this;
    const kept = keptIncarnation(store);
    const incarnation = kept || drawIncarnation(random);
    this.incarnation = incarnation;
    for (const member of this.greeted) member.incarnation = incarnation;
    // Beside the first that is written: who holds nothing need not be remembered, in the lab by the thousand.
    if (kept === 0) flushes.first = () => keepIncarnation(store, incarnation);
  }

  /**
   * Begins an identity as a member among known neighbours, nearest first, and with fingers: what a
   * lab knows beforehand. `bits[i]` is the bit for which `fingers[i]` stands.
   */
  startWarm(
    now: number,
    identity: number,
    successors: readonly Address[],
    predecessors: readonly Address[],
    fingers: readonly Address[],
    bits: readonly number[],
  ): void {
    const its = this.identities[identity];
    const { members } = this.shared;
    const all = (list: readonly Address[]) =>
      list.map((address) => {
        const member = members.of(address);
        member.isProven = true;
        return member;
      });
    its.successors = all(successors);
    its.end = its.successor?.hash ?? its.hash;
    its.fingers.fill(all(fingers), bits);
    this.#begin(now);
    becomeMember(this, now, its);
    this.agenda.fingered(now);
    its.predecessors = all(predecessors);
    beginInStep(this, now, its);
    this.endCall(now);
  }

  /** After a long calm: all agree that an identity holds its arc. The title is for its electors to accept. */
  holdWarm(now: number, identity: number): Title | null {
    return holdWarm(this, now, this.identities[identity]);
  }

  /** @param withinMs how long somebody will wait for it: after that it is not done, of all commands. */
  insert(
    now: number,
    call: number,
    key: Uint8Array,
    value: Uint8Array,
    level: Level,
    withinMs?: number,
  ): void {
    this.#run(now, call, 'insert', key, value, level, withinMs);
  }

  get(now: number, call: number, key: Uint8Array, level: Level): void {
    this.#run(now, call, 'get', key, null, level);
  }

  /**
   * The same at once, where nobody has to be asked: the record as it is here, borrowed, or null when there is none.
   * Undefined: it takes a `get`.
   */
  glance(now: number, key: Uint8Array, level: Level): Uint8Array | null | undefined {
    if (this.#isClosed || this.observer.onStep !== undefined) return undefined;
    const identity = this.ownerOf(key, 0);
    if (identity === null) return undefined;
    const record = glance(this, now, identity, key, level);
    if (record === undefined) return undefined;
    this.counters.reads++;
    return record === null || isGone(record, now) ? null : record;
  }

  exists(now: number, call: number, key: Uint8Array, level: Level): void {
    this.#run(now, call, 'exists', key, null, level);
  }

  remove(now: number, call: number, key: Uint8Array, level: Level, withinMs?: number): void {
    this.#run(now, call, 'remove', key, null, level, withinMs);
  }

  /** A change in one step with the look at what is there. */
  act(now: number, call: number, key: Uint8Array, act: Act, level: Level, withinMs?: number): void {
    this.#run(now, call, 'act', key, null, level, withinMs, act);
  }

  /** What queries.ts answers; `query` begins with its verb, `value` of the outcome is the answer. */
  query(now: number, call: number, key: Uint8Array, query: Uint8Array, level: Level): void {
    this.#run(now, call, 'query', key, query, level);
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
    withinMs = Infinity,
    act: Act | null = null,
  ): void {
    wholeNumber(key.length, 'key bytes', ID_BYTES, ID_BYTES);
    if (!LEVELS.includes(level)) {
      throw new TypeError(`"level" expected ${LEVELS.join(' | ')}, got ${shown(level)}`);
    }
    const refusal = this.#refusal(kind, value, act);
    if (refusal !== null) this.report(call, failure(refusal));
    else {
      const wish = { call, kind, key: new Uint8Array(key), value, act, level, withinMs };
      // Who looks on sees each step on the way, the first one, too.
      const isSeen = this.observer.onStep !== undefined;
      if (isSeen || !callOwn(this, now, wish)) this.lookFor(now, wish, withinMs);
    }
    this.endCall(now);
  }

  /** The owner is somebody else, or has to be looked for. */
  lookFor(now: number, { call, kind, key, value, act, level }: Wish, withinMs: number): void {
    const bytes = act === null ? value : bytesOfAct(act);
    const done = (_now: number, outcome: RingOutcome) => this.report(call, outcome);
    const operation = new Operation(this, kind, key, bytes, level, null, done);
    const { observer } = this;
    if (observer.onStep) operation.onStep = (step) => observer.onStep?.(call, step);
    operation.call = call;
    operation.start(now, withinMs);
  }

  /**
   * Tells all members to forget some that will not come back, by any of their addresses. `value` of the outcome
   * is the JSON of a `Forgotten`.
   * @param isLost so are their promises and data: where no majority is left, those who are left decide.
   */
  forget(
    now: number,
    call: number,
    addresses: readonly Address[],
    isLost: boolean,
    withinMs = Infinity,
  ): void {
    const { callTimeoutMs } = this.settings;
    const limitMs = Math.min(withinMs, callTimeoutMs) * FORGETTING_SHARE;
    new Forgetting(this, addresses, isLost, limitMs, (outcome) => {
      this.report(call, outcome);
    }).start(now);
    this.endCall(now);
  }

  /** Nobody waits for a command any more: no more of it is sent. */
  cancel(call: number): void {
    for (const operation of this.operations) if (operation.call === call) operation.letGo();
  }

  #refusal(kind: OperationKind, value: Uint8Array | null, act: Act | null): OutcomeCode | null {
    if (this.#isClosed || (this.identities.length > 0 && !this.isMember)) return 'not-a-member';
    const { valueBytesMax } = this.settings;
    const most = valueBytesMax + (kind === 'insert' ? 0 : ACT_EXTRA_BYTES);
    if (value !== null && value.length > most) return 'too-large';
    if (act !== null && act.value.length > valueBytesMax) return 'too-large';
    if (act !== null && act.value.length + act.expected.length > most) return 'too-large';
    return this.operations.size >= OPERATIONS_LIMIT ? 'busy' : null;
  }

  /**
   * Leaves in good order: hands its arcs over, then waits until the owners of all that it holds have
   * confirmed it. The outcome is `too-few-copies` when that took longer than a minute, or when it is
   * the last of what was a larger ring: then its records are nowhere but in its own store.
   */
  leave(now: number, call: number): void {
    leaveRing(this, now, (_at, left) => {
      this.#outcomes.push([call, failure(left > 0 ? 'too-few-copies' : 'ok')]);
    });
    this.endCall(now);
  }

  /** Drops every connection and stops. What is in the store stays there. */
  close(now: number): void {
    if (this.#isClosed) return;
    if (this.isMember) this.memory.remember(now);
    stopReleasing(this);
    this.agenda.stop();
    this.#isClosed = true;
    for (const operation of [...this.operations]) operation.giveUp(now);
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

  /** A turn begins. What should have been done long before tells that we stood still, or that our clock has jumped. */
  #begins(now: number): void {
    const lateMs = now - this.deadline;
    if (lateMs > STALL_MS) {
      this.stalledAtMs = now;
      // Since the last turn: the next ones may find the same things overdue.
      this.stalledForMs += now - this.#begunAtMs;
    }
    this.#begunAtMs = now;
    if (lateMs > CLOCK_TOLERANCE_MS) this.unsteadySinceMs = now;
  }

  accepted(now: number, stream: Stream, from: Address, to: Address): void {
    this.#begins(now);
    if (this.#isClosed) return this.world.host.destroy(stream);
    this.connections.accepted(now, stream, from, to);
    this.#endTurn(now);
  }

  opened(now: number, stream: Stream): void {
    this.#begins(now);
    this.connections.opened(now, stream);
    this.#endTurn(now);
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    this.#begins(now);
    this.connections.arrived(now, stream, bytes, start, end);
    this.#endTurn(now);
  }

  drained(now: number, stream: Stream): void {
    this.#begins(now);
    this.connections.drained(now, stream);
    for (const sync of [...this.syncs]) sync.advance(now);
    this.#endTurn(now);
  }

  ended(now: number, stream: Stream): void {
    this.#begins(now);
    this.connections.ended(now, stream);
    this.#endTurn(now);
  }

  closed(now: number, stream: Stream, why: Closed): void {
    this.#begins(now);
    this.connections.closed(now, stream, why);
    this.#endTurn(now);
  }

  stored(now: number, token: StoreToken, error: string | null): void {
    this.#begins(now);
    if (!this.flushes.stored(now, token, error)) return;
    if (error !== null) {
      this.counters.storeErrors++;
      this.event({ kind: 'store-error', message: error });
    }
    this.#endTurn(now);
  }

  tick(now: number): void {
    this.#begins(now);
    if (!this.#isClosed) {
      for (const line of this.lines.all) line.expire(now);
      this.runTimed(now);
      this.connections.tick(now);
      if (this.syncAtMs <= now) {
        this.syncAtMs = Infinity;
        for (const sync of [...this.syncs]) sync.advance(now);
      }
      upkeep(this, now);
    }
    this.#endTurn(now);
  }

  // Turns.

  /** What was written goes out, and the deadline is set: the end of every call from outside. */
  protected endCall(now: number): void {
    while (this.connections.runLoop(now) || this.flushes.runIdle(now));
    this.flushes.flush();
    this.connections.flush(now);
    this.deadline = this.#isClosed ? Infinity : this.#nextDeadline(now);
  }

  /** The end of a call from the world; only here do outcomes go out, never inside a command. */
  #endTurn(now: number): void {
    this.endCall(now);
    const outcomes = this.#outcomes;
    if (outcomes.length === 0) return;
    this.#outcomes = [];
    if (!this.#isClosed) this.deadline = this.#nextDeadline(now);
    for (const [call, outcome] of outcomes) this.observer.onOutcome(call, outcome);
  }

  #nextDeadline(now: number): number {
    if (this.#outcomes.length > 0) return now;
    let next = Math.min(this.agenda.deadline, this.connections.talksAtMs, this.syncAtMs);
    if (this.expiries.deadline < next) next = this.expiries.deadline;
    for (const line of this.lines.all) if (line.deadline < next) next = line.deadline;
    for (const { pulseAtMs } of this.identities) if (pulseAtMs < next) next = pulseAtMs;
    return Math.max(now, Math.min(next, this.timedAtMs));
  }

  /** A command has come to its end. */
  report(call: number, outcome: RingOutcome): void {
    this.#outcomes.push([call, outcome]);
  }
}
