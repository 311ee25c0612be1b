/**
 * A Mainline node: the state machine that all of BEP 5 comes together in. Everything that branches
 * on what kind of message came is in this file; what it decides about is in the files beside it.
 *
 *     receive ─ query ── handler writes a reply ── send; then, whoever asked may be worth a ping
 *             ├ reply ── request row ── its purpose: lookup, ping, announce, upkeep
 *             └ error ── request row ── its purpose failed
 *     tick    ─ requests that time out; lookups that waited for the budget; upkeep of the table
 *
 * It obeys the seam (core/host.ts): time and randomness are handed in, `send` is the only way out,
 * results go to one long-lived observer. It does not throw on anything the network sends.
 */
import { type Address, isLoopback, portOf } from '../core/address.ts';
import { assert } from '../core/assert.ts';
import type { Host, Machine } from '../core/host.ts';
import { equalIds, ID_BYTES } from '../core/id.ts';
import {
  endRequest,
  learnRoundTrip,
  mayContact,
  openRequest,
  PINGS_LIMIT,
  Purpose,
  ping,
  sendQuery,
  writeQuery,
} from './asking.ts';
import { type Counters, Drop } from './counters.ts';
import { Kind, Malformed, type Message, type Method } from './krpc/message.ts';
import { Peers } from './peers.ts';
import { CONTACT_BYTES, type Handle } from './rows/contacts.ts';
import type { Ground } from './rows/ground.ts';
import { Failure, type Lookup } from './rows/lookup.ts';
import { type EndpointMeter, RecentAddresses, SourceMeter, TokenBucket } from './rows/meter.ts';
import type { Register } from './rows/register.ts';
import { type InFlight, type RequestRow, TRANSACTION_BYTES } from './rows/requests.ts';
import type { Settings } from './settings.ts';
import { type Nearest, Offer, type RoutingTable, type TableRows } from './table/table.ts';
import type { Tokens } from './tokens.ts';
import { askWitness, JOIN_RETRY_MS, joined, REUNION_MS, UPKEEP_MS, upkeep } from './upkeep.ts';
import {
  type Announcement,
  blameCandidate,
  candidateAnswered,
  candidateFailed,
  discardLookup,
  LookupKind,
  startLookup,
  step,
  stepAll,
  written,
} from './walks.ts';
import type { IdView, Workbench } from './workbench.ts';

/** A stranger that asked us is pinged once; if it stays silent, not again before this (mldht: 90 s). */
const STRANGER_MEMORY_MS = 90_000;
const STRANGERS = 32;

/** Hears the outcomes of commands, each named by the caller's own number. */
export interface MainlineObserver {
  /** A peer, found by the get_peers or announce lookup of this call. The same one may come again. */
  onPeer(call: number, peer: Address): void;
  /** A lookup is over; it is borrowed and used again after the call. */
  onLookup(call: number, lookup: Lookup): void;
  /** A single query was answered: `message` is a reply or an error, and borrowed. */
  onAnswer(call: number, message: Message, rttMs: number, from: Address): void;
  /** A single query was not answered in time. */
  onSilence(call: number): void;
  /** An attempt to join ended: how many nodes answered. */
  onJoin(answered: number): void;
}

/** Where a node lives. `counters` and `register` may be its own or shared. */
export interface MainlineWorld {
  readonly ground: Ground;
  readonly host: Host;
  readonly workbench: Workbench;
  readonly tokens: Tokens;
  readonly counters: Counters;
  readonly register: Register | null;
}

/** What a node without lookups has; never written to. */
const NO_LOOKUPS: (Lookup | null)[] = [];
const NOBODY: readonly Address[] = [];

export class MainlineNode implements Machine {
  // What every message needs comes first: it lies in one or two lines of the cache.
  deadline: number = Infinity;
  settings: Settings;
  readonly world: MainlineWorld;
  readonly table: RoutingTable;
  /** Tells our rows and tokens from those of others on the same ground. */
  tenant: number;
  /** Our own id, as a contact. */
  self: Handle;
  address: Address;

