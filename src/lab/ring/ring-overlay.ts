/**
 * The ring overlay: the product's `RingNode`s in a world, on its streams and disks. Node i is a process
 * at the i-th address, with one or more identities on the circle (circle.ts).
 *
 *     members ── warm: true neighbours and fingers, as after a long calm ──▶ in the ring from the start
 *     others  ── join(node, ways): by protocol ──▶ … ── leave(node): by protocol ──▶ gone
 *                                                   └─ crash(node) ── restart(node, ways, hasMemory)
 *
 * All nodes share one table of members, one set of buffers, one source of chance and one set of
 * counters; what each has of its own is its state. Machines of those who never joined are not made.
 */

import type { Address } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import type { MemoryStore } from '../../core/memory-store.ts';
import { SeededRandom } from '../../core/random.ts';
import type { Identity } from '../../ring/circle/identity.ts';
import type { Sha1 } from '../../ring/circle/member.ts';
import { RingCounters } from '../../ring/counters.ts';
import { RingNode } from '../../ring/node.ts';
import type { RingEvent, RingObserver, RingOutcome, RingStep } from '../../ring/outcome.ts';
import type { RingSettings } from '../../ring/settings.ts';
import { RingShared } from '../../ring/shared.ts';
import type { Overlay } from '../overlay.ts';
import { SeedStream } from '../seed.ts';
import { type DiskModel, Disks } from '../streams/disk.ts';
import { World } from '../world.ts';
import type { WorldOptions } from '../world-state.ts';
import { Calm, type FingerRule } from './calm.ts';
import { Circle, type Place } from './circle.ts';
import { type RingInside, RingOracle } from './ring-oracle.ts';
import { SkewedMachine } from './skewed-machine.ts';
import { entitle } from './warm-titles.ts';

/** Hears what each node has to say. */
export interface RingWatcher {
  onOutcome(node: number, call: number, outcome: RingOutcome): void;
  onEvent(node: number, event: RingEvent): void;
  /** Each step of each command; nobody pays for it where it is left out. */
  onStep?(node: number, call: number, step: RingStep): void;
  /** `leave` has come to its end, in good order or not, and with it the process. */
  onLeft?(node: number): void;
}

export interface RingOptions {
  /** One for all, or each node's own. */
  settings: RingSettings | ((node: number) => RingSettings);
  /** Places on the circle of each node. Default 1. */
  identities?: number;
  /** Nodes 0 to `members` - 1 are in the ring from the beginning. Default: all. */
  members?: number;
  disk?: DiskModel;
  /** What members know from the beginning. */
  warm?: WarmModel;
  sha1: Sha1;
}

export interface WarmModel {
  /** Processes in the lists of neighbours. Default: as many as the settings say. */
  successors?: number;
  predecessors?: number;
  /** What a finger points at. Default `owners`. */
  fingers?: FingerRule;
  /**
   * Chord's choice of fingers: of so many nodes from each on, the nearest by the latency of the network of those
   * before a key. Default 1: there is no choice.
   */
  nearestOf?: number;
  /**
   * Nodes that have died since, all at once and without a word. The others know of it only what they
   * must to say whose a key is: each begins its list with the first one that lives. The rest of the
   * lists and all fingers are as they were.
   */
  dead?: readonly number[];
}

/** The call of a leave, of which the overlay itself hears. */
const LEAVE = -1;

export class RingOverlay implements Overlay, RingInside {
  readonly count: number;
  readonly world: World;
  readonly circle: Circle;
  readonly oracle: RingOracle;
  readonly counters: RingCounters = new RingCounters();
  readonly disks: Disks;
  readonly #shared: RingShared;
  readonly #nodes: (RingNode | undefined)[];
  /** Those whose clocks are wrong. */
  readonly #skewed = new Map<number, SkewedMachine>();
  readonly #random: SeededRandom;
  readonly #settingsOf: (node: number) => RingSettings;
  readonly #watcher: RingWatcher;
  readonly #sha1: Sha1;
  /** Called in an event of its own, when no call into the node is under way. */
  readonly #ending: number;

