/**
 * What must hold while a world runs, whatever befalls it. The checks know nothing of what a node
 * believes: they see every datagram on the wire, look into the nodes' rows, and compare.
 *
 *     on the wire      a node that is down sends nothing; a message has at most 1024 bytes; a reply
 *                      answers the query that just came, once, and goes back to where that came from
 *     in the table     everybody in it has answered this very process; lies in the bucket of its id;
 *                      nobody twice, never oneself; buckets have at most k
 *     in flight        no request outlives its time-out; each belongs to a lookup, a ping or a call
 *                      that knows of it; whoever waits for something will be woken
 *     lookups          end within the time that their candidates can take
 *     counters         what came in is what was answered, used, or dropped for a reason
 *
 * The wire is checked datagram by datagram, the rest by `inspect`, which a run calls at a fixed
 * interval. A check that fails throws a `Violation`.
 */

import { sharedPrefixBits } from '../../core/id.ts';
import { LOOKUPS_LIMIT } from '../../mainline/asking/lookups.ts';
import { PINGS_LIMIT } from '../../mainline/asking/queries.ts';
import { Kind, MAX_MESSAGE_BYTES } from '../../mainline/krpc/fields.ts';
import { Message } from '../../mainline/krpc/message.ts';
import type { MainlineNode } from '../../mainline/node.ts';
import { CONTACT_BYTES, type Handle } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LOOKUP_CANDIDATES } from '../../mainline/rows/lookup-rows.ts';
import { LookupKind, Purpose } from '../../mainline/rows/purpose.ts';
import type { Settings } from '../../mainline/state.ts';
import { type Life, State } from '../life/life.ts';
import { Violation } from '../violation.ts';
import type { Tap } from '../world-state.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';

export class Safety implements Tap {
  /** Checks made so far: a run that checked nothing has shown nothing. */
  made = 0;
  readonly #overlay: MainlineOverlay;
  readonly #life: Life;
  readonly #message = new Message();
  /** By node: who answered the process that runs there now, or was in its warm table. */
  readonly #answered: Set<number>[];
  /** By node: its queries that were not answered yet, see `exchange`. */
  readonly #asked: Set<number>[];
  /** Since when each node has been awake without a pause. */
  readonly #awakeSinceMs: Float64Array;
  /** Calls of programs that have not ended, and who made them. */
  readonly #calls = new Map<number, number>();
  /** The query that is being handled: from whom, to whom, its transaction id. */
  #query = { from: -1, to: -1, transaction: 0 };

