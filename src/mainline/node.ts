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
import { type Address, isLoopback, meaningfulTo, portOf, readAddress } from '../core/address.ts';
import { assert } from '../core/assert.ts';
import { CONTACT_BYTES, type Handle } from '../core/contacts.ts';
import type { Ground } from '../core/ground.ts';
import type { Host, Machine } from '../core/host.ts';
import { equalIds, ID_BYTES } from '../core/id.ts';
import { CandidateState, Failure, FROM_TABLE, type Lookup } from '../core/lookup.ts';
import { EndpointMeter, RecentAddresses, SourceMeter, TokenBucket } from '../core/meter.ts';
import { fillRandom, randomBelow } from '../core/random.ts';
import type { Register } from '../core/register.ts';
import { InFlight, type RequestRow, TRANSACTION_BYTES } from '../core/requests.ts';
import { type Counters, Drop } from './counters.ts';
import { Kind, Malformed, Message, Method } from './message.ts';
import { Peers } from './peers.ts';
import type { Settings } from './settings.ts';
import { Nearest, Offer, type RoutingTable } from './table.ts';
import type { Tokens } from './tokens.ts';
import { Writer } from './writer.ts';

/** Lookups of one node at a time, the node's own included. */
export const LOOKUPS_LIMIT = 256;
/** Nodes read from one reply. BEP 5 sends 8, routers 16, others 20; a whole table is an attack. */
export const NODES_PER_REPLY = 64;
/** Pings to strangers and to quiet contacts under way at a time. */
const PINGS_LIMIT = 32;
/** A stranger that asked us is pinged once; if it stays silent, not again before this (mldht: 90 s). */
const STRANGER_MEMORY_MS = 90_000;
const STRANGERS = 64;
/** Table upkeep does one thing at a time, this far apart at least. */
const UPKEEP_MS = 1000;
/** The longer nobody was heard the slower we ask, down to this: the link may be down. */
const CHECK_MS_MAX = 60_000;
/** Waiting time between fruitless attempts to join: doubles from the first to the last. */
const JOIN_RETRY_MS = 1000;
const JOIN_RETRY_MS_MAX = 60_000;
/** How soon to try again when all request rows are taken. */
const ROWS_RETRY_MS = 100;
/** Write tokens of others that are longer are not kept: the longest in use has 32 bytes. */
const TOKEN_BYTES_MAX = 128;

/** What a request was for. */
const Purpose = {
  lookup: 1,
  announce: 2,
  call: 3,
  check: 4,
  stranger: 5,
  orphan: 6,
  witness: 7,
} as const;

/** What a lookup is for. */
export const LookupKind = { findNode: 1, getPeers: 2, announce: 3, join: 4, upkeep: 5 } as const;
export type LookupKind = (typeof LookupKind)[keyof typeof LookupKind];

/** How an announce is worded: BEP 5, and BEP 33's `seed`. */
export interface Announcement {
  /** 1..65535; ignored when `impliedPort`. */
  port: number;
  impliedPort: boolean;
  seed: boolean;
}

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

/** What a node needs while it handles one message, and no longer: nodes of a process share it. */
export class Workbench {
  readonly message: Message = new Message();
  readonly reply: Writer = new Writer();
  readonly query: Writer = new Writer();
  readonly nearest: Nearest;
  readonly id: Uint8Array = new Uint8Array(ID_BYTES);

