/**
 * The Mainline overlay: `MainlineNode`s by the million that share what can be shared, with the tables of a converged
 * network, and the oracle that knows what no node does. Node i has the i-th smallest id and, while it
 * was never closed, the contact i + 1; a machine that is made again under its number has them too.
 */

import type { Address } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import type { Sha1 } from '../../core/hash.ts';
import { ID_BYTES } from '../../core/id.ts';
import { SeededRandom } from '../../core/random.ts';
import { Counters } from '../../mainline/counters.ts';
import { TARGET_AT } from '../../mainline/krpc/layouts.ts';
import { MainlineNode } from '../../mainline/node.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import { rowState } from '../../mainline/rows/slab.ts';
import { MainlineShared } from '../../mainline/shared.ts';
import type { MainlineObserver, MainlineWorld, Settings } from '../../mainline/state.ts';
import type { KBuckets } from '../../mainline/table/kbuckets.ts';
import type { TableRows } from '../../mainline/table/table.ts';
import { verify } from '../ed25519.ts';
import type { Overlay } from '../overlay.ts';
import { PREFETCHED, type Prefetch } from '../prefetch.ts';
import { SeedStream } from '../seed.ts';
import { World } from '../world.ts';
import { START_MS, type WorldOptions } from '../world-state.ts';
import { drawsOf } from './draws.ts';
import { Machines } from './machines.ts';
import { Oracle } from './oracle.ts';
import { type Population, populationOf, type Settlement } from './population.ts';
import { rowsPerNode, WarmTables } from './warm.ts';

/** log2 of the requests in flight in the whole world at most: 4 million. */
const SLOT_BITS = 22;
/** Finished lookups kept for the next: 9 KB each. */
const IDLE_LOOKUPS = 4096;

/** Where queries of ours differ from replies: `d1:` and `d2:`. */
const QUERY_MARK = 0x31;

/**
 * Words of a node: its warm table (first row, 0 before it was filled; buckets, contacts), and by what
 * number it is told from others, once it has had a machine.
 */
const Home = { first: 0, parts: 1, contacts: 2, tenant: 3 } as const;
const HOME_WORDS = 4;
/** In place of a first row: it has no warm table any more, or never had one. */
const NO_TABLE = 0xffffffff;

export interface MainlineOptions {
  settings: Settings;
  /** Do nodes look after their tables, or only answer and look up? */
  upkeep: boolean;
  sha1: Sha1;
  /** Nodes whose ids ascend; those after them are latecomers, see `enlist`. Default: all. */
  founders?: number;
  /** Who is there from the beginning, ascending; null or nothing: all founders. */
  members?: Uint32Array | null;
  /** Warm tables take the nearest of so many draws, see `WarmStart`. Default 1. */
  draws?: number;
  /** Ids and addresses; null or nothing: random ids, and addresses one after the other. */
  settlement?: Settlement | null;
  /** Which nodes are read-only (BEP 43); null or nothing: as the settings say. */
  isReadOnly?: ((overlay: MainlineOverlay, node: number) => boolean) | null;
  /** Settings of a node's own, with the same table as all have; null: those of all. */
  settingsOfNode?: ((node: number) => Settings | null) | null;
  /** Whom a node knows at a warm start, in place of what a converged network gave it; null: that. */
  contactsOfNode?: ((node: number) => readonly number[] | null) | null;
  /** Counts each node what passes through it (0.7 KB for each that ever did anything), or all together? */
  counts?: boolean;
  /** Of the streams of chance of these nodes, where a world has two families. Default: the world's. */
  ownSeed?: number;
}

export class MainlineOverlay implements Overlay {
  readonly count: number;
  readonly world: World;
  readonly population: Population;
  readonly oracle: Oracle;
  readonly counters: Counters = new Counters();
  readonly shared: MainlineShared;
  readonly #machines: Machines<MainlineNode>;
  /** What a node is without a machine, see `Home`; together, since all of it is needed at once. */
  readonly #homes: Uint32Array;
  readonly #mainlineWorld: MainlineWorld;
  /** The same with counters of their own, by node; null where all count together. */
  readonly #countedWorlds: Map<number, MainlineWorld> | null;
  readonly #settings: Settings;
  readonly #observer: MainlineObserver;
  readonly #isReadOnly: MainlineOptions['isReadOnly'];
  readonly #readOnlySettings: Settings;
  readonly #settingsOfNode: MainlineOptions['settingsOfNode'];
  /** Of latecomers that are not like all others. */
  readonly #ownSettings = new Map<number, Settings>();
  /** Of each datagram prefetched, the bucket that its target belongs to; 0 for none. */
  readonly #buckets = new Uint32Array(PREFETCHED);
  readonly #rows: TableRows = { first: 0, parts: 0, count: 0 };
  readonly #warm: WarmTables;
  readonly #seed: number;
  /** The same hosts with addresses of the other family, where they have some (dual-stack.ts). */
  #twin: MainlineOverlay | null = null;
  /** The id of the node that is being made. */
  readonly #id = new Uint8Array(ID_BYTES);