  // The rest is for the files of this room: asking, walks and upkeep are verbs over this state.
  /** Made with the first request. */
  inFlight: InFlight | null = null;
  /** Lookups under way by slot. */
  lookups: (Lookup | null)[] = NO_LOOKUPS;
  shortTimeoutMs: number;
  rttMs = 0;
  rttDeviationMs = 0;
  /** When anybody last answered us. */
  heardAtMs: number = -Infinity;
  /** When upkeep, and lookups that wait for the budget, are due. */
  upkeepAtMs: number = Infinity;
  blockedUntilMs: number = Infinity;
  /** Pings under way that are not a program's. */
  pingCount = 0;
  readonly observer: MainlineObserver;
  // Made on first use.
  sourceMeter: SourceMeter | null = null;
  totalMeter: TokenBucket | null = null;
  endpointMeter: EndpointMeter | null = null;
  strangers: RecentAddresses | null = null;
  announcements: Map<Lookup, Announcement> | null = null;
  /** The peer store, once somebody announced. */
  peers: Peers | null = null;
  bootstrap: readonly Address[] = NOBODY;
  ownLookupCount = 0;
  joinRetryMs: number = JOIN_RETRY_MS;
  /** The part of the table whose gaps are looked at next. */
  fillPart: number = Infinity;
  /** It has found its own neighbours once. */
  isMember = false;
  /** When it looks for another part of its network, if that is small. */
  reunionAtMs: number = Infinity;

  /** @param rows of a table that was filled beforehand; @param tenant a number that it has already. */
  constructor(
    world: MainlineWorld,
    settings: Settings,
    id: Uint8Array,
    address: Address,
    observer: MainlineObserver,
    rows: TableRows | null = null,
    tenant = 0,
  ) {
    const { ground } = world;
    this.settings = settings;
    this.shortTimeoutMs = settings.shortTimeoutMs;
    this.address = address;
    this.world = world;
    this.observer = observer;
    this.tenant = tenant || ground.admit();
    this.self = ground.contacts.retain(id, 0, address);
    const { k, wide, onePerIp } = settings;
    this.table = settings.table({ ground, self: this.self, k, wide, onePerIp, rows });
  }

  /** Nothing but its table, id and address tells it from any other node, and it waits for nothing. */
  get isAtRest(): boolean {
    return (
      this.inFlight === null &&
      this.lookups === NO_LOOKUPS &&
      this.upkeepAtMs === Infinity &&
      this.bootstrap === NOBODY &&
      this.peers === null &&
      this.sourceMeter === null &&
      this.strangers === null &&
      !this.isMember
    );
  }

  /** Becomes another node's machine, while both are at rest; the table has moved before. */
  move(settings: Settings, self: Handle, address: Address, tenant: number): void {
    assert(this.isAtRest, 'a machine moves while it is at rest');
    this.settings = settings;
    this.self = self;
    this.address = address;
    this.tenant = tenant;
    this.shortTimeoutMs = settings.shortTimeoutMs;
  }

  get ground(): Ground {
    return this.world.ground;
  }

  get tokens(): Tokens {
    return this.world.tokens;
  }

  get nearest(): Nearest {
    return this.world.workbench.nearest;
  }

  /** Requests under way. */
  get requestCount(): number {
    return this.inFlight?.count ?? 0;
  }

  /** Lookups under way, the node's own included. */
  get lookupCount(): number {
    let count = 0;
    for (const lookup of this.lookups) if (lookup) count++;
    return count;
  }

  /** The peer store, made when it is first needed. */
  peerStore(): Peers {
    this.peers ??= new Peers(this.settings.peers, this.ground.random.uint32());
    return this.peers;
  }

  /** The id we show to `to`; `target` is null where a message has none. */
  idFor(target: Uint8Array | null, start: number, to: Address): IdView {
    const view = this.world.workbench.idView;
    if (this.settings.identity) {
      view.bytes = this.settings.identity(target?.subarray(start, start + ID_BYTES) ?? null, to);
      view.start = 0;
    } else {
      view.bytes = this.ground.contacts.bytes;
      view.start = this.self * CONTACT_BYTES;
    }
    return view;
  }

  // Commands. A call number of the caller's names the outcome; 0 means that nobody waits for it.