  constructor(ground: Ground) {
    this.nearest = new Nearest(ground.contacts, NODES_PER_REPLY);
  }
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

/** An id where it lies. */
export interface IdView {
  bytes: Uint8Array;
  start: number;
}

export class MainlineNode implements Machine {
  deadline: number = Infinity;
  readonly settings: Settings;
  /** Tells our rows and tokens from those of others on the same ground. */
  readonly tenant: number;
  /** Our own id, as a contact. */
  readonly self: Handle;
  readonly address: Address;
  readonly table: RoutingTable;
  /** The peer store, once somebody announced. */
  peers: Peers | null = null;
  readonly #world: MainlineWorld;
  readonly #observer: MainlineObserver;
  readonly #inFlight: InFlight;
  readonly #lookups: (Lookup | null)[] = [];
  readonly #id: IdView;
  #bootstrap: Address[] = [];
  #perSource: SourceMeter | null = null;
  #total: TokenBucket | null = null;
  #endpoints: EndpointMeter | null = null;
  #strangers: RecentAddresses | null = null;
  #announcements: Map<Lookup, Announcement> | null = null;
  #pings = 0;
  #ownLookups = 0;
  #heardAt = -Infinity;
  #upkeepAt = Infinity;
  #blockedUntil = Infinity;
  #joinRetryMs = JOIN_RETRY_MS;
  #rttMs = 0;
  #rttDeviationMs = 0;
  #shortTimeoutMs: number;
  #fillPart = Infinity;
  #isMember = false; // found its own neighbours once

  constructor(
    world: MainlineWorld,
    settings: Settings,
    id: Uint8Array,
    address: Address,
    observer: MainlineObserver,
  ) {
    const { ground } = world;
    this.settings = settings;
    this.#shortTimeoutMs = settings.shortTimeoutMs;
    this.address = address;
    this.#world = world;
    this.#observer = observer;
    this.tenant = ground.admit();
    this.self = ground.contacts.retain(id, 0, address);
    this.#inFlight = new InFlight(ground.requests);
    this.#id = { bytes: ground.contacts.bytes, start: 0 };
    const { k, onePerIp } = settings;
    this.table = settings.table({ ground, self: this.self, k, onePerIp });
  }

  get ground(): Ground {
    return this.#world.ground;
  }

  get tokens(): Tokens {
    return this.#world.tokens;
  }

  get nearest(): Nearest {
    return this.#world.workbench.nearest;
  }

  /** Requests under way. */
  get requestCount(): number {
    return this.#inFlight.count;
  }

