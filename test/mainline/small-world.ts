/**
 * A small world for tests: a few hundred nodes, a clock and a wire, all from one seed.
 *
 *     node ── send ──▶ lost? ── latency ──▶ queue ── at its time ──▶ receive ── node or stranger
 *
 * Time only moves when something is due: the next datagram to arrive or the next deadline of a node,
 * whichever comes first. Nobody is ever ticked without a reason, so a node that asks for ticks and
 * then does nothing with them shows up as a number (`Resident.ticks`).
 */
import { createHash } from 'node:crypto';
import { type Address, addressOf, isV6, parseIp, parseIp6 } from '../../src/core/address.ts';
import type { Sha1 } from '../../src/core/hash.ts';
import type { Host } from '../../src/core/host.ts';
import { formatId } from '../../src/core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../src/core/random.ts';
import { verify } from '../../src/io/signatures.ts';
import { answerQuery } from '../../src/mainline/answering/answers.ts';
import { Counters } from '../../src/mainline/counters.ts';
import type { Errand } from '../../src/mainline/errand.ts';
import {
  type Bencoded,
  decode,
  type Encodable,
  encode,
  latin1,
} from '../../src/mainline/krpc/bencode.ts';
import { Kind, type Method } from '../../src/mainline/krpc/fields.ts';
import type { Message } from '../../src/mainline/krpc/message.ts';
import { MainlineNode } from '../../src/mainline/node.ts';
import type { Lookup } from '../../src/mainline/rows/lookup.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import type { Register } from '../../src/mainline/rows/register.ts';
import { DEFAULTS } from '../../src/mainline/settings.ts';
import { MainlineShared } from '../../src/mainline/shared.ts';
import type { MainlineObserver, Settings } from '../../src/mainline/state.ts';
import { KBuckets } from '../../src/mainline/table/kbuckets.ts';
import { type LookupTrace, traceOf } from '../../src/mainline/trace.ts';

export const sha1: Sha1 = (bytes) => createHash('sha1').update(bytes).digest();

/** Address n of a world of IPv6, each in a /64 of its own. */
export function inPublic6(n: number): Address {
  return addressOf(parseIp6(`2001:db8:0:${(n + 1).toString(16)}::1`), 6881);
}

/** A decoded dictionary, as tests look at it. */
export type Dictionary = { [key: string]: Bencoded };

export const MINUTE_MS = 60_000;

/** Tests begin at one hour: nothing here may depend on a clock that starts near zero. */
export const START_MS: number = 60 * MINUTE_MS;

export function at(ip: string, port = 6881): Address {
  return addressOf(parseIp(ip), port);
}

/** Address n of a place where everybody has the same IP. */
export function onLoopback(n: number): Address {
  return at('127.0.0.1', 10_000 + n);
}

/** Address n of a place where everybody has an IP of his own and no address is exempt. */
export function inPublic(n: number): Address {
  return addressOf(parseIp('5.1.0.0') + n * 257 + 1, 6881);
}

export function idOf(hexPrefix: string, fill = '0'): Uint8Array {
  return Uint8Array.from(Buffer.from(hexPrefix.padEnd(40, fill), 'hex'));
}

export function text(value: Bencoded | undefined): string {
  const bytes = value as Uint8Array;
  return latin1(bytes, 0, bytes.length);
}

export function hex(value: Bencoded | Uint8Array | undefined): string {
  return Buffer.from(value as Uint8Array).toString('hex');
}

export interface WorldOptions {
  seed?: number;
  /** One way, drawn evenly from this range. */
  latencyMs?: readonly [least: number, most: number];
  /** Share of datagrams that never arrive. */
  loss?: number;
  address?: (n: number) => Address;
  settings?: Partial<Settings>;
}

interface Flight {
  atMs: number;
  order: number;
  from: Address;
  to: Address;
  bytes: Uint8Array;
}

