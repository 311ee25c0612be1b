/**
 * Hosts with addresses of both families (BEP 32): each is a node of two networks, with an id, a table and
 * stores in either, as a host of the real one is (`openMultihomed`). The two look at each other, and find each
 * other's way in, by the same code (mainline/kin.ts).
 *
 *                ┌─ 16.0.0.7:6881            a node of IPv4 ─ its own id, table, requests
 *     host 7 ────┤        ⇅ sibling
 *                └─ [2001:db8:0:7::1]:6881   a node of IPv6 ─ its own id, table, requests
 *
 * It is one world: who is up, how long ways are and what is lost on them are affairs of hosts, whose numbers
 * both families use. What is asked of one family is asked of its `MainlineOverlay`. The n-th smallest id of one
 * is nobody's n-th smallest of the other: ids are two draws.
 */
import { type Address, isV6 } from '../../core/address.ts';
import type { Machine } from '../../core/host.ts';
import { randomBelow, SeededRandom } from '../../core/random.ts';
import { Kin } from '../../mainline/kin.ts';
import type { MainlineNode } from '../../mainline/node.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import type { Life } from '../life/life.ts';
import type { NetworkModel } from '../network/network-model.ts';
import type { Overlay } from '../overlay.ts';
import { SeedStream } from '../seed.ts';
import { World } from '../world.ts';
import { START_MS } from '../world-state.ts';
import { MainlineOverlay } from './mainline-overlay.ts';
import { Population } from './population.ts';
import { beginningOf, isWarm, type LivingOptions, lifeOf } from './start.ts';

/** Something of each family: of IPv4, of IPv6. */
export type EachFamily<Thing> = readonly [Thing, Thing];

export interface DualStackOptions extends LivingOptions {
  network: NetworkModel & { family: 'both' };
}

export interface LivingDualStack {
  stack: DualStack;
  life: Life;
  joiningMs: number;
}

/** A world of such hosts, and their life. @param observers what becomes of the commands of each family's nodes */
export function livingDualStack(
  options: DualStackOptions,
  observers: EachFamily<MainlineObserver>,
): LivingDualStack {
  const residents = new Residents(options);
  const beginning = beginningOf(options, (node) => residents.keyOf(node));
  const up = isWarm(options) ? beginning.isUp : new Uint8Array(beginning.isUp.length);
  const stack = new DualStack(new World(options), residents, up, options, observers);
  return { stack, ...lifeOf(stack, beginning, options) };
}

/** The same where all are up, and what befalls them is somebody else's to begin. */
export function dualStackWorld(
  options: DualStackOptions,
  observers: EachFamily<MainlineObserver>,
): DualStack {
  const { nodes, founders = nodes } = options;
  const up = new Uint8Array(founders).fill(1);
  return new DualStack(new World(options), new Residents(options), up, options, observers);
}

/** Who has addresses of which families, and what ids follow them. */
class Residents {
  readonly populations: EachFamily<Population>;
  /** Of all chance in the network of IPv6: it has the streams that the world's own seed has in the other. */
  readonly seed6: number;
  readonly #orders: EachFamily<Uint32Array>;

  constructor({ seed, nodes, founders = nodes, network }: DualStackOptions) {
    const random = new SeededRandom(seed, SeedStream.families);
    this.seed6 = random.uint32();
    const { ipv4Only = 0, ipv6Only = 0 } = network;
    const members = [new Uint8Array(nodes), new Uint8Array(nodes)] as const;
    for (let node = 0; node < nodes; node++) {
      const unit = random.uint32() / 0x100000000;
      if (unit >= ipv6Only) members[0][node] = 1;
      if (unit < ipv6Only || unit >= ipv6Only + ipv4Only) members[1][node] = 1;
    }
    const [order4, order6] = members.map((has) => numbersOf(has, founders));
    shuffle(order6, random);
    this.#orders = [order4, order6];
    const seeds = [seed, this.seed6].map((own) => new SeededRandom(own, SeedStream.ids));
    this.populations = [
      new Population(nodes, seeds[0], founders, null, { order: order4, members: members[0] }),
      new Population(nodes, seeds[1], founders, null, {
        ...{ isV6: true, order: order6, members: members[1] },
      }),
    ];
  }