  /** Nobody is up yet (`begin`); tables are filled and machines made when they are first touched. */
  constructor(
    world: World,
    population: Population,
    options: MainlineOptions,
    observer: MainlineObserver,
  ) {
    const { count } = world;
    const { settings, ownSeed: seed = world.seed } = options;
    this.count = count;
    this.#seed = seed;
    this.world = world;
    this.#settings = settings;
    this.#observer = observer;
    this.#isReadOnly = options.isReadOnly ?? null;
    this.#settingsOfNode = options.settingsOfNode ?? null;
    this.#readOnlySettings = { ...settings, readOnly: true };
    this.population = population;
    const random = new SeededRandom(seed, SeedStream.nodes);
    const keyOf = (node: number): number => population.keyOf(node);
    const size = {
      contacts: count,
      rows: (world.part?.size ?? count) * rowsPerNode(count, settings) + 1,
      slotBits: SLOT_BITS,
      idleLookups: IDLE_LOOKUPS,
      // Under upkeep each contact was heard at a time of its own.
      fresh: options.upkeep ? 0 : rowState(START_MS, 0),
      ...drawsOf(count, random, keyOf, () => this.shared.turn, SLOT_BITS),
    };
    this.shared = new MainlineShared(random, options.sha1, verify, size, population.isV6);
    this.population.settleIn(this.shared.contacts, new SeededRandom(seed, SeedStream.idTails));
    this.oracle = new Oracle(this.population, world.alive, this.shared.contacts);
    this.#mainlineWorld = {
      shared: this.shared,
      host: world.host,
      counters: this.counters,
      register: null,
    };
    this.#countedWorlds = options.counts === true ? new Map() : null;
    this.#machines = new Machines(
      count,
      (node) => this.#born(node),
      (machine, node) => this.#move(machine, node),
    );
    this.#homes = new Uint32Array(count * HOME_WORDS);
    this.#warm = this.#warmTables(options);
  }

  addressOf(node: number): Address {
    return this.population.addressOf(node);
  }

  keyOf(node: number): number {
    return this.population.keyOf(node);
  }

  nodeAt(address: Address): number {
    return this.population.nodeAt(address);
  }

  machine(node: number): MainlineNode {
    return this.#machines.borrow(node);
  }

  datagrams(node: number): MainlineNode {
    return this.#machines.borrow(node);
  }

  streams(): null {
    return null;
  }

  /**
   * Stage by stage, each over all datagrams: a stage needs what the one before it has read. The sum
   * of what was read means nothing, but no compiler can leave out the reading.
   */
  prefetch(datagrams: Prefetch): number {
    const { count, to, from, bytes, starts } = datagrams;
    const { contacts, slab } = this.shared;
    const contactBytes = contacts.bytes;
    const buckets = this.#buckets;
    const machines = this.#machines;
    const { k } = this.#settings;
    let read = 0;
    for (let i = 0; i < count; i++) {
      read += machines.has(to[i]) ? 1 : this.#homes[to[i] * HOME_WORDS];
      read += contactBytes[(to[i] + 1) * CONTACT_BYTES];
      read += contactBytes[(from[i] + 1) * CONTACT_BYTES];
      read += bytes[i][starts[i]];
    }
    for (let i = 0; i < count; i++) {
      const node = machines.borrow(to[i]);
      read += node.tenant + node.pingCount + (node.table as KBuckets).first;
    }
    // Only now: whoever is touched for the first time has its table filled, and columns grow.
    const { handles } = slab;
    for (let i = 0; i < count; i++) {
      const node = machines.borrow(to[i]);
      const table = node.table as KBuckets;
      const isQuery = bytes[i][starts[i] + 1] === QUERY_MARK;
      const bucket = isQuery ? table.bucketOf(bytes[i], starts[i] + TARGET_AT) : 0;
      const home = table.bucketOf(contactBytes, (from[i] + 1) * CONTACT_BYTES);
      buckets[i] = bucket;
      read += handles[bucket] + handles[bucket + k] + handles[home] + handles[home + k];
      read += slab.stateOf(bucket) + slab.stateOf(home);
      if (!isQuery) read += node.lookups[0]?.prefetched ?? 0;
    }
    for (let i = 0; i < count; i++) {
      const bucket = buckets[i];
      if (bucket === 0) continue;
      for (let row = bucket + 1; row <= bucket + k; row++) {
        read += contactBytes[handles[row] * CONTACT_BYTES];
      }
    }
    return read;
  }

  /** The machine under a number, to be given commands; `world.arm(node)` after each. */
  node(node: number): MainlineNode {
    const machine = this.#machines.own(node);
    if (this.#twin !== null) this.#introduce(node, machine);
    return machine;
  }

  /** The same hosts have addresses of another family, too: their machines look at each other (BEP 32). */
  pair(twin: MainlineOverlay): void {
    this.#twin = twin;
    twin.#twin = this;
  }

  #introduce(node: number, machine: MainlineNode): void {
    const twin = this.#twin!;
    if (!this.population.has(node) || !twin.population.has(node)) return;
    const sibling = twin.#machines.own(node);
    machine.sibling = sibling;
    sibling.sibling = machine;
  }

  /** Every node's id and address, node i at (i + 1) × 26. */
  get contactBytes(): Uint8Array {
    return this.shared.contacts.bytes;
  }

  /** Bytes of all columns; what JavaScript keeps for the node objects comes on top. */
  get byteLength(): number {
    const own = this.#homes.byteLength + this.#machines.byteLength + this.#warm.byteLength;
    return this.shared.byteLength + this.world.byteLength + own;
  }

  /** Ends a node's process at once. What it held stays as it was until it is restarted. */
  crash(node: number): void {
    this.world.stop(node);
  }

  /**
   * A new process under the same id and address. It joins through `bootstrap`; one with memory asks
   * those first whom the crashed one had in its table.
   */
  restart(node: number, bootstrap: readonly Address[], hasMemory: boolean): void {
    if (!this.world.isHere(node)) return this.world.start(node);
    const doors = this.renew(node, bootstrap, hasMemory);
    this.world.start(node);
    this.node(node).join(this.world.now, doors);
    this.world.arm(node);
  }

  /** The same up to where it begins to join. Returns whom it has to ask. */
  renew(node: number, bootstrap: readonly Address[], hasMemory: boolean): readonly Address[] {
    // Of a process that never did anything only the memory matters.
    const before = hasMemory || this.hasBegun(node) ? this.node(node) : null;
    const doors = hasMemory ? [...this.#contactsOf(before!), ...bootstrap] : bootstrap;
    before?.close();
    const home = node * HOME_WORDS;
    this.#homes[home + Home.first] = NO_TABLE; // a new process has an empty table, and is another tenant
    this.#homes[home + Home.tenant] = 0;
    this.#countedWorlds?.delete(node);
    this.#machines.renew(node);
    return doors;
  }

  /**
   * Gives a latecomer that has never begun another id, or settings of its own. It begins by `restart`,
   * as everybody does who is not there from the beginning.
   */
  enlist(node: number, id: Uint8Array | null, settings: Settings | null): void {
    assert(node >= this.population.founders, 'only latecomers are enlisted');
    assert(!this.hasBegun(node), 'who is enlisted has never begun');
    // Residents are found by their address, not by their id: nothing else has to be told.
    if (id) this.shared.contacts.bytes.set(id, (node + 1) * CONTACT_BYTES);
    if (settings) this.#ownSettings.set(node, settings);
  }

  /** Fills all tables that nobody touched yet: what a run of any length comes to take. */
  touchAll(): void {
    const homes = this.#homes;
    for (let node = 0; node < this.count; node++) {
      const home = node * HOME_WORDS;
      if (homes[home + Home.first] === 0 && this.world.isHere(node)) this.#fill(node, home);
    }
  }

  /** Has there ever been a process? Who only looks must not make one. */
  hasBegun(node: number): boolean {
    return this.#homes[node * HOME_WORDS + Home.tenant] !== 0;
  }

  /** What passed through a node since its process began; null where all count together. */
  countersOf(node: number): Counters | null {
    return this.#countedWorlds === null ? null : this.#worldOf(node).counters;
  }

  #worldOf(node: number): MainlineWorld {
    const worlds = this.#countedWorlds;
    if (worlds === null) return this.#mainlineWorld;
    const known = worlds.get(node);
    if (known) return known;
    const own = { ...this.#mainlineWorld, counters: new Counters() };
    worlds.set(node, own);
    return own;
  }

  #born(node: number): MainlineNode {
    const start = (node + 1) * CONTACT_BYTES;
    this.#id.set(this.shared.contacts.bytes.subarray(start, start + ID_BYTES));
    const address = this.population.addressOf(node);
    const rows = this.#rowsOf(node);
    const born = new MainlineNode(
      this.#worldOf(node),
      this.#settingsOf(node),
      this.#id,
      address,
      this.#observer,
      rows,
      this.#tenantOf(node),
    );
    // Who has a warm table has heard of others, and needs no sibling to ask for him.
    if (this.#twin !== null && rows !== null) born.heardAtMs = START_MS - 1;
    born.number = node;
    return born;
  }

  #move(machine: MainlineNode, node: number): void {
    const { population } = this;
    const table = machine.table as KBuckets;
    table.move(node + 1, this.#rowsOf(node));
    const address = population.addressOf(node);
    const settings = this.#settingsOf(node);
    machine.move(settings, node + 1, address, this.#tenantOf(node), this.#worldOf(node));
    machine.number = node;
  }

  #settingsOf(node: number): Settings {
    if (this.#isReadOnly?.(this, node)) return this.#readOnlySettings;
    const chosen = this.#settingsOfNode?.(node) ?? this.#settings;
    if (this.#ownSettings.size === 0) return chosen;
    return this.#ownSettings.get(node) ?? chosen;
  }

  #tenantOf(node: number): number {
    const at = node * HOME_WORDS + Home.tenant;
    this.#homes[at] ||= this.shared.admit();
    return this.#homes[at];
  }

  /** The rows of a warm table, in an object that is used again; null when it has none. */
  #rowsOf(node: number): TableRows | null {
    const home = node * HOME_WORDS;
    if (this.#homes[home + Home.first] === 0) this.#fill(node, home);
    const rows = this.#rows;
    rows.first = this.#homes[home + Home.first];
    if (rows.first === NO_TABLE) return null;
    rows.parts = this.#homes[home + Home.parts];
    rows.count = this.#homes[home + Home.contacts];
    return rows;
  }

  #fill(node: number, home: number): void {
    const filled = this.#warm.fill(node);
    this.#homes[home + Home.first] = filled?.first ?? NO_TABLE;
    this.#homes[home + Home.parts] = filled?.parts ?? 0;
    this.#homes[home + Home.contacts] = filled?.count ?? 0;
  }

  #contactsOf(node: MainlineNode): Address[] {
    const { contacts } = this.shared;
    const addresses: Address[] = [];
    node.table.visit((handle) => addresses.push(contacts.addressOf(handle)));
    return addresses;
  }

  #warmTables({ upkeep, members = null, draws = 1 }: MainlineOptions): WarmTables {
    const { network } = this.world;
    // As it is now: whoever is first touched later has known the others since the start.
    const { latency } = network;
    return new WarmTables({
      shared: this.shared,
      population: this.population,
      members,
      k: this.#settings.k,
      wide: this.#settings.wide,
      draws,
      wayMs: (from, to) => latency.between(from, to),
      nowMs: START_MS,
      upkeep,
      stream: new SeededRandom(this.#seed, SeedStream.tables).uint32(),
    });
  }

  /** Gives a node a table of its choice: as if all of them had just answered, one after the other. */
  #acquaint(node: number, contacts: readonly number[]): void {
    this.#homes[node * HOME_WORDS + Home.first] = NO_TABLE;
    const { table } = this.node(node);
    const { bytes } = this.shared.contacts;
    for (const other of contacts) {
      table.answered(START_MS, bytes, (other + 1) * CONTACT_BYTES, this.addressOf(other));
    }
  }

  /** Moves in, and brings those to life who are there from the beginning. */
  begin({ upkeep, contactsOfNode = null }: MainlineOptions): void {
    this.world.inhabit(this);
    const warm = this.#warm;
    for (let place = 0; place < warm.count; place++) {
      const node = warm.nodeAt(place);
      const contacts = contactsOfNode?.(node) ?? null;
      if (contacts !== null) this.#acquaint(node, contacts);
      if (upkeep && this.world.isHere(node)) this.node(node).rest(START_MS);
      this.world.start(node, !upkeep);
    }
  }
}

/** A world with its Mainline nodes in it. @param population of the same options */
export function mainlineWorld(
  options: WorldOptions & MainlineOptions,
  observer: MainlineObserver,
  population: Population = populationOf(options),
): MainlineOverlay {
  const overlay = new MainlineOverlay(new World(options), population, options, observer);
  overlay.begin(options);
  return overlay;
}