export interface Datagram {
  atMs: number;
  from: Address;
  to: Address;
  bytes: Uint8Array;
}

/** A node of the world and all that it told its owner. */
export class Resident implements MainlineObserver {
  readonly node: MainlineNode;
  readonly counters: Counters;
  readonly id: Uint8Array;
  readonly address: Address;
  /** A dead node neither receives nor ticks, and nobody was told. */
  alive = true;
  /** With the link down it ticks, but nothing comes in or goes out. */
  linked = true;
  ticks = 0;
  readonly peers = new Map<number, Address[]>();
  readonly lookups = new Map<number, LookupTrace & { stored: number; refused: number }>();
  readonly answers = new Map<number, { kind: number; id: string; rttMs: number; code: number }>();
  readonly silences: number[] = [];
  readonly joins: number[] = [];
  /** What a test wants to do in the middle of an outcome. */
  onEvent:
    | ((what: 'peer' | 'lookup' | 'answer' | 'silence' | 'join', call: number) => void)
    | null = null;
  readonly #world: SmallWorld;
  #lastCall = 0;

  constructor(
    world: SmallWorld,
    settings: Settings,
    id: Uint8Array,
    address: Address,
    register: Register | null,
  ) {
    this.#world = world;
    this.id = id;
    this.address = address;
    this.counters = new Counters();
    const { shared, host } = world;
    const { counters } = this;
    const its = { shared, host, counters, register };
    this.node = new MainlineNode(its, settings, id, address, this);
  }