  constructor(world: World, options: RingOptions, watcher: RingWatcher) {
    const { settings, identities = 1, members = world.count, disk = {}, warm = {} } = options;
    this.count = world.count;
    this.world = world;
    this.#watcher = watcher;
    this.#sha1 = options.sha1;
    this.#settingsOf = typeof settings === 'function' ? settings : () => settings;
    this.#random = new SeededRandom(world.seed, SeedStream.nodes);
    this.#shared = new RingShared(options.sha1, 2 * world.count * identities);
    const places = new SeededRandom(world.seed, SeedStream.ids);
    this.circle = new Circle(world.count, identities, this.#shared.members, places);
    this.#nodes = new Array<RingNode | undefined>(world.count);
    this.oracle = new RingOracle(this);
    world.inhabit(this);
    const diskRandom = new SeededRandom(world.seed, SeedStream.disks);
    this.disks = new Disks(world, disk, diskRandom, (node) => this.machine(node));
    this.#ending = world.subscribe((node) => this.#end(node));
    this.#warm(members, warm);
  }

  addressOf(node: number): Address {
    return this.circle.addressOf(node, 0);
  }

  nodeAt(address: Address): number {
    return this.circle.nodeAt(address);
  }

  machine(node: number): RingNode | SkewedMachine {
    if (this.#skewed.size > 0) return this.#skewed.get(node) ?? this.node(node);
    return this.node(node);
  }

  datagrams(): null {
    return null;
  }

  streams(node: number): RingNode | SkewedMachine {
    return this.machine(node);
  }

  /**
   * The machine of a node that has begun, to be given commands, at `nowAt(node)`; `world.arm(node)`
   * after each.
   */
  node(node: number): RingNode {
    const machine = this.#nodes[node];
    assert(machine !== undefined, 'the node has begun');
    return machine;
  }

  /** The time on a node's own clock. */
  nowAt(node: number): number {
    return this.world.now + (this.#skewed.get(node)?.aheadMs ?? 0);
  }

  /** The clock of a node jumps forwards, under a process that runs or stands still. */
  jumpClock(node: number, byMs: number): void {
    this.#clockOf(node).jump(byMs);
    if (this.world.alive[node] === 1) this.world.arm(node);
  }

  #clockOf(node: number): SkewedMachine {
    const known = this.#skewed.get(node);
    if (known) return known;
    const skewed = new SkewedMachine(this.node(node), 0);
    this.#skewed.set(node, skewed);
    return skewed;
  }

  hasBegun(node: number): boolean {
    return this.#nodes[node] !== undefined;
  }

  /** The identity at a place; null where nobody ever stood. */
  identityAt(place: Place): Identity | null {
    const machine = this.#nodes[this.circle.nodeOf(place)];
    return machine?.identities[this.circle.identityOf(place)] ?? null;
  }

  storeOf(node: number): MemoryStore {
    return this.disks.storeOf(node);
  }

  /** Where an address would stand on the circle. */
  hashOf(address: Address): Uint8Array {
    return this.#shared.members.hashOf(address);
  }

  /** A node that has never begun will live at addresses of its choice, one for each identity. */
  move(node: number, addresses: readonly Address[]): void {
    assert(!this.hasBegun(node), 'who chooses another address has not begun');
    assert(addresses.length === this.circle.identities, 'each identity has an address');
    for (const [identity, address] of addresses.entries()) {
      this.circle.move(node, identity, address, this.#shared.members);
    }
  }

  // What befalls nodes.

  /**
   * A new process joins through `ways`; without any it is a ring of its own. Its clock is `aheadMs` ahead
   * of the world's, or behind.
   */
  join(node: number, ways: readonly Address[], aheadMs = 0): void {
    assert(this.world.alive[node] === 0, 'who joins is not there yet');
    this.#born(node, aheadMs);
    this.world.start(node);
    this.node(node).start(this.nowAt(node), ways);
    this.world.arm(node);
  }

  /** Hands its arcs over, tells its neighbours, and ends. */
  leave(node: number): void {
    this.node(node).leave(this.nowAt(node), LEAVE);
    this.world.arm(node);
  }

  /** Its process dies at once; what was durable on its disk stays there. */
  crash(node: number): void {
    this.world.stop(node);
    this.disks.crash(node);
  }

  /** Its host goes without a word: nobody is told that its streams are over. */
  vanish(node: number): void {
    this.world.stop(node, 'silent');
    this.disks.crash(node);
  }

  /** Stands still, as a process that was stopped or a laptop whose lid was closed. */
  pause(node: number): void {
    this.world.stop(node, 'silent');
  }

  /** @param timelessMs how much of the pause its clock has missed, as that of a virtual machine does. */
  resume(node: number, timelessMs = 0): void {
    if (timelessMs > 0) this.#clockOf(node).standStill(timelessMs);
    this.world.start(node);
  }

  /** A new process on the same address, with what its disk kept or with a new disk. */
  restart(node: number, ways: readonly Address[], hasMemory: boolean, aheadMs = 0): void {
    this.world.stop(node);
    this.disks.crash(node);
    if (!hasMemory) this.disks.wipe(node);
    this.join(node, ways, aheadMs);
  }

  #end(node: number): void {
    if (this.world.alive[node] === 0) return;
    this.node(node).close(this.nowAt(node));
    this.crash(node);
    this.#watcher.onLeft?.(node);
  }

  #born(node: number, aheadMs = 0): void {
    const { circle } = this;
    const addresses: Address[] = [];
    for (let i = 0; i < circle.identities; i++) addresses.push(circle.addressOf(node, i));
    this.#nodes[node] = new RingNode(
      {
        host: this.world.streamHost,
        store: this.disks.storeOf(node),
        random: this.#random,
        sha1: this.#sha1,
        counters: this.counters,
        shared: this.#shared,
      },
      this.#settingsOf(node),
      addresses,
      new Ear(this, node),
    );
    if (aheadMs === 0) this.#skewed.delete(node);
    else this.#skewed.set(node, new SkewedMachine(this.node(node), aheadMs));
  }