  /** Sets whom to ask when the table knows nobody, and joins through them at once. */
  join(now: number, bootstrap: readonly Address[]): void {
    this.bootstrap = bootstrap.filter((address) => address !== this.address);
    this.upkeepAtMs = now;
    this.tick(now);
  }

  /** Begins as a member whose table is filled: upkeep goes on from here, nobody is asked to join. */
  rest(now: number): void {
    this.isMember = true;
    this.reunionAtMs = now + REUNION_MS;
    this.upkeepAtMs = this.table.dueAt(now);
    this.#plan(now);
  }

  /** Walks to the target. False when too many lookups are under way or nobody can be asked. */
  lookup(
    now: number,
    kind: LookupKind,
    target: Uint8Array,
    call: number,
    announcement: Announcement | null = null,
  ): boolean {
    const started = startLookup(this, now, kind, target, call, announcement);
    this.#plan(now);
    return started;
  }

  /** Asks one address one thing. False when the outbound budget or all request rows are used up. */
  ask(now: number, to: Address, method: Method, target: Uint8Array, call: number): boolean {
    if (!mayContact(this, now, to)) return false;
    const row = openRequest(this, now, to, Purpose.call, call, 0);
    if (row === 0) return false;
    writeQuery(this, method, target, 0, to);
    sendQuery(this, row, to);
    this.#plan(now);
    return true;
  }

  /** Gives a lookup up. Its outcome is not reported; its trace so far is in `onLookup` of nobody. */
  cancel(call: number): void {
    if (call === 0) return; // the node's own
    for (const lookup of this.lookups) if (lookup?.call === call) discardLookup(this, lookup);
  }

  /** Ends everything and gives all shared rows back. The node must not be used afterwards. */
  close(): void {
    const { inFlight } = this;
    for (let row = inFlight?.first() ?? 0; row !== 0; row = inFlight!.first()) inFlight!.end(row);
    for (const lookup of this.lookups) if (lookup) this.ground.lookups.release(lookup);
    this.lookups = NO_LOOKUPS;
    this.table.release();
    this.ground.contacts.release(this.self);
    this.upkeepAtMs = Infinity;
    this.blockedUntilMs = Infinity;
    this.deadline = Infinity;
  }

  // The world.

  receive(now: number, from: Address, bytes: Uint8Array, start: number, end: number): void {
    const { counters, workbench } = this.world;
    const { message } = workbench;
    counters.datagramsIn++;
    counters.bytesIn += end - start;
    const malformed = message.read(bytes, start, end);
    if (malformed !== Malformed.fine) return counters.drop(malformed);
    if (portOf(from) === 0) return counters.drop(Drop.portZero);
    // A query moves no deadline, unless `#meet` sends a ping: most queries then need not touch them.
    if (message.kind === Kind.query) return this.#onQuery(now, from, message);
    this.#onAnswer(now, from, message);
    this.#plan(now);
  }

  tick(now: number): void {
    this.#timeOut(now);
    if (now >= this.blockedUntilMs) stepAll(this, now);
    if (now >= this.upkeepAtMs) upkeep(this, now);
    this.#plan(now);
  }