  /** What tells a host from all others. */
  keyOf(node: number): number {
    const [v4, v6] = this.populations;
    return (v4.has(node) ? v4 : v6).keyOf(node);
  }

  /** Of a family those who are up, in the order of their ids; null: all. */
  amongUp(family: 0 | 1, isUp: Uint8Array): Uint32Array | null {
    const order = this.#orders[family];
    const up = order.filter((node) => isUp[node] === 1);
    return up.length < order.length ? up : null;
  }
}

function numbersOf(has: Uint8Array, founders: number): Uint32Array {
  const numbers = new Uint32Array(founders);
  let count = 0;
  for (let node = 0; node < founders; node++) if (has[node] === 1) numbers[count++] = node;
  return numbers.slice(0, count);
}

function shuffle(numbers: Uint32Array, random: SeededRandom): void {
  for (let i = numbers.length - 1; i > 0; i--) {
    const other = randomBelow(random, i + 1);
    const number = numbers[i];
    numbers[i] = numbers[other];
    numbers[other] = number;
  }
}

export class DualStack implements Overlay {
  readonly isDualStack = true;
  readonly count: number;
  readonly world: World;
  /** The nodes of each family, under the numbers of their hosts. */
  readonly families: EachFamily<MainlineOverlay>;
  readonly #both = new BothNodes();
  /** Of hosts whose nodes have found each other's way in, or joined while the world ran. */
  readonly #kin = new Map<number, EachFamily<Kin>>();

  /** @param isUp 1 for each host that is there from the beginning, with warm tables */
  constructor(
    world: World,
    residents: Residents,
    isUp: Uint8Array,
    options: DualStackOptions,
    observers: EachFamily<MainlineObserver>,
  ) {
    this.world = world;
    this.count = world.count;
    const overlayOf = (family: 0 | 1): MainlineOverlay =>
      new MainlineOverlay(
        world,
        residents.populations[family],
        {
          ...options,
          members: residents.amongUp(family, isUp),
          ownSeed: family === 0 ? world.seed : residents.seed6,
        },
        this.#hearing(family, observers[family]),
      );
    this.families = [overlayOf(0), overlayOf(1)];
    this.families[0].pair(this.families[1]);
    world.inhabit(this);
    for (const [node, up] of isUp.entries()) if (up === 1) this.#wake(node, options.upkeep);
  }