  /** Lookups under way, the node's own included. */
  get lookupCount(): number {
    let count = 0;
    for (const lookup of this.#lookups) if (lookup) count++;
    return count;
  }

  /** The peer store, made when it is first needed. */
  peerStore(): Peers {
    this.peers ??= new Peers(this.settings.peers, this.ground.random.uint32());
    return this.peers;
  }

  /** The id we show to `to`; `target` is null where a message has none. */
  idFor(target: Uint8Array | null, start: number, to: Address): IdView {
    const view = this.#id;
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
    this.#bootstrap = bootstrap.filter((address) => address !== this.address);
    this.#upkeepAt = now;
    this.tick(now);
  }

  /** Walks to the target. False when too many lookups are under way or nobody can be asked. */
  lookup(
    now: number,
    kind: LookupKind,
    target: Uint8Array,
    call: number,
    announcement: Announcement | null = null,
  ): boolean {
    const started = this.#start(now, kind, target, call, announcement);
    this.#plan(now);
    return started;
  }

  /** Asks one address one thing. False when all request rows are taken. */
  ask(now: number, to: Address, method: Method, target: Uint8Array, call: number): boolean {
    const row = this.#request(now, to, Purpose.call, call, 0);
    if (row === 0) return false;
    this.#write(method, target, 0, to);
    this.#sendQuery(row, to);
    this.#plan(now);
    return true;
  }

  /** Gives a lookup up. Its outcome is not reported; its trace so far is in `onLookup` of nobody. */
  cancel(call: number): void {
    if (call === 0) return; // the node's own
    for (const lookup of this.#lookups) if (lookup?.call === call) this.#discard(lookup);
  }

  /** Ends everything and gives all shared rows back. The node must not be used afterwards. */
  close(): void {
    for (let row = this.#inFlight.first(); row !== 0; row = this.#inFlight.first()) {
      this.#inFlight.end(row);
    }
    for (const lookup of this.#lookups) if (lookup) this.ground.lookups.release(lookup);
    this.#lookups.length = 0;
    this.table.release();
    this.ground.contacts.release(this.self);
    this.#upkeepAt = Infinity;
    this.#blockedUntil = Infinity;
    this.deadline = Infinity;
  }

  // The world.

  receive(now: number, from: Address, bytes: Uint8Array, start: number, end: number): void {
    const { counters, workbench } = this.#world;
    const { message } = workbench;
    counters.datagramsIn++;
    counters.bytesIn += end - start;
    const malformed = message.read(bytes, start, end);
    if (malformed !== Malformed.fine) return counters.drop(malformed);
    if (portOf(from) === 0) return counters.drop(Drop.portZero);
    if (message.kind === Kind.query) this.#onQuery(now, from, message);
    else this.#onAnswer(now, from, message);
    this.#plan(now);
  }

  tick(now: number): void {
    this.#timeOut(now);
    if (now >= this.#blockedUntil) this.#unblock(now);
    if (now >= this.#upkeepAt) this.#upkeep(now);
    this.#plan(now);
  }

  #plan(now: number): void {
    const { timeoutMs } = this.settings;
    const timeout =
      this.#inFlight.count === 0
        ? Infinity
        : this.#inFlight.deadline(this.#shortTimeoutMs, timeoutMs);
    this.deadline = Math.max(now, Math.min(timeout, this.#upkeepAt, this.#blockedUntil));
  }

  // Queries of others.

  #onQuery(now: number, from: Address, query: Message): void {
    const { counters, host, workbench } = this.#world;
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
    if (query.idStart > 0 && this.#isOwnId(query.bytes, query.idStart)) return Drop.ownId;
    if (this.settings.exemptLoopback && isLoopback(from)) return 0;
    const { inbound } = this.settings;
    this.#perSource ??= new SourceMeter(
      inbound.perSource,
      inbound.perSourceBurst,
      inbound.sources,
      this.ground.random.uint32(),
    );
    if (!this.#perSource.take(now, from)) return Drop.sourceLimit;
    this.#total ??= new TokenBucket(inbound.total, inbound.totalBurst);
    return this.#total.take(now) ? 0 : Drop.totalLimit;
  }

  /** Somebody asked us something. A stranger for whom there is a place is pinged before it gets it. */
  #meet(now: number, from: Address, query: Message): void {
    const { bytes, idStart } = query;
    this.#world.register?.queried(now, bytes, idStart, from);
    const known = this.table.find(bytes, idStart, from);
    const wanted =
      known === 0 ? this.table.wants(now, bytes, idStart) : this.table.heard(now, known);
    if (!wanted || this.#pings >= PINGS_LIMIT) return;
    const { random } = this.ground;
    this.#strangers ??= new RecentAddresses(STRANGERS, STRANGER_MEMORY_MS, random.uint32());
    if (this.#strangers.has(now, from) || !this.#mayContact(now, from)) return;
    this.#strangers.add(now, from);
    this.#ping(now, from, Purpose.stranger, 0);
  }

  // Answers to us.

  #onAnswer(now: number, from: Address, message: Message): void {
    const { counters, ground } = this.#world;
    const { requests } = ground;
    const { bytes, transactionStart, transactionLength } = message;
    if (transactionLength !== TRANSACTION_BYTES) return counters.drop(Drop.unknownTransaction);
    const row = requests.find(this.tenant, bytes, transactionStart);
    if (row === 0) return counters.drop(Drop.unknownTransaction);
    if (requests.address[row] !== from) return counters.drop(Drop.wrongAddress);
    if (message.kind === Kind.error) {
      counters.errors++;
      this.#heardAt = now;
      return this.#refused(now, row, message);
    }
    if (message.idStart <= 0) return counters.drop(Drop.noId);
    if (this.#isOwnId(bytes, message.idStart)) return counters.drop(Drop.ownId);
    counters.replies++;
    this.#heardAt = now;
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
    this.#end(request);
    this.#learnRoundTrip(rttMs);
    this.#verified(now, from, message);
    if (purpose === Purpose.lookup) {
      this.#candidateAnswered(now, from, this.#lookups[subject]!, detail, message);
    } else if (purpose === Purpose.announce) {
      this.#written(now, this.#lookups[subject]!, true);
    } else if (purpose === Purpose.call) {
      this.#observer.onAnswer(subject, message, rttMs, from);
    } else if (purpose === Purpose.witness) {
      this.#blame(now, subject, this.ground.contacts.addressOf(subject));
    }
  }

  /**
   * The short time-out follows the network: mean round trip plus four times its deviation, the rule
   * of RFC 6298. A dead node then costs a fast network less than the second it costs a slow one.
   */
  #learnRoundTrip(rttMs: number): void {
    const { shortTimeoutMs, shortTimeoutMsMin } = this.settings;
    if (this.#rttMs === 0) {
      this.#rttMs = rttMs;
      this.#rttDeviationMs = rttMs / 2;
    } else {
      this.#rttDeviationMs += (Math.abs(rttMs - this.#rttMs) - this.#rttDeviationMs) / 4;
      this.#rttMs += (rttMs - this.#rttMs) / 8;
    }
    const wanted = this.#rttMs + 4 * this.#rttDeviationMs;
    this.#shortTimeoutMs = Math.min(shortTimeoutMs, Math.max(shortTimeoutMsMin, wanted));
  }

  /** A request was answered with an error: whoever sent it lives, but has nothing for us. */
  #refused(now: number, request: RequestRow, message: Message): void {
    const { requests } = this.ground;
    const purpose = requests.purpose[request]!;
    const subject = requests.subject[request]!;
    const detail = requests.detail[request]!;
    const from = requests.address[request]!;
    const rttMs = now - requests.sentAtMs[request]!;
    this.#end(request);
    if (purpose === Purpose.lookup) {
      this.#candidateFailed(now, this.#lookups[subject]!, detail, Failure.error);
    } else if (purpose === Purpose.announce) {
      this.#written(now, this.#lookups[subject]!, false);
    } else if (purpose === Purpose.call) {
      this.#observer.onAnswer(subject, message, rttMs, from);
    } else if (purpose === Purpose.check) {
      this.#blame(now, subject, from);
    } else if (purpose === Purpose.witness) {
      this.#blame(now, subject, this.ground.contacts.addressOf(subject));
    }
  }

  /** The only door into the table: a contact that answered what we sent to it. */
  #verified(now: number, from: Address, message: Message): void {
    const { bytes, idStart } = message;
    this.#world.register?.answered(now, bytes, idStart, from);
    // Whoever the table has at this address is somebody else now. What others *told* us of the
    // address is no reason for doubt: liars could have all of our contacts evicted.
    if (this.table.find(bytes, idStart, from) === 0) this.table.changed(now, from);
    if (this.table.answered(now, bytes, idStart, from) !== Offer.added) return;
    this.#upkeepAt = Math.min(this.#upkeepAt, now + UPKEEP_MS);
  }

  // Requests.

  #request(now: number, to: Address, purpose: number, subject: number, detail: number): RequestRow {
    const { requests } = this.ground;
    const row = requests.take(this.tenant, to, now, purpose);
    if (row === 0) return 0;
    requests.subject[row] = subject;
    requests.detail[row] = detail;
    this.#inFlight.add(row);
    return row;
  }

  #end(request: RequestRow): void {
    const purpose = this.ground.requests.purpose[request];
    if (purpose === Purpose.check || purpose === Purpose.stranger || purpose === Purpose.witness) {
      this.#pings--;
    }
    this.#inFlight.end(request);
  }

  #write(method: Method, target: Uint8Array, start: number, to: Address): void {
    const { query } = this.#world.workbench;
    const id = this.idFor(method === Method.ping ? null : target, start, to);
    if (method === Method.ping) query.ping(id.bytes, id.start);
    else if (method === Method.findNode) query.findNode(id.bytes, id.start, target, start);
    else query.getPeers(id.bytes, id.start, target, start, false);
  }

  #sendQuery(row: RequestRow, to: Address): void {
    const { counters, host, ground, workbench } = this.#world;
    const { query } = workbench;
    query.endQuery(this.settings.readOnly, ground.requests, row);
    counters.queriesOut++;
    counters.datagramsOut++;
    counters.bytesOut += query.length;
    host.send(this.address, to, query.bytes, query.length);
  }