  join(...bootstrap: Address[]): void {
    this.node.join(this.#world.now, bootstrap);
  }

  /** Starts a lookup; its call number, or 0 when it could not be started. */
  lookup(kind: LookupKind, target: Uint8Array, errand: Errand | null = null): number {
    const call = ++this.#lastCall;
    return this.node.lookup(this.#world.now, kind, target, call, errand) ? call : 0;
  }

  findNode(target: Uint8Array): number {
    return this.lookup(LookupKind.findNode, target);
  }

  ask(to: Address, method: Method, target: Uint8Array): number {
    const call = ++this.#lastCall;
    return this.node.ask(this.#world.now, to, method, target, call) ? call : 0;
  }

  /** Ids in the table, sorted. */
  get tableIds(): string[] {
    const ids: string[] = [];
    const { contacts } = this.node.shared;
    this.node.table.visit((handle) => ids.push(formatId(contacts.bytes, handle * 26)));
    return ids.sort();
  }

  onPeer(call: number, peer: Address): void {
    const found = this.peers.get(call);
    if (found) found.push(peer);
    else this.peers.set(call, [peer]);
    this.onEvent?.('peer', call);
  }

  onLookup(call: number, lookup: Lookup): void {
    const trace = traceOf(lookup, this.#world.now);
    const { stored, failed: refused } = lookup.writes;
    this.lookups.set(call, { ...trace, stored, refused });
    this.onEvent?.('lookup', call);
  }

  onAnswer(call: number, message: Message, rttMs: number): void {
    const { kind, bytes, idStart, errorCode: code } = message;
    const id = kind === Kind.reply ? formatId(bytes, idStart) : '';
    this.answers.set(call, { kind, id, rttMs, code });
    this.onEvent?.('answer', call);
  }

  onSilence(call: number): void {
    this.silences.push(call);
    this.onEvent?.('silence', call);
  }

  onForeign: (contacts: readonly Address[]) => void = () => {};

  onJoin(answered: number): void {
    this.joins.push(answered);
    this.onEvent?.('join', 0);
  }
}

/** An address without a node: it sends any bytes and keeps what it gets. */
export class Stranger {
  readonly address: Address;
  readonly id: Uint8Array;
  readonly inbox: Datagram[] = [];
  /** Return values of the reply to a query, or nothing for silence. The id is added when missing. */
  onQuery: ((query: Dictionary, from: Address) => Dictionary | null) | null = null;
  readonly #world: SmallWorld;
  #asked = 0;

  constructor(world: SmallWorld, address: Address, id: Uint8Array) {
    this.#world = world;
    this.address = address;
    this.id = id;
  }

  /** Answers every query with its id and nothing else. */
  polite(): this {
    this.onQuery = () => ({});
    return this;
  }

  send(to: Address, message: Uint8Array | Encodable): void {
    const bytes = message instanceof Uint8Array ? message : encode(message);
    this.#world.carry(this.address, to, bytes, bytes.length);
  }

  /** Sends bytes and waits; all that came back, queries of the other side apart. */
  exchange(to: Address, message: Uint8Array | Encodable): Dictionary[] {
    const before = this.inbox.length;
    this.send(to, message);
    this.#world.run(2 * this.#world.latencyMs[1]);
    const came = this.inbox.slice(before).map((datagram) => decode(datagram.bytes) as Dictionary);
    return came.filter((message) => text(message['y']) !== 'q');
  }

  /** Sends one query and waits for its reply or error; null when none came. */
  ask(to: Address, q: string, a: { readonly [key: string]: Encodable }): Dictionary | null {
    const t = Uint8Array.of(0x61, ++this.#asked >>> 8, this.#asked & 255);
    const came = this.exchange(to, { t, y: 'q', q, a: { id: this.id, ...a } });
    return came.find((message) => hex(message['t']) === hex(t)) ?? null;
  }

  /** The messages that came, decoded. */
  get messages(): Dictionary[] {
    return this.inbox.map((datagram) => decode(datagram.bytes) as Dictionary);
  }

  /** The queries that came. */
  get queries(): Dictionary[] {
    return this.messages.filter((message) => text(message['y']) === 'q');
  }

  receive(datagram: Datagram): void {
    this.inbox.push(datagram);
    if (!this.onQuery) return;
    const message = decode(datagram.bytes) as Dictionary;
    if (text(message['y']) !== 'q') return;
    const values = this.onQuery(message, datagram.from);
    if (!values) return;
    this.send(datagram.from, { t: message['t'], y: 'r', r: { id: this.id, ...values } });
  }
}

export class SmallWorld {
  now: number = START_MS;
  readonly random: SeededRandom;
  readonly shared: MainlineShared;
  readonly host: Host;
  readonly latencyMs: readonly [number, number];
  loss: number;
  readonly residents: Resident[] = [];
  /** Every datagram sent so far, lost ones included; the last ones only when `keeps` is finite. */
  readonly sent: Datagram[] = [];
  keeps = Infinity;
  sentCount = 0;
  readonly #address: (n: number) => Address;
  readonly #settings: Settings;
  readonly #strangers = new Map<Address, Stranger>();
  readonly #byAddress = new Map<Address, Resident>();
  readonly #flights: Flight[] = [];
  readonly #hash = createHash('sha1');
  readonly #wire: SeededRandom;
  #order = 0;

  constructor(options: WorldOptions = {}) {
    const { seed = 1, latencyMs = [10, 10], loss = 0, address = onLoopback } = options;
    this.random = new SeededRandom(seed, 1);
    this.#wire = new SeededRandom(seed, 2);
    this.shared = new MainlineShared(new SeededRandom(seed, 3), sha1, verify, {}, isV6(address(0)));
    this.latencyMs = latencyMs;
    this.loss = loss;
    this.#address = address;
    this.#settings = {
      ...DEFAULTS,
      table: (owner) => new KBuckets(owner),
      handler: answerQuery,
      ...options.settings,
    };
    this.host = { send: (from, to, bytes, length) => this.carry(from, to, bytes, length) };
  }

  randomId(): Uint8Array {
    const id = new Uint8Array(20);
    fillRandom(this.random, id, 0, 20);
    return id;
  }

  open(
    settings: Partial<Settings> = {},
    id: Uint8Array = this.randomId(),
    address: Address = this.#address(this.residents.length),
    register: Register | null = null,
  ): Resident {
    const resident = new Resident(this, { ...this.#settings, ...settings }, id, address, register);
    this.residents.push(resident);
    this.#byAddress.set(address, resident);
    return resident;
  }

  stranger(address: Address, id: Uint8Array = this.randomId()): Stranger {
    const stranger = new Stranger(this, address, id);
    this.#strangers.set(address, stranger);
    return stranger;
  }

  /** The wire: copies the bytes, loses some of them, delivers the others later. */
  carry(from: Address, to: Address, bytes: Uint8Array, length: number): void {
    if (length > bytes.length) throw new RangeError(`a datagram of ${length} in ${bytes.length}`);
    const copy = bytes.slice(0, length);
    this.#hash.update(`${this.now} ${from} ${to} `).update(copy);
    this.sentCount++;
    if (this.keeps > 0) this.sent.push({ atMs: this.now, from, to, bytes: copy });
    if (this.sent.length > this.keeps) this.sent.shift();
    if (this.#wire.uint32() < this.loss * 0x100000000) return;
    if (this.#byAddress.get(from)?.linked === false) return;
    const [least, most] = this.latencyMs;
    const atMs = this.now + least + randomBelow(this.#wire, most - least + 1);
    this.#insert({ atMs, order: this.#order++, from, to, bytes: copy });
  }

  /** A fingerprint of every datagram so far, with its time. */
  get fingerprint(): string {
    return this.#hash.copy().digest('hex');
  }

  run(durationMs: number): void {
    const end = this.now + durationMs;
    for (let next = this.#next(); next <= end; next = this.#next()) {
      this.now = next;
      this.#deliver();
      for (const resident of this.residents) {
        if (!resident.alive || resident.node.deadline > this.now) continue;
        resident.ticks++;
        resident.node.tick(this.now);
      }
    }
    this.now = end;
  }

  /** Runs until something holds, looked at every 10 ms of its time. */
  runUntil(holds: () => boolean, limitMs: number): void {
    const end = this.now + limitMs;
    while (!holds()) {
      if (this.now >= end) throw new Error(`it did not come to pass within ${limitMs} ms`);
      this.run(10);
    }
  }

  /** When something happens next. */
  #next(): number {
    let next = this.#flights[0]?.atMs ?? Infinity;
    for (const { alive, node } of this.residents) {
      if (alive && node.deadline < next) next = node.deadline;
    }
    return next;
  }

  #deliver(): void {
    while (this.#flights.length > 0 && this.#flights[0].atMs <= this.now) {
      const { from, to, bytes } = this.#takeFirst();
      this.#strangers.get(to)?.receive({ atMs: this.now, from, to, bytes });
      const resident = this.#byAddress.get(to);
      if (!resident?.alive || !resident.linked) continue;
      resident.node.receive(this.now, from, bytes, 0, bytes.length);
    }
  }

  // A binary heap, earliest first; of two at the same time the one sent first.

  #insert(flight: Flight): void {
    const heap = this.#flights;
    let place = heap.push(flight) - 1;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (before(heap[parent], flight)) break;
      heap[place] = heap[parent];
      place = parent;
    }
    heap[place] = flight;
  }

  #takeFirst(): Flight {
    const heap = this.#flights;
    const first = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (before(last, heap[child])) break;
      heap[place] = heap[child];
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

function before(a: Flight, b: Flight): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** XOR distance as a number to compare by. */
export function distance(a: Uint8Array, b: Uint8Array): bigint {
  let sum = 0n;
  for (let i = 0; i < 20; i++) sum = (sum << 8n) | BigInt(a[i] ^ b[i]);
  return sum;
}

export function byDistanceTo(target: Uint8Array): (a: Uint8Array, b: Uint8Array) => number {
  return (a, b) => {
    const nearer = distance(a, target) - distance(b, target);
    return nearer < 0n ? -1 : nearer > 0n ? 1 : 0;
  };
}
