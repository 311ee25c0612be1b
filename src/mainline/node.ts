/**
 * A Mainline node: the state machine that all of BEP 5 comes together in. The commands of its owner are
 * here, and everything that branches on what kind of message came; what is then done is in asking/ and
 * answering/, what it is done to in state.ts.
 *
 *     receive ─ query ── handler writes a reply ── send; then, whoever asked may be worth a ping
 *             ├ reply ── request row ── its purpose: lookup, ping, announce, upkeep
 *             └ error ── request row ── its purpose failed
 *     tick    ─ requests that time out; lookups that waited for the budget; upkeep of the table
 *
 * It obeys the seam (core/host.ts): time and randomness are handed in, `send` is the only way out,
 * results go to one long-lived observer. It does not throw on anything the network sends.
 */
import { type Address, isLoopback, portOf, Scope, scopeOf } from '../core/address.ts';
import type { Machine } from '../core/host.ts';
import { REUNION_MS } from './asking/joining.ts';
import {
  blameCandidate,
  candidateAnswered,
  candidateFailed,
  discardLookup,
  introduce,
  startLookup,
  step,
  stepAll,
  writeEnded,
} from './asking/lookups.ts';
import { hearOwnAddress } from './asking/own-address.ts';
import {
  endRequest,
  learnRoundTrip,
  mayContact,
  openRequest,
  PINGS_LIMIT,
  ping,
  sendQuery,
  writeQuery,
} from './asking/queries.ts';
import { noteQueried, noteSent } from './asking/reach.ts';
import { askWitness, blame, UPKEEP_MS, upkeep } from './asking/upkeep.ts';
import { Drop } from './counters.ts';
import type { Errand } from './errand.ts';
import { Kind, Malformed, type Method } from './krpc/fields.ts';
import type { Message } from './krpc/message.ts';
import { Failure } from './rows/candidate.ts';
import { RecentAddresses, SourceMeter, TokenBucket } from './rows/meter.ts';
import { type LookupKind, Purpose } from './rows/purpose.ts';
import { type RequestRow, TRANSACTION_BYTES } from './rows/requests.ts';
import { MainlineState, NO_LOOKUPS } from './state.ts';
import { Offer } from './table/table.ts';

/** A stranger that asked us is pinged once; if it stays silent, not again before this (mldht: 90 s). */
const STRANGER_MEMORY_MS = 90_000;
/**
 * The budget for queries counts their answers: each begun 512 bytes cost one query, as much as a find_node
 * and its answer. At 10 a second that is 5 kB/s for an IP, whatever it asks for.
 */
const REPLY_BYTES_PER_QUERY = 512;
/**
 * An IP whose id in our table changed three times is kept out of it until a quarter of an hour has passed
 * since. (Twice is honest: a new process with a random id, which then learns its address.)
 */
const CHANGES = 3;
const CHANGES_PER_S = 1 / (15 * 60);
const CHANGERS = 256;

export class MainlineNode extends MainlineState implements Machine {
  // Commands. A call number of the caller's names the outcome; 0 means that nobody waits for it.

  /**
   * Sets whom to ask when the table knows nobody, the first of them first, and joins through them at
   * once. Lookups that are still waiting for a first answer ask them, too.
   */
  join(now: number, bootstrap: readonly Address[]): void {
    this.shared.turn = this.number;
    const isAmong = bootstrap.includes(this.address);
    this.bootstrap = isAmong ? bootstrap.filter((address) => address !== this.address) : bootstrap;
    introduce(this, now);
    this.upkeepAtMs = now;
    this.tick(now);
  }

  /** The node of the other family on this host: we answer for it, and ask for it when it knows few (BEP 32). */
  meet(now: number, sibling: MainlineState): void {
    this.sibling = sibling;
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

  /** Looks the target up. False when too many lookups are under way or nobody can be asked. */
  lookup(
    now: number,
    kind: LookupKind,
    target: Uint8Array,
    call: number,
    errand: Errand | null = null,
  ): boolean {
    const { shared } = this;
    const { turn } = shared; // another node may be in the middle of it
    shared.turn = this.number;
    const started = startLookup(this, now, kind, target, call, errand);
    this.#plan(now);
    shared.turn = turn;
    return started;
  }

  /** Asks one address one thing. False when the outbound budget or all request rows are used up. */
  ask(now: number, to: Address, method: Method, target: Uint8Array, call: number): boolean {
    const { shared } = this;
    const { turn } = shared;
    shared.turn = this.number;
    const isSent = this.#ask(now, to, method, target, call);
    shared.turn = turn;
    return isSent;
  }

  #ask(now: number, to: Address, method: Method, target: Uint8Array, call: number): boolean {
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
    for (const lookup of this.lookups) if (lookup) this.shared.lookups.release(lookup);
    this.lookups = NO_LOOKUPS;
    this.table.release();
    this.shared.contacts.release(this.self);
    if (this.strangers !== null) this.shared.strangers.release(this.strangers.place);
    this.strangers = null;
    this.upkeepAtMs = Infinity;
    this.blockedUntilMs = Infinity;
    this.deadline = Infinity;
  }