  #ping(now: number, to: Address, purpose: number, subject: number): boolean {
    const row = this.#request(now, to, purpose, subject, 0);
    if (row === 0) return false;
    this.#pings++;
    this.#write(Method.ping, this.#world.workbench.id, 0, to);
    this.#sendQuery(row, to);
    return true;
  }

  /** Asks the outbound budget. When it says no, `tick` is told when to try again. */
  #mayContact(now: number, to: Address): boolean {
    if (this.settings.exemptLoopback && isLoopback(to)) return true;
    const { outbound } = this.settings;
    this.#endpoints ??= new EndpointMeter(
      outbound.newEndpoints,
      outbound.newEndpointsBurst,
      outbound.endpoints,
      outbound.memoryMs,
      this.ground.random.uint32(),
    );
    if (this.#endpoints.take(now, to)) return true;
    this.#blockedUntil = Math.min(this.#blockedUntil, this.#endpoints.readyAt(now));
    return false;
  }

  #timeOut(now: number): void {
    const { timeoutMs } = this.settings;
    const { requests } = this.ground;
    const inFlight = this.#inFlight;
    for (let row = inFlight.nextSlow(now, this.#shortTimeoutMs); row !== 0; ) {
      if (requests.purpose[row] === Purpose.lookup) {
        const lookup = this.#lookups[requests.subject[row]!]!;
        lookup.slow(requests.detail[row]!);
        this.#step(now, lookup);
      }
      row = inFlight.nextSlow(now, this.#shortTimeoutMs);
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
    const blame = this.#heardAt >= requests.sentAtMs[request]!;
    this.#world.counters.timeouts++;
    this.#end(request);
    if (purpose === Purpose.lookup) {
      const lookup = this.#lookups[subject]!;
      if (blame) this.#blameCandidate(now, lookup, detail);
      this.#candidateFailed(now, lookup, detail, Failure.timeout);
    } else if (purpose === Purpose.announce) {
      this.#written(now, this.#lookups[subject]!, false);
    } else if (purpose === Purpose.call) {
      this.#observer.onSilence(subject);
    } else if (purpose === Purpose.check || purpose === Purpose.orphan) {
      if (blame && subject !== 0) this.#blame(now, subject, address);
      else if (purpose === Purpose.check) this.#askWitness(now, subject);
    } else if (purpose === Purpose.witness) {
      this.table.checking(subject, false);
    }
  }

  /**
   * A contact was silent, and so was everybody else: is it dead, or our link? A quiet node may hear
   * nobody for minutes, so it asks another contact. Any answer puts the blame on the silent one.
   */
  #askWitness(now: number, silent: Handle): void {
    const { nearest } = this;
    const { contacts, random } = this.ground;
    const { id } = this.#world.workbench;
    fillRandom(random, id, 0, ID_BYTES);
    nearest.begin(id, 0, 2);
    this.table.closest(now, nearest, false);
    const witness = nearest.handles[0] === silent ? 1 : 0;
    if (witness < nearest.count) {
      const to = contacts.addressOf(nearest.handles[witness]!);
      if (this.#mayContact(now, to) && this.#ping(now, to, Purpose.witness, silent)) return;
    }
    this.table.checking(silent, false);
  }

  #blameCandidate(now: number, lookup: Lookup, row: number): void {
    if (lookup.idKnown[row] === 0) return;
    const address = lookup.addresses[row]!;
    const start = row * ID_BYTES;
    this.#world.register?.failed(now, lookup.ids, start, address);
    const handle = this.table.find(lookup.ids, start, address);
    if (handle !== 0) this.table.failed(handle);
  }

  #blame(now: number, handle: Handle, address: Address): void {
    const { contacts } = this.ground;
    // The row may have gone to somebody else while the request was out.
    if (contacts.referencesTo(handle) === 0 || contacts.addressOf(handle) !== address) return;
    this.#world.register?.failed(now, contacts.bytes, handle * CONTACT_BYTES, address);
    this.table.failed(handle);
  }

  // Lookups.

  #start(
    now: number,
    kind: LookupKind,
    target: Uint8Array,
    call: number,
    announcement: Announcement | null,
  ): boolean {
    const slot = this.#freeSlot();
    if (slot < 0) return false;
    const { k, alpha, onePerIp } = this.settings;
    const lookup = this.ground.lookups.take();
    lookup.begin(target, 0, k, alpha, now);
    lookup.onePerIp = onePerIp;
    lookup.kind = kind;
    lookup.call = call;
    lookup.slot = slot;
    this.#seed(now, lookup);
    if (lookup.count === 0) {
      this.ground.lookups.release(lookup);
      return false;
    }
    this.#lookups[slot] = lookup;
    if (kind === LookupKind.join || kind === LookupKind.upkeep) this.#ownLookups++;
    if (announcement) (this.#announcements ??= new Map()).set(lookup, announcement);
    this.#step(now, lookup);
    return true;
  }

  #freeSlot(): number {
    const slot = this.#lookups.indexOf(null);
    if (slot >= 0) return slot;
    return this.#lookups.length < LOOKUPS_LIMIT ? this.#lookups.length : -1;
  }

  /** The first candidates: the closest of the table, and the bootstrap addresses if those are few. */
  #seed(now: number, lookup: Lookup): void {
    const { nearest } = this;
    const { contacts } = this.ground;
    nearest.begin(lookup.target, 0, lookup.k);
    this.table.closest(now, nearest, false);
    for (let i = 0; i < nearest.count; i++) {
      const handle = nearest.handles[i]!;
      const start = handle * CONTACT_BYTES;
      lookup.add(contacts.bytes, start, contacts.addressOf(handle), FROM_TABLE);
    }
    if (nearest.count === lookup.k) return;
    for (const address of this.#bootstrap) lookup.addUnknown(address);
  }

  /** Sends what a lookup may send now, and ends it when it is done. */
  #step(now: number, lookup: Lookup): void {
    for (let row = lookup.next(); row >= 0; row = lookup.next()) {
      const to = lookup.addresses[row]!;
      if (!this.#mayContact(now, to)) return;
      const request = this.#request(now, to, Purpose.lookup, lookup.slot, row);
      if (request === 0) {
        this.#blockedUntil = Math.min(this.#blockedUntil, now + ROWS_RETRY_MS);
        return;
      }
      lookup.asked(row, request, now);
      const searching = lookup.kind === LookupKind.getPeers || lookup.kind === LookupKind.announce;
      this.#write(searching ? Method.getPeers : Method.findNode, lookup.target, 0, to);
      this.#sendQuery(request, to);
    }
    if (lookup.done) this.#finish(now, lookup);
  }

  #candidateAnswered(
    now: number,
    from: Address,
    lookup: Lookup,
    row: number,
    message: Message,
  ): void {
    lookup.answered(row, message.bytes, message.idStart, now);
    if (lookup.kind === LookupKind.announce) keepToken(lookup, row, message);
    this.#readNodes(from, lookup, row, message);
    if (lookup.call !== 0 && message.valuesStart > 0) this.#readPeers(from, lookup, row, message);
    if (this.#lookups[lookup.slot] === lookup) this.#step(now, lookup);
  }

  #candidateFailed(now: number, lookup: Lookup, row: number, failure: Failure): void {
    lookup.failed(row, failure);
    this.#step(now, lookup);
  }

  /** Whole entries count, a torn one at the end is left (libtorrent's short_nodes tests). */
  #readNodes(from: Address, lookup: Lookup, row: number, message: Message): void {
    if (message.nodesStart <= 0) return;
    const { bytes, nodesStart } = message;
    const count = Math.min(NODES_PER_REPLY, Math.floor(message.nodesLength / CONTACT_BYTES));
    for (let i = 0; i < count; i++) {
      const start = nodesStart + i * CONTACT_BYTES;
      const address = readAddress(bytes, start + ID_BYTES);
      if (!meaningfulTo(from, address) || address === this.address) continue;
      if (!this.#isOwnId(bytes, start)) lookup.add(bytes, start, address, row);
    }
  }

  /**
   * `values`: strings of 6 bytes are IPv4 peers, others are another family's or nobody's. Whoever
   * hears of a peer may give the lookup up; then the rest is not read.
   */
  #readPeers(from: Address, lookup: Lookup, row: number, message: Message): void {
    const { call } = lookup;
    for (let start = message.firstPeer(); start >= 0; start = message.nextPeer()) {
      const peer = readAddress(message.bytes, start);
      if (!meaningfulTo(from, peer)) continue;
      lookup.yields[row] = lookup.yields[row]! + 1;
      this.#observer.onPeer(call, peer);
      if (this.#lookups[lookup.slot] !== lookup || lookup.call !== call) return;
    }
  }

  #finish(now: number, lookup: Lookup): void {
    this.#orphan(lookup);
    if (lookup.kind === LookupKind.announce && this.#announce(now, lookup)) return;
    this.#conclude(now, lookup);
  }

  /** Requests that a finished lookup leaves behind still tell who is alive. */
  #orphan(lookup: Lookup): void {
    const { requests } = this.ground;
    for (let row = 0; row < lookup.count; row++) {
      const request = lookup.requests[row]!;
      if (request === 0) continue;
      const known = lookup.idKnown[row] === 1;
      requests.purpose[request] = Purpose.orphan;
      requests.subject[request] = known
        ? this.table.find(lookup.ids, row * ID_BYTES, lookup.addresses[row]!)
        : 0;
      lookup.failed(row, Failure.cancelled);
    }
  }

  /** The second half of an announce: to the k closest that gave a token. False when none did. */
  #announce(now: number, lookup: Lookup): boolean {
    const announcement = this.#announcements!.get(lookup)!;
    lookup.closestAnswered(lookup.count, (row) => {
      const token = lookup.tokens[row];
      const to = lookup.addresses[row]!;
      if (!token || lookup.writesPending === lookup.k) return;
      const request = this.#request(now, to, Purpose.announce, lookup.slot, row);
      if (request === 0) return;
      lookup.writesPending++;
      const { query } = this.#world.workbench;
      const id = this.idFor(lookup.target, 0, to);
      const { port, impliedPort, seed } = announcement;
      query.announcePeer(id.bytes, id.start, lookup.target, 0, port, impliedPort, seed, token);
      this.#sendQuery(request, to);
    });
    return lookup.writesPending > 0;
  }

  #written(now: number, lookup: Lookup, stored: boolean): void {
    lookup.writesPending--;
    if (stored) lookup.writesStored++;
    else lookup.writesFailed++;
    if (lookup.writesPending === 0) this.#conclude(now, lookup);
  }

  #conclude(now: number, lookup: Lookup): void {
    const { kind, call, answeredCount } = lookup;
    this.#forget(lookup); // first: whoever hears the outcome may cancel, close or begin another
    if (kind === LookupKind.join) this.#joined(now, answeredCount);
    if (kind === LookupKind.upkeep) this.#upkeepAt = Math.min(this.#upkeepAt, now);
    if (call !== 0) this.#observer.onLookup(call, lookup);
    this.ground.lookups.release(lookup);
  }

  #discard(lookup: Lookup): void {
    this.#orphan(lookup);
    const { requests } = this.ground;
    for (let row = this.#inFlight.first(); row !== 0; row = this.#inFlight.after(row)) {
      if (requests.purpose[row] !== Purpose.announce) continue;
      if (requests.subject[row] !== lookup.slot) continue;
      requests.purpose[row] = Purpose.orphan;
      requests.subject[row] = 0;
    }
    this.#forget(lookup);
    this.ground.lookups.release(lookup);
  }

  #forget(lookup: Lookup): void {
    if (lookup.kind === LookupKind.join || lookup.kind === LookupKind.upkeep) this.#ownLookups--;
    this.#announcements?.delete(lookup);
    this.#lookups[lookup.slot] = null;
  }

  #unblock(now: number): void {
    this.#blockedUntil = Infinity;
    for (const lookup of this.#lookups) {
      if (lookup && lookup.writesPending === 0) this.#step(now, lookup);
    }
  }

  // Upkeep.

  /** One thing at a time: get into the network, ask after the quiet, refresh what is stale. */
  #upkeep(now: number): void {
    this.peers?.expire(now);
    if (this.#ownLookups > 0) {
      this.#upkeepAt = Infinity; // the lookup's end sets it
    } else if (!this.#isMember || this.#alone(now)) {
      this.#tryToJoin(now);
    } else if (!this.#checkQuietest(now) && !this.#explore(now)) {
      this.#upkeepAt = Math.max(now + UPKEEP_MS, this.table.dueAt(now));
    }
  }

  #alone(now: number): boolean {
    const { nearest, self } = this;
    nearest.begin(this.ground.contacts.bytes, self * CONTACT_BYTES, 1);
    this.table.closest(now, nearest, false);
    return nearest.count === 0;
  }

  #tryToJoin(now: number): void {
    const { id } = this.#world.workbench;
    const start = this.self * CONTACT_BYTES;
    id.set(this.ground.contacts.bytes.subarray(start, start + ID_BYTES));
    this.#upkeepAt = Infinity;
    if (this.#start(now, LookupKind.join, id, 0, null)) return;
    // Without a bootstrap we wait for others; the peer store still wants to be looked at.
    const isHopeless = this.#bootstrap.length === 0;
    this.#upkeepAt = now + (isHopeless ? JOIN_RETRY_MS_MAX : JOIN_RETRY_MS);
    if (isHopeless) this.#observer.onJoin(0);
  }

  #joined(now: number, answered: number): void {
    if (answered > 0) {
      this.#isMember = true;
      this.#joinRetryMs = JOIN_RETRY_MS;
      this.#fillPart = 0;
      this.#upkeepAt = now;
    } else {
      this.#upkeepAt = now + this.#joinRetryMs;
      this.#joinRetryMs = Math.min(this.#joinRetryMs * 2, JOIN_RETRY_MS_MAX);
    }
    this.#observer.onJoin(answered);
  }

  #checkQuietest(now: number): boolean {
    if (this.#pings >= PINGS_LIMIT) return false;
    const handle = this.table.quietest(now);
    if (handle === 0) return false;
    // Spread, so that a table filled in one minute is not pinged in one minute for ever.
    const silenceMs = Math.min((now - this.#heardAt) / 8, CHECK_MS_MAX);
    const spreadMs = randomBelow(this.ground.random, UPKEEP_MS);
    this.#upkeepAt = now + Math.max(UPKEEP_MS, silenceMs) + spreadMs;
    const to = this.ground.contacts.addressOf(handle);
    if (!this.#mayContact(now, to)) return true;
    if (this.#ping(now, to, Purpose.check, handle)) this.table.checking(handle, true);
    return true;
  }

  /** Looks for contacts where the table has gaps after joining, later where it has gone stale. */
  #explore(now: number): boolean {
    const { id } = this.#world.workbench;
    while (this.#fillPart < this.table.parts) {
      if (!this.table.gapTarget(this.#fillPart++, id)) continue;
      return this.#ownLookup(now, id);
    }
    return this.table.refreshTarget(now, id) && this.#ownLookup(now, id);
  }

  #ownLookup(now: number, target: Uint8Array): boolean {
    this.#upkeepAt = Infinity;
    if (this.#start(now, LookupKind.upkeep, target, 0, null)) return true;
    this.#upkeepAt = now + UPKEEP_MS;
    return true;
  }

  #isOwnId(bytes: Uint8Array, start: number): boolean {
    return equalIds(this.ground.contacts.bytes, this.self * CONTACT_BYTES, bytes, start);
  }
}

function keepToken(lookup: Lookup, row: number, message: Message): void {
  const { bytes, tokenStart, tokenLength } = message;
  if (tokenStart <= 0 || tokenLength > TOKEN_BYTES_MAX) return;
  assert(lookup.states[row] === CandidateState.answered, 'tokens come with answers');
  lookup.tokens[row] = bytes.slice(tokenStart, tokenStart + tokenLength);
}