  /** Begins at once: the world's tap and the life's observer are its own from here on. */
  constructor(overlay: MainlineOverlay, life: Life) {
    const { world } = overlay;
    this.#overlay = overlay;
    this.#life = life;
    this.#awakeSinceMs = new Float64Array(world.count).fill(world.now);
    this.#answered = Array.from({ length: world.count }, () => new Set<number>());
    this.#asked = Array.from({ length: world.count }, () => new Set<number>());
    for (let node = 0; node < world.count; node++) {
      overlay.node(node).table.visit((handle) => this.#answered[node].add(handle - 1));
    }
    world.tap = this;
    life.observer = {
      began: (node) => {
        this.#answered[node].clear();
        this.#asked[node].clear();
        this.#awakeSinceMs[node] = world.now;
      },
      ended: (node) => {
        for (const [call, asker] of this.#calls) if (asker === node) this.#calls.delete(call);
      },
      resumed: (node) => {
        this.#awakeSinceMs[node] = world.now;
      },
    };
  }

  // Calls.

  began(call: number, node: number): void {
    this.#calls.set(call, node);
  }

  ended(call: number): void {
    this.made++;
    if (!this.#calls.delete(call)) this.fail('each outcome once', `call ${call} had ended`);
  }

  /** When nobody waits any more. */
  judgeCalls(): void {
    const [left] = this.#calls;
    if (left) this.fail('calls end', `call ${left[0]} of node ${left[1]} did not`);
  }

  // The wire.

  sent(from: number, to: number, bytes: Uint8Array, length: number): void {
    this.made++;
    const state = this.#life.states[from];
    if (state !== State.up) this.fail('the silence of the dead', `node ${from} sends to ${to}`);
    if (length > MAX_MESSAGE_BYTES) this.fail('message size', `node ${from} sends ${length} bytes`);
    const message = this.#message;
    if (message.read(bytes, 0, length) !== 0)
      this.fail('well-formed', `node ${from} sends rubbish`);
    if (message.kind === Kind.query) {
      this.#asked[from].add(exchange(to, message));
      return;
    }
    const { from: asker, to: asked, transaction } = this.#query;
    const isAnswer = asked === from && asker === to && transaction === transactionOf(message);
    if (!isAnswer) this.fail('one reply per query', `node ${from} answers ${to} unasked`);
    this.#query.to = -1;
  }

  arriving(to: number, from: number, bytes: Uint8Array, start: number, length: number): void {
    const message = this.#message;
    message.read(bytes, start, start + length);
    if (message.kind === Kind.query) {
      this.#query = { from, to, transaction: transactionOf(message) };
    } else {
      this.#query.to = -1;
      const isAnswer = this.#asked[to].delete(exchange(from, message));
      if (isAnswer) this.#answered[to].add(from);
    }
  }

  // The rows.

  /** Looks into every node and at what belongs to all of them. */
  inspect(): void {
    const { shared, world } = this.#overlay;
    let requests = 0;
    for (let node = 0; node < world.count; node++) {
      const machine = this.#overlay.node(node);
      requests += machine.requestCount;
      this.#inspectTable(node, machine);
      if (this.#life.states[node] === State.up) this.#inspectWork(node, machine);
    }
    this.#expect('request rows', shared.requests.count, requests, 'all nodes together');
    this.#inspectCounters();
  }

  #inspectTable(node: number, machine: MainlineNode): void {
    const { contacts } = this.#overlay.shared;
    const { table, settings, self } = machine;
    const seen = new Set<Handle>();
    const sizes = new Array<number>(table.parts).fill(0);
    table.visit((handle, heardSeconds, _failures, part) => {
      const who = `node ${node} has ${handle - 1} in its table`;
      if (!this.#answered[node].has(handle - 1)) this.fail('only who answered', who);
      if (handle === self || seen.has(handle)) this.fail('each contact once', who);
      seen.add(handle);
      const { bytes } = contacts;
      const shared = sharedPrefixBits(bytes, self * CONTACT_BYTES, bytes, handle * CONTACT_BYTES);
      if (part !== Math.min(shared, table.parts - 1)) this.fail('the right bucket', who);
      if (++sizes[part] > settings.k) this.fail('bucket size', who);
      if (heardSeconds * 1000 > this.#overlay.world.now) this.fail('heard in the past', who);
    });
    this.#expect('table size', table.count, seen.size, `node ${node}`);
  }

  #inspectWork(node: number, machine: MainlineNode): void {
    const { requests } = this.#overlay.shared;
    const { inFlight, settings, lookups } = machine;
    const { now } = this.#overlay.world;
    const held = { count: 0, pings: 0 };
    const asked = new Map<number, { searching: number; writing: number }>();
    for (let row = inFlight?.first() ?? 0; row !== 0; row = inFlight!.after(row)) {
      held.count++;
      const overdueMs = now - requests.sentAtMs[row] - settings.timeoutMs;
      if (overdueMs > 0)
        this.fail('time-outs', `a request of node ${node} is ${overdueMs} ms late`);
      const purpose = requests.purpose[row];
      if (PINGS.has(purpose)) held.pings++;
      if (purpose !== Purpose.lookup && purpose !== Purpose.write) continue;
      const slot = requests.subject[row];
      if (!lookups[slot])
        this.fail('requests of a lookup', `node ${node} has none in slot ${slot}`);
      const count = asked.get(slot) ?? { searching: 0, writing: 0 };
      asked.set(slot, count);
      if (purpose === Purpose.lookup) count.searching++;
      else count.writing++;
    }
    this.#expect('requests in flight', machine.requestCount, held.count, `node ${node}`);
    this.#expect('pings under way', machine.pingCount, held.pings, `node ${node}`);
    if (held.pings > PINGS_LIMIT) this.fail('pings at a time', `node ${node} has ${held.pings}`);
    const isBusy = held.count > 0 || machine.lookupCount > 0;
    if (isBusy && machine.deadline === Infinity) this.fail('a deadline', `node ${node} has none`);
    let own = 0;
    for (const lookup of lookups) {
      if (!lookup) continue;
      if (lookup.kind >= LookupKind.join) own++;
      const { searching, writing } = asked.get(lookup.slot) ?? { searching: 0, writing: 0 };
      const about = `slot ${lookup.slot} of node ${node}`;
      this.#expect('searching', lookup.freshCount + lookup.slowCount, searching, about);
      this.#expect('writing', lookup.writes.pending, writing, about);
      this.#inspectLookup(node, machine, lookup);
    }
    this.#expect('own lookups', machine.ownLookupCount, own, `node ${node}`);
    if (lookups.length > LOOKUPS_LIMIT) this.fail('lookups at a time', `node ${node}`);
  }

  #inspectLookup(node: number, machine: MainlineNode, lookup: Lookup): void {
    const { now } = this.#overlay.world;
    const { startedAtMs, kind, count } = lookup;
    const ageMs = now - Math.max(startedAtMs, this.#awakeSinceMs[node]);
    if (ageMs > lookupBoundMs(machine.settings)) {
      this.fail('the end of lookups', `one of kind ${kind} at node ${node} has lasted ${ageMs} ms`);
    }
    if (count > LOOKUP_CANDIDATES) this.fail('candidates', `node ${node} has ${count}`);
  }

  #inspectCounters(): void {
    const { counters, world } = this.#overlay;
    const sum = (column: readonly number[]): number =>
      column.reduce((total, value) => total + value, 0);
    const { replies, errors, queries, dropped, datagramsIn } = counters;
    const explained = sum(queries) + replies + errors + sum(dropped);
    this.#expect('datagrams in', datagramsIn, explained, 'queries, replies, errors and dropped');
    this.#expect('datagrams in', datagramsIn, world.delivered, 'delivered by the world');
  }

  #expect(check: string, measured: number, expected: number, about: string): void {
    this.made++;
    if (measured !== expected) this.fail(check, `${measured} instead of ${expected}, ${about}`);
  }

  fail(check: string, detail: string): never {
    throw new Violation(check, this.#overlay.world.elapsedMs, detail);
  }
}

const PINGS: ReadonlySet<number> = new Set([Purpose.check, Purpose.stranger, Purpose.witness]);

/**
 * A lookup cannot last longer. All of its candidates are asked alpha at a time; while fewer than k have
 * answered it may wait for those under way, and each such wait ends with an answer, or the lookup
 * turns to the rest of its table (once), or is over; then come the writes.
 */
export function lookupBoundMs({
  k,
  alpha,
  shortTimeoutMs,
  timeoutMs,
}: Pick<Settings, 'k' | 'alpha' | 'shortTimeoutMs' | 'timeoutMs'>): number {
  return Math.ceil(LOOKUP_CANDIDATES / alpha) * shortTimeoutMs + (k + 2) * timeoutMs;
}

/** A query and its answer, as the one who asks knows them: whom, and which transaction. */
function exchange(other: number, message: Message): number {
  return other * 2 ** 32 + transactionOf(message);
}

/** Transaction ids of a lab's nodes have 4 bytes: one number. */
function transactionOf({ bytes, transactionStart, transactionLength }: Message): number {
  let number = 0;
  for (let i = 0; i < transactionLength; i++) {
    number = ((number << 8) | bytes[transactionStart + i]) >>> 0;
  }
  return number;
}
