/**
 * The world: the product's own nodes under virtual time. It owns the clock, the wire and the fate of
 * every datagram; the nodes are `MainlineNode`, the bytes are the ones that go over a real socket.
 *
 *     take the next event ─┬─ a datagram arrives ── node.receive ─┐
 *                          └─ a deadline falls ──── node.tick ────┴─ look at the node's deadline
 *
 * Time jumps from event to event. A node has one entry in the wheel: when its deadline moves closer
 * another is put in and the old one, when it comes, is found to be stale.
 */
import type { Address } from '../core/address.ts';
import { CONTACT_BYTES } from '../core/contacts.ts';
import { Ground } from '../core/ground.ts';
import type { Host } from '../core/host.ts';
import { ID_BYTES } from '../core/id.ts';
import { SeededRandom } from '../core/random.ts';
import { Counters } from '../mainline/counters.ts';
import { type KBuckets, SPARES } from '../mainline/kbuckets.ts';
import { MainlineNode, type MainlineObserver, type MainlineWorld } from '../mainline/node.ts';
import type { Settings } from '../mainline/settings.ts';
import { type Sha1, Tokens } from '../mainline/tokens.ts';
import { Workbench } from '../mainline/workbench.ts';
import { type Latency, type LatencyModel, latencyOf } from './latency.ts';
import { Oracle } from './oracle.ts';
import { Population } from './population.ts';
import { TraceHash } from './trace-hash.ts';
import { fillTables } from './warm.ts';
import { Wheel } from './wheel.ts';
import { Wire } from './wire.ts';

/** Virtual time at the start: an hour, so that contacts can have been heard before it. */
export const START_MS = 3_600_000;
/** log2 of the requests in flight in the whole world at most: 4 million. */
const SLOT_BITS = 22;

/** Finished lookups kept for the next: 10 KB each. */
const IDLE_LOOKUPS = 4096;

/** Streams of the seed. What one part draws changes nothing for the others. */
const Stream = { ids: 1, tables: 2, nodes: 3, wire: 4, latency: 5 } as const;

const Event = { datagram: 1, tick: 2 } as const;

export interface WorldOptions {
  seed: number;
  nodes: number;
  latency: LatencyModel;
  /** Datagrams lost, 0..1. */
  loss: number;
  settings: Settings;
  /** Do nodes look after their tables, or only answer and look up? */
  upkeep: boolean;
  sha1: Sha1;
}

export class World {
  readonly population: Population;
  readonly oracle: Oracle;
  readonly counters: Counters = new Counters();
  readonly wheel: Wheel = new Wheel(START_MS);
  readonly alive: Uint8Array;
  /** Datagrams that arrived, were lost, or went to nobody. */
  delivered = 0;
  lost = 0;
  undeliverable = 0;
  readonly #nodes: MainlineNode[];
  readonly #ground: Ground;
  readonly #wire = new Wire();
  readonly #latency: Latency;
  readonly #lossBelow: number;
  readonly #chance: SeededRandom;
  readonly #armedFor: Float64Array;
  readonly #hash = new TraceHash();