  #plan(now: number): void {
    const { timeoutMs } = this.settings;
    const timeout = this.inFlight?.deadline(this.shortTimeoutMs, timeoutMs) ?? Infinity;
    this.deadline = Math.max(now, Math.min(timeout, this.upkeepAtMs, this.blockedUntilMs));
  }

  // Queries of others.

  #onQuery(now: number, from: Address, query: Message): void {
    const { counters, host, workbench } = this.world;
    const reason = this.#refusal(now, from, query);
    if (reason !== 0) return counters.drop(reason);
    counters.queries[query.method] = counters.queries[query.method]! + 1;
    const { reply } = workbench;
    if (this.settings.handler.answer(this, now, from, query, reply)) {
      if (query.verdict !== 'answered') counters.refused++;
      counters.datagramsOut++;
      counters.bytesOut += reply.length;
      host.send(this.address, from, reply.bytes, reply.length);
    } else {
      counters.silenced++;
    }
    // BEP 43: a read-only node is no contact.
    if (query.idStart > 0 && !query.readOnly) this.#meet(now, from, query);
  }

  /** Why a query is not even looked at, or 0. */
  #refusal(now: number, from: Address, query: Message): number {
    if (this.settings.readOnly) return Drop.readOnly;
    if (query.idStart > 0 && this.isOwnId(query.bytes, query.idStart)) return Drop.ownId;
    if (this.settings.exemptLoopback && isLoopback(from)) return 0;
    const { inbound } = this.settings;
    if (inbound === null) return 0;
    this.sourceMeter ??= new SourceMeter(
      inbound.perSource,
      inbound.perSourceBurst,
      inbound.sources,
      this.ground.random.uint32(),
    );
    if (!this.sourceMeter.take(now, from)) return Drop.sourceLimit;
    this.totalMeter ??= new TokenBucket(inbound.total, inbound.totalBurst);
    return this.totalMeter.take(now) ? 0 : Drop.totalLimit;
  }

  /** Somebody asked us something. A stranger for whom there is a place is pinged before it gets it. */
  #meet(now: number, from: Address, query: Message): void {
    const { bytes, idStart } = query;
    this.world.register?.queried(now, bytes, idStart, from);
    const known = this.table.find(bytes, idStart, from);
    const wanted =
      known === 0 ? this.table.wants(now, bytes, idStart) : this.table.heard(now, known);
    if (!wanted || this.pingCount >= PINGS_LIMIT) return;
    const { random } = this.ground;
    this.strangers ??= new RecentAddresses(STRANGERS, STRANGER_MEMORY_MS, random.uint32());
    if (this.strangers.has(now, from)) return;
    if (mayContact(this, now, from)) {
      this.strangers.add(now, from);
      ping(this, now, from, Purpose.stranger, 0);
    }
    this.#plan(now);
  }

  // Answers to us.

  #onAnswer(now: number, from: Address, message: Message): void {
    const { counters, ground } = this.world;
    const { requests } = ground;
    const { bytes, transactionStart, transactionLength } = message;
    if (transactionLength !== TRANSACTION_BYTES) return counters.drop(Drop.unknownTransaction);
    const row = requests.find(this.tenant, bytes, transactionStart);
    if (row === 0) return counters.drop(Drop.unknownTransaction);
    if (requests.address[row] !== from) return counters.drop(Drop.wrongAddress);
    if (message.kind === Kind.error) {
      counters.errors++;
      this.heardAtMs = now;
      return this.#refused(now, row, message);
    }
    if (message.idStart <= 0) return counters.drop(Drop.noId);
    if (this.isOwnId(bytes, message.idStart)) return counters.drop(Drop.ownId);
    counters.replies++;
    this.heardAtMs = now;
    this.#replied(now, row, message);
  }

  /** A request was answered with a reply by the address it was sent to. */
  #replied(now: number, request: RequestRow, message: Message): void {
    const { requests } = this.ground;
    const purpose = requests.purpose[request]!;
    const subject = requests.subject[request]!;
    const detail = requests.detail[request]!;
    const from = requests.address[request]!;
    const rttMs = now - requests.sentAtMs[request]!;
    endRequest(this, request);
    learnRoundTrip(this, rttMs);
    this.#verified(now, from, message);
    if (purpose === Purpose.lookup) {
      candidateAnswered(this, now, from, this.lookups[subject]!, detail, message);
    } else if (purpose === Purpose.announce) {
      written(this, now, this.lookups[subject]!, true);
    } else if (purpose === Purpose.call) {
      this.observer.onAnswer(subject, message, rttMs, from);
    } else if (purpose === Purpose.witness) {
      this.blame(now, subject, this.ground.contacts.addressOf(subject));
    }
  }

  /** A request was answered with an error: whoever sent it lives, but has nothing for us. */
  #refused(now: number, request: RequestRow, message: Message): void {
    const { requests } = this.ground;
    const purpose = requests.purpose[request]!;
    const subject = requests.subject[request]!;
    const detail = requests.detail[request]!;
    const from = requests.address[request]!;
    const rttMs = now - requests.sentAtMs[request]!;
    endRequest(this, request);
    if (purpose === Purpose.lookup) {
      candidateFailed(this, now, this.lookups[subject]!, detail, Failure.error);
    } else if (purpose === Purpose.announce) {
      written(this, now, this.lookups[subject]!, false);
    } else if (purpose === Purpose.call) {
      this.observer.onAnswer(subject, message, rttMs, from);
    } else if (purpose === Purpose.check) {
      this.blame(now, subject, from);
    } else if (purpose === Purpose.witness) {
      this.blame(now, subject, this.ground.contacts.addressOf(subject));
    }
  }

  /** The only door into the table: a contact that answered what we sent to it. */
  #verified(now: number, from: Address, message: Message): void {
    const { bytes, idStart } = message;
    this.world.register?.answered(now, bytes, idStart, from);
    // Whoever the table has at this address is somebody else now. What others *told* us of the
    // address is no reason for doubt: liars could have all of our contacts evicted.
    if (this.ground.contacts.hasOtherIdAt(bytes, idStart, from)) {
      if (this.table.find(bytes, idStart, from) === 0) this.table.changed(now, from);
    }
    if (this.table.answered(now, bytes, idStart, from) !== Offer.added) return;
    this.upkeepAtMs = Math.min(this.upkeepAtMs, now + UPKEEP_MS);
  }

  #timeOut(now: number): void {
    const { timeoutMs } = this.settings;
    const { requests } = this.ground;
    const { inFlight } = this;
    if (inFlight === null) return;
    for (let row = inFlight.nextSlow(now, this.shortTimeoutMs); row !== 0; ) {
      if (requests.purpose[row] === Purpose.lookup) {
        const lookup = this.lookups[requests.subject[row]!]!;
        lookup.slow(requests.detail[row]!);
        step(this, now, lookup);
      }
      row = inFlight.nextSlow(now, this.shortTimeoutMs);
    }
    for (let row = inFlight.nextExpired(now, timeoutMs); row !== 0; ) {
      this.#expired(now, row);
      row = inFlight.nextExpired(now, timeoutMs);
    }
  }

  #expired(now: number, request: RequestRow): void {
    const { requests } = this.ground;
    const purpose = requests.purpose[request]!;
    const subject = requests.subject[request]!;
    const detail = requests.detail[request]!;
    const address = requests.address[request]!;
    // With the link down nobody is heard, and nobody is to blame for silence (BEP 5, item 45).
    const sentAtMs = requests.sentAtMs[request]!;
    const blame = this.heardAtMs >= sentAtMs;
    this.world.counters.timeouts++;
    endRequest(this, request);
    if (purpose === Purpose.lookup) {
      const lookup = this.lookups[subject]!;
      if (blame) blameCandidate(this, now, lookup, detail, sentAtMs);
      candidateFailed(this, now, lookup, detail, Failure.timeout);
    } else if (purpose === Purpose.announce) {
      written(this, now, this.lookups[subject]!, false);
    } else if (purpose === Purpose.call) {
      this.observer.onSilence(subject);
    } else if (purpose === Purpose.check || purpose === Purpose.orphan) {
      if (blame && subject !== 0) this.blame(now, subject, address, sentAtMs);
      else if (purpose === Purpose.check) askWitness(this, now, subject);
    } else if (purpose === Purpose.witness) {
      this.table.checking(subject, false);
    }
  }

  /** `sentAtMs` is when it was sent what it left unanswered, unless there can be no excuse. */
  blame(now: number, handle: Handle, address: Address, sentAtMs: number = Infinity): void {
    const { contacts } = this.ground;
    // The row may have gone to somebody else while the request was out.
    if (contacts.referencesTo(handle) === 0 || contacts.addressOf(handle) !== address) return;
    this.world.register?.failed(now, contacts.bytes, handle * CONTACT_BYTES, address);
    this.table.failed(handle, sentAtMs);
  }

  /** A lookup that the node began for itself is over: upkeep goes on. */
  ownLookupEnded(now: number, kind: LookupKind, answered: number): void {
    if (kind === LookupKind.join) joined(this, now, answered);
    else this.upkeepAtMs = Math.min(this.upkeepAtMs, now);
  }

  isOwnId(bytes: Uint8Array, start: number): boolean {
    return equalIds(this.ground.contacts.bytes, this.self * CONTACT_BYTES, bytes, start);
  }
}