  // The world.

  receive(now: number, from: Address, bytes: Uint8Array, start: number, end: number): void {
    const { counters, shared } = this.world;
    const { message } = shared;
    shared.turn = this.number;
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
    this.shared.turn = this.number;
    this.#timeOut(now);
    if (now >= this.blockedUntilMs) stepAll(this, now);
    if (now >= this.upkeepAtMs) upkeep(this, now);
    this.#plan(now);
  }

  unsent(now: number, to: Address): void {
    const { requests } = this.shared;
    const { inFlight } = this;
    this.shared.turn = this.number;
    const rows: RequestRow[] = [];
    for (let row = inFlight?.first() ?? 0; row !== 0; row = inFlight!.after(row)) {
      if (requests.address[row] === to) rows.push(row);
    }
    // What one of them leads to may end or replace others.
    for (const row of rows) {
      const isStillOurs = requests.owner[row] === this.tenant && requests.address[row] === to;
      if (isStillOurs) this.#expired(now, row, false);
    }
    this.#plan(now);
  }

  #plan(now: number): void {
    const { timeoutMs } = this.settings;
    const timeout = this.inFlight?.deadline(this.shortTimeoutMs, timeoutMs) ?? Infinity;
    this.deadline = Math.max(now, Math.min(timeout, this.upkeepAtMs, this.blockedUntilMs));
  }

  // Queries of others.

  #onQuery(now: number, from: Address, query: Message): void {
    const { counters, host, shared } = this.world;
    if (this.settings.adaptsReadOnly) noteQueried(this, now, from);
    const reason = this.#refusal(now, from, query);
    if (reason !== 0) return counters.drop(reason);
    counters.queries[query.method]++;
    const { reply } = shared;
    if (this.settings.handler.answer(this, now, from, query, reply)) {
      if (query.verdict !== 'answered') counters.refused++;
      if (reply.length > REPLY_BYTES_PER_QUERY) this.#charge(now, from, reply.length);
      counters.datagramsOut++;
      counters.bytesOut += reply.length;
      host.send(this.address, from, reply.bytes, reply.length);
      if (this.settings.adaptsReadOnly) noteSent(this, now, from);
    } else {
      counters.silenced++;
    }
    // BEP 43: a read-only node is no contact.
    if (query.idStart > 0 && !query.readOnly) this.#meet(now, from, query);
  }

  /** Why a query is not even looked at, or 0. */
  #refusal(now: number, from: Address, query: Message): number {
    if (this.isReadOnly) return Drop.readOnly;
    if (query.idStart > 0 && this.isOwnId(query.bytes, query.idStart)) return Drop.ownId;
    if (this.settings.exemptLoopback && isLoopback(from)) return 0;
    const { inbound } = this.settings;
    if (inbound === null) return 0;
    this.sourceMeter ??= new SourceMeter(
      inbound.perSource,
      inbound.perSourceBurst,
      inbound.sources,
      this.shared.random.uint32(),
    );
    if (!this.sourceMeter.take(now, from)) return Drop.sourceLimit;
    this.totalMeter ??= new TokenBucket(inbound.total, inbound.totalBurst);
    return this.totalMeter.take(now) ? 0 : Drop.totalLimit;
  }

  /** Answers that are longer than most cost their asker more, so that a stored value is no amplifier. */
  #charge(now: number, from: Address, bytes: number): void {
    const tokens = Math.ceil(bytes / REPLY_BYTES_PER_QUERY) - 1;
    if (this.settings.exemptLoopback && isLoopback(from)) return;
    this.sourceMeter?.charge(now, from, tokens);
    this.totalMeter?.charge(tokens);
  }

  /** Somebody asked us something. A stranger for whom there is a place is pinged before it gets it. */
  #meet(now: number, from: Address, query: Message): void {
    const { bytes, idStart } = query;
    this.world.register?.queried(now, bytes, idStart, from);
    const known = this.table.find(bytes, idStart, from);
    const wanted =
      known === 0 ? this.table.wants(now, bytes, idStart) : this.table.heard(now, known);
    if (!wanted || this.pingCount >= PINGS_LIMIT) return;
    const { random, strangers } = this.shared;
    this.strangers ??= new RecentAddresses(strangers, STRANGER_MEMORY_MS, random.uint32());
    if (this.strangers.has(now, from)) return;
    if (mayContact(this, now, from)) {
      this.strangers.add(now, from);
      ping(this, now, from, Purpose.stranger, 0);
    }
    this.#plan(now);
  }

  // Answers to us.

  #onAnswer(now: number, from: Address, message: Message): void {
    const { counters, shared } = this.world;
    const { requests } = shared;
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
    const { requests } = this.shared;
    const purpose = requests.purpose[request];
    const subject = requests.subject[request];
    const detail = requests.detail[request];
    const from = requests.address[request];
    const rttMs = now - requests.sentAtMs[request];
    endRequest(this, request);
    learnRoundTrip(this, rttMs);
    this.#verified(now, from, message);
    if (purpose === Purpose.lookup) {
      candidateAnswered(this, now, from, this.lookups[subject]!, detail, message);
    } else if (purpose === Purpose.write) {
      writeEnded(this, now, this.lookups[subject]!, detail, 'stored', null);
    } else if (purpose === Purpose.call) {
      this.observer.onAnswer(subject, message, rttMs, from);
    } else if (purpose === Purpose.witness) {
      blame(this, now, subject, this.shared.contacts.addressOf(subject));
    }
  }

  /** A request was answered with an error: whoever sent it lives, but has nothing for us. */
  #refused(now: number, request: RequestRow, message: Message): void {
    const { requests } = this.shared;
    const purpose = requests.purpose[request];
    const subject = requests.subject[request];
    const detail = requests.detail[request];
    const from = requests.address[request];
    const rttMs = now - requests.sentAtMs[request];
    endRequest(this, request);
    if (purpose === Purpose.lookup) {
      candidateFailed(this, now, this.lookups[subject]!, detail, Failure.error);
    } else if (purpose === Purpose.write) {
      writeEnded(this, now, this.lookups[subject]!, detail, 'refused', message);
    } else if (purpose === Purpose.call) {
      this.observer.onAnswer(subject, message, rttMs, from);
    } else if (purpose === Purpose.check) {
      blame(this, now, subject, from);
    } else if (purpose === Purpose.witness) {
      blame(this, now, subject, this.shared.contacts.addressOf(subject));
    }
  }

  /** The only door into the table: a contact that answered what we sent to it. */
  #verified(now: number, from: Address, message: Message): void {
    const { bytes, idStart } = message;
    this.world.register?.answered(now, bytes, idStart, from);
    // Whoever the table has at this address is somebody else now. What others *told* us of the
    // address is no reason for doubt: liars could have all of our contacts evicted.
    if (this.shared.contacts.hasOtherIdAt(bytes, idStart, from)) {
      if (this.table.find(bytes, idStart, from) === 0) this.#changed(now, from);
    }
    if (this.settings.secureIds) {
      if (message.ipLength > 0) hearOwnAddress(this, now, from, message);
      if (this.changers?.isSpent(now, from)) return;
    }
    if (this.table.answered(now, bytes, idStart, from) !== Offer.added) return;
    this.upkeepAtMs = Math.min(this.upkeepAtMs, now + UPKEEP_MS);
  }

  /** There is another id at an address. Now and then that is a new process; again and again it is a liar. */
  #changed(now: number, from: Address): void {
    if (!this.table.changed(now, from)) return;
    if (!this.settings.secureIds || scopeOf(from) !== Scope.public) return;
    const { random } = this.shared;
    this.changers ??= new SourceMeter(CHANGES_PER_S, CHANGES, CHANGERS, random.uint32());
    this.changers.take(now, from);
  }

  #timeOut(now: number): void {
    const { timeoutMs } = this.settings;
    const { requests } = this.shared;
    const { inFlight } = this;
    if (inFlight === null) return;
    for (let row = inFlight.nextSlow(now, this.shortTimeoutMs); row !== 0; ) {
      if (requests.purpose[row] === Purpose.lookup) {
        const lookup = this.lookups[requests.subject[row]]!;
        lookup.slow(requests.detail[row]);
        step(this, now, lookup);
      }
      row = inFlight.nextSlow(now, this.shortTimeoutMs);
    }
    for (let row = inFlight.nextExpired(now, timeoutMs); row !== 0; ) {
      this.#expired(now, row, true);
      row = inFlight.nextExpired(now, timeoutMs);
    }
  }

  #expired(now: number, request: RequestRow, wasSent: boolean): void {
    const { requests } = this.shared;
    const purpose = requests.purpose[request];
    const subject = requests.subject[request];
    const detail = requests.detail[request];
    const address = requests.address[request];
    // With the link down nobody is heard, and nobody is to blame for silence (BEP 5, item 45).
    const sentAtMs = requests.sentAtMs[request];
    const isToBlame = wasSent && this.heardAtMs >= sentAtMs;
    if (wasSent) this.world.counters.timeouts++;
    endRequest(this, request);
    if (purpose === Purpose.lookup) {
      const lookup = this.lookups[subject]!;
      if (isToBlame) blameCandidate(this, now, lookup, detail, sentAtMs);
      candidateFailed(this, now, lookup, detail, wasSent ? Failure.timeout : Failure.error);
    } else if (purpose === Purpose.write) {
      writeEnded(this, now, this.lookups[subject]!, detail, 'silent', null);
    } else if (purpose === Purpose.call) {
      this.observer.onSilence(subject, wasSent);
    } else if (purpose === Purpose.check || purpose === Purpose.orphan) {
      if (isToBlame && subject !== 0) blame(this, now, subject, address, sentAtMs);
      else if (purpose === Purpose.check && wasSent) askWitness(this, now, subject);
      else if (purpose === Purpose.check) this.table.checking(subject, false);
    } else if (purpose === Purpose.witness) {
      this.table.checking(subject, false);
    }
  }
}