  constructor(options: WorldOptions, observer: MainlineObserver) {
    const { seed, nodes: count, settings } = options;
    this.population = new Population(count, new SeededRandom(seed, Stream.ids));
    this.alive = new Uint8Array(count).fill(1);
    this.#armedFor = new Float64Array(count).fill(Infinity);
    this.#chance = new SeededRandom(seed, Stream.wire);
    this.#latency = latencyOf(options.latency, new SeededRandom(seed, Stream.latency).uint32());
    this.#lossBelow = Math.round(options.loss * 0x100000000);
    const random = new SeededRandom(seed, Stream.nodes);
    const rows = count * rowsPerNode(count, settings.k) + 1;
    this.#ground = new Ground(random, {
      contacts: count,
      rows,
      slotBits: SLOT_BITS,
      idleLookups: IDLE_LOOKUPS,
    });
    this.population.intern(this.#ground.contacts, new SeededRandom(seed, Stream.ids + 16));
    this.oracle = new Oracle(this.population, this.alive, this.#ground.contacts);
    const world: MainlineWorld = {
      ground: this.#ground,
      host: this.#host(),
      workbench: new Workbench(this.#ground),
      tokens: new Tokens(random, options.sha1),
      counters: this.counters,
      register: null,
    };
    this.#nodes = new Array<MainlineNode>(count);
    const id = new Uint8Array(ID_BYTES);
    for (let i = 0; i < count; i++) {
      const start = (i + 1) * CONTACT_BYTES;
      id.set(this.#ground.contacts.bytes.subarray(start, start + ID_BYTES));
      const address = this.population.addressOf(i);
      this.#nodes[i] = new MainlineNode(world, settings, id, address, observer);
    }
    fillTables({
      population: this.population,
      k: settings.k,
      nowMs: START_MS,
      upkeep: options.upkeep,
      random: new SeededRandom(seed, Stream.tables),
      tableOf: (node) => this.#nodes[node]!.table as KBuckets,
    });
    if (options.upkeep) for (let i = 0; i < count; i++) this.#beginUpkeep(i);
  }

  get now(): number {
    return this.wheel.now;
  }

  /** Virtual time since the start. */
  get elapsedMs(): number {
    return this.wheel.now - START_MS;
  }

  /** Every node's id and address, node i at (i + 1) × 26. */
  get contactBytes(): Uint8Array {
    return this.#ground.contacts.bytes;
  }

  get count(): number {
    return this.#nodes.length;
  }

  /** 16 hexadecimal digits that stand for everything that was delivered so far. */
  get traceHash(): string {
    return this.#hash.toString();
  }

  /** Bytes of all columns; what JavaScript keeps for the node objects comes on top. */
  get byteLength(): number {
    return this.#ground.byteLength + this.#wire.byteLength + this.wheel.byteLength;
  }

  node(i: number): MainlineNode {
    return this.#nodes[i]!;
  }

  /** Call after every command given to a node. */
  settle(i: number): void {
    const deadline = Math.ceil(this.#nodes[i]!.deadline);
    if (deadline >= this.#armedFor[i]!) return;
    this.#armedFor[i] = deadline;
    this.wheel.put(deadline, Event.tick, i, 0, 0);
  }

  /** Takes a node out: it neither hears nor says anything any more. */
  crash(i: number): void {
    this.alive[i] = 0;
  }

  /** Handles one event; false when nothing is left to happen before `untilMs`. */
  step(untilMs: number): boolean {
    const { wheel } = this;
    const row = wheel.take(untilMs);
    if (row === 0) return false;
    const a = wheel.a[row]!;
    const b = wheel.b[row]!;
    const c = wheel.c[row]!;
    const isTick = wheel.kind[row] === Event.tick;
    wheel.free(row);
    if (isTick) this.#tick(a);
    else this.#deliver(a, b, c);
    return true;
  }

  /** Runs until `untilMs`, or until `isOver` says so after an event. */
  run(untilMs: number, isOver: () => boolean = () => false): void {
    while (this.step(untilMs)) if (isOver()) return;
  }

  #host(): Host {
    return { send: (from, to, bytes, length) => this.#send(from, to, bytes, length) };
  }

  #send(from: Address, to: Address, bytes: Uint8Array, length: number): void {
    const sender = this.population.nodeAt(from);
    const receiver = this.population.nodeAt(to);
    if (receiver < 0 || this.alive[sender] === 0) {
      this.undeliverable++;
      return;
    }
    if (this.#lossBelow > 0 && this.#chance.uint32() < this.#lossBelow) {
      this.lost++;
      return;
    }
    const atMs = this.wheel.now + this.#latency.between(sender, receiver);
    this.wheel.put(atMs, Event.datagram, receiver, sender, this.#wire.keep(bytes, length));
  }

  #deliver(to: number, from: number, parcel: number): void {
    const wire = this.#wire;
    if (this.alive[to] === 0) {
      this.undeliverable++;
      wire.release(parcel);
      return;
    }
    const bytes = wire.bytes[parcel & 3]!;
    const start = wire.startOf(parcel);
    const length = wire.lengthOf(parcel);
    this.delivered++;
    this.#hash.add(this.wheel.now);
    this.#hash.add(to);
    this.#hash.add(from);
    this.#hash.add((length << 16) ^ (bytes[start + 12]! << 8) ^ bytes[start + 16]!);
    const address = this.population.addressOf(from);
    this.#nodes[to]!.receive(this.wheel.now, address, bytes, start, start + length);
    wire.release(parcel);
    this.settle(to);
  }

  #tick(i: number): void {
    if (this.#armedFor[i] !== this.wheel.now) return; // a closer deadline came before this one
    this.#armedFor[i] = Infinity;
    if (this.alive[i] === 0) return;
    const node = this.#nodes[i]!;
    if (node.deadline <= this.wheel.now) node.tick(this.wheel.now);
    this.settle(i);
  }

  #beginUpkeep(i: number): void {
    this.#nodes[i]!.rest(START_MS);
    this.settle(i);
  }
}

/** Rows that one node takes at most on average: log2(n / k) full buckets, the rest, its spares. */
function rowsPerNode(count: number, k: number): number {
  let buckets = 2;
  for (let size = count; size > k; size /= 2) buckets++;
  return buckets * (k + 1) + SPARES;
}