  /** @internal */
  heard(node: number, call: number, outcome: RingOutcome): void {
    if (call === LEAVE) this.world.schedule(this.world.now, this.#ending, node, 0);
    else this.#watcher.onOutcome(node, call, outcome);
  }

  /** @internal */
  told(node: number, event: RingEvent): void {
    this.#watcher.onEvent(node, event);
  }

  /** @internal Null: nobody looks on. */
  get stepped(): ((node: number, call: number, step: RingStep) => void) | null {
    const watcher = this.#watcher;
    if (watcher.onStep === undefined) return null;
    return (node, call, step) => {
      if (call !== LEAVE) watcher.onStep?.(node, call, step);
    };
  }

  // What a long calm makes of a ring.

  #warm(members: number, model: WarmModel): void {
    const { circle, world } = this;
    const isDead = new Uint8Array(this.count);
    for (const node of model.dead ?? []) isDead[node] = 1;
    for (let node = 0; node < members; node++) {
      if (isDead[node] === 1) continue;
      this.#born(node);
      world.start(node, true);
    }
    const calm = new Calm(circle, members);
    for (let place = 0; place < circle.count; place++) {
      const node = circle.nodeOf(place);
      if (node < members && isDead[node] === 0) this.#place(node, place, calm, model, isDead);
    }
    entitle(this, members, isDead);
    for (let node = 0; node < members; node++) {
      if (isDead[node] === 0) world.arm(node);
      // Its host is gone: nobody refuses a connection there.
      else world.streams.stopped(node, true);
    }
  }

  #place(
    node: number,
    place: Place,
    calm: Calm,
    model: WarmModel,
    isDead: Readonly<Uint8Array>,
  ): void {
    const { circle } = this;
    const machine = this.node(node);
    const { successors = machine.listProcesses, predecessors = machine.listProcesses } = model;
    const all = calm.neighbours(place, successors, 1);
    const first = all.findIndex((other) => isDead[circle.nodeOf(other)] === 0);
    const next = first < 0 ? [] : all.slice(first);
    const previous = calm.neighbours(place, predecessors, -1);
    const { latency } = this.world.network;
    const wayMs = (to: Place): number => latency.between(node, circle.nodeOf(to));
    const { nearestOf = 1 } = model;
    const rule = model.fingers ?? 'owners';
    const { fingers, bits } = calm.fingers(place, all.at(-1), rule, nearestOf, wayMs);
    const addresses = (places: readonly Place[]) => places.map((other) => calm.addressAt(other));
    machine.startWarm(
      this.world.now,
      circle.identityOf(place),
      addresses(next),
      addresses(previous),
      addresses(fingers),
      bits,
    );
  }
}

/** One node's observer. */
class Ear implements RingObserver {
  readonly #overlay: RingOverlay;
  readonly #node: number;
  readonly onStep?: (call: number, step: RingStep) => void;

  constructor(overlay: RingOverlay, node: number) {
    this.#overlay = overlay;
    this.#node = node;
    const { stepped } = overlay;
    if (stepped) this.onStep = (call, step) => stepped(node, call, step);
  }

  onOutcome(call: number, outcome: RingOutcome): void {
    this.#overlay.heard(this.#node, call, outcome);
  }

  onEvent(event: RingEvent): void {
    this.#overlay.told(this.#node, event);
  }
}

/** A world with its ring nodes in it. */
export function ringWorld(options: WorldOptions & RingOptions, watcher: RingWatcher): RingOverlay {
  return new RingOverlay(new World(options), options, watcher);
}