  #wake(node: number, upkeep: boolean): void {
    if (upkeep) for (const family of this.familiesOf(node)) family.node(node).rest(START_MS);
    this.world.start(node, !upkeep);
  }

  /** Those that a host has an address of, IPv4 first. */
  familiesOf(node: number): MainlineOverlay[] {
    return this.families.filter(({ population }) => population.has(node));
  }

  /** Bytes of all columns. */
  get byteLength(): number {
    const [v4, v6] = this.families;
    return v4.byteLength + v6.byteLength - this.world.byteLength;
  }

  // What a world asks.

  addressOf(node: number): Address {
    return this.familiesOf(node)[0].addressOf(node);
  }

  nodeAt(address: Address): number {
    return this.families[isV6(address) ? 1 : 0].nodeAt(address);
  }

  machine(node: number): Machine {
    return this.datagrams(node);
  }

  datagrams(node: number): Machine {
    const [v4, v6] = this.families;
    const both = this.#both;
    both.node = node;
    both.v4 = v4.population.has(node) ? v4.machine(node) : null;
    both.v6 = v6.population.has(node) ? v6.machine(node) : null;
    // Machines are on loan: whose sibling one was may be another host's by now.
    if (both.v4 !== null) both.v4.sibling = both.v6;
    if (both.v6 !== null) both.v6.sibling = both.v4;
    return both;
  }

  streams(): null {
    return null;
  }

  /** From now on it is counted what arrives at each family of each host; by family, by host. */
  countArrivals(): EachFamily<Uint32Array> {
    this.#both.arrivals ??= [new Uint32Array(this.count), new Uint32Array(this.count)];
    return this.#both.arrivals;
  }

  // What life asks.

  keyOf(node: number): number {
    return this.familiesOf(node)[0].keyOf(node);
  }

  crash(node: number): void {
    this.world.stop(node);
  }

  /** A new process with new nodes; each joins through the doors that have an address of its family. */
  restart(node: number, doors: readonly Address[], hasMemory: boolean): void {
    const families = this.familiesOf(node);
    const hosts = doors.map((door) => this.nodeAt(door));
    const known = families.map((family) => {
      const own = hosts.filter((host) => family.population.has(host));
      const addresses = own.map((host) => family.addressOf(host));
      return family.renew(node, addresses, hasMemory);
    });
    this.#kin.delete(node);
    this.world.start(node);
    if (families.length === 1) families[0].node(node).join(this.world.now, known[0]);
    else this.#joinBoth(node, known);
    this.world.arm(node);
  }

  /** As `openMultihomed` does it: each joins by itself, then they meet. */
  #joinBoth(node: number, known: readonly (readonly Address[])[]): void {
    const kin = this.#newKin(node);
    for (const [i, one] of kin.entries()) one.join(known[i]);
    kin[0].meet(kin[1]);
    kin[1].meet(kin[0]);
  }

  // How each helps the other family.

  #newKin(node: number): EachFamily<Kin> {
    const { world } = this;
    const [v4, v6] = this.families.map(
      (family) =>
        new Kin(
          family.node(node),
          () => world.now,
          (addresses) => {
            family.node(node).join(world.now, addresses);
            world.arm(node);
          },
        ),
    );
    this.#kin.set(node, [v4, v6]);
    return [v4, v6];
  }

  /** A host that was there from the beginning: its nodes know each other already. */
  #oldKin(node: number): EachFamily<Kin> {
    const kin = this.#newKin(node);
    kin[0].know(kin[1]);
    kin[1].know(kin[0]);
    return kin;
  }

  /** The observer of a family, who tells of contacts of the other, too. */
  #hearing(family: 0 | 1, observer: MainlineObserver): MainlineObserver {
    return {
      onPeer: (call, peer) => observer.onPeer(call, peer),
      onLookup: (call, lookup) => observer.onLookup(call, lookup),
      onAnswer: (call, message, rttMs, from) => observer.onAnswer(call, message, rttMs, from),
      onSilence: (call, wasSent) => observer.onSilence(call, wasSent),
      onJoin: (answered) => observer.onJoin(answered),
      onForeign: (contacts) => {
        const { hearer } = this.#both;
        const kin = this.#kin.get(hearer) ?? this.#oldKin(hearer);
        kin[family].handOn(contacts);
      },
    };
  }
}

/** The nodes of one host as one machine, to be used at once: it is another host's later. */
class BothNodes implements Machine {
  node = -1;
  v4: MainlineNode | null = null;
  v6: MainlineNode | null = null;
  /** The host that is hearing something. */
  hearer = -1;
  /** How much arrived, by family and host, once somebody wants to know. */
  arrivals: EachFamily<Uint32Array> | null = null;

  get deadline(): number {
    return Math.min(this.v4?.deadline ?? Infinity, this.v6?.deadline ?? Infinity);
  }

  receive(now: number, from: Address, bytes: Uint8Array, start: number, end: number): void {
    this.hearer = this.node;
    const isOfV6 = isV6(from);
    if (this.arrivals !== null) this.arrivals[isOfV6 ? 1 : 0][this.node]++;
    const machine = isOfV6 ? this.v6 : this.v4;
    machine?.receive(now, from, bytes, start, end);
  }

  tick(now: number): void {
    // What one says may have somebody look at another host meanwhile.
    const { v4, v6 } = this;
    if (v4 !== null && v4.deadline <= now) v4.tick(now);
    if (v6 !== null && v6.deadline <= now) v6.tick(now);
  }
}
