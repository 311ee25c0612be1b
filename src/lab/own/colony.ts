/**
 * A colony: a world of machines that somebody else wrote. Whoever has a protocol of his own gives a function
 * that makes a machine, and has the world of the product's nodes for it: latencies and losses, partitions,
 * NATs, churn, schedules of faults, the trace hash, and tables for a recorder.
 *
 *     make(birth) ──▶ machine ── receive, tick ──▶ machine           Machine, StreamMachine of core/host.ts
 *       │                     ◀─ birth.host.send ─
 *       └ who it is, its chance, through whom it joins, what its former process left
 *
 * Node i lives at 16.0.0.0 + i. All who are up at the beginning begin in the same millisecond and know some
 * of the others. A machine is made anew for each process: whoever comes back begins again.
 */
import { type Address, addressOf, ipOf, portOf } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import type { Host, Machine, StreamHost, StreamMachine } from '../../core/host.ts';
import { type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import { type Duration, durationMs } from '../duration.ts';
import { Beginning } from '../life/beginning.ts';
import type { ChurnPlan } from '../life/churn.ts';
import { DOORS, Life, type Mortals } from '../life/life.ts';
import { follow, type Step } from '../life/schedule.ts';
import type { NetworkModel } from '../network/network-model.ts';
import type { Overlay } from '../overlay.ts';
import { SeedStream } from '../seed.ts';
import { World } from '../world.ts';

/** 16.0.0.0, as the product's own nodes have it in the lab. */
const FIRST_IP = 0x10000000;
const PORT = 6881;
/** The chances of each node have a stream of their own, this far apart. */
const NODE_STREAMS = 0x10000;

/** What a machine of one's own has to be: it speaks by datagrams, over streams, or both. */
export type ColonyMachine = Machine | StreamMachine | (Machine & StreamMachine);

/** What a machine is made of. */
export interface Birth<M> {
  readonly node: number;
  readonly address: Address;
  /** Virtual time. */
  readonly now: number;
  /** The way out for datagrams. */
  readonly host: Host;
  /** The way out over streams. */
  readonly streamHost: StreamHost;
  /** Its own: what one node draws changes nothing for the others. */
  readonly random: Random;
  /** Living nodes through which it may join, three where there are so many. */
  readonly doors: readonly Address[];
  /** The machine of its former process, if it had one and comes back with what it remembers. */
  readonly former: M | null;
}

export interface ColonyOptions {
  seed: number;
  nodes: number;
  network: NetworkModel;
  /** As `churnFrom` makes it of what people write. */
  churn?: ChurnPlan | null;
  /** What befalls the world, and when. */
  schedule?: readonly Step[];
  /** Who is up at the beginning. Default: all, or whom churn finds in a session. */
  up?: readonly number[];
  /** The longest datagram. Default 1024. */
  datagramBytes?: number;
}

export class Colony<M extends ColonyMachine> implements Overlay, Mortals {
  readonly count: number;
  readonly world: World;
  readonly life: Life;
  /** Bytes of all datagrams that were sent. */
  sentBytes = 0;
  readonly #make: (birth: Birth<M>) => M;
  readonly #machines: (M | undefined)[];
  readonly #chances: (Random | undefined)[];
  readonly #host: Host;

  constructor(options: ColonyOptions, make: (birth: Birth<M>) => M) {
    const { seed, nodes, network, churn = null, schedule = [], up, datagramBytes } = options;
    this.count = nodes;
    this.world = new World({ seed, nodes, network, ...(datagramBytes && { datagramBytes }) });
    this.#make = make;
    this.#machines = new Array<M | undefined>(nodes);
    this.#chances = new Array<Random | undefined>(nodes);
    const { host } = this.world;
    this.#host = {
      send: (from, to, bytes, length) => {
        this.sentBytes += length;
        host.send(from, to, bytes, length);
      },
    };
    this.world.inhabit(this);
    this.life = this.#begin(churn, up);
    follow(this.life, schedule);
  }

  addressOf(node: number): Address {
    return addressOf(FIRST_IP + node, PORT);
  }

  nodeAt(address: Address): number {
    const node = ipOf(address) - FIRST_IP;
    return node >= 0 && node < this.count && portOf(address) === PORT ? node : -1;
  }

  /** The machine of a node that has begun. */
  machine(node: number): M {
    const machine = this.#machines[node];
    assert(machine !== undefined, 'the node has begun');
    return machine;
  }

  hasBegun(node: number): boolean {
    return this.#machines[node] !== undefined;
  }

  isAlive(node: number): boolean {
    return this.world.alive[node] === 1;
  }

  datagrams(node: number): Machine | null {
    const machine = this.machine(node);
    return 'receive' in machine ? machine : null;
  }

  streams(node: number): StreamMachine | null {
    const machine = this.machine(node);
    return 'arrived' in machine ? machine : null;
  }

  /** Gives a living node's machine a command, and sees to what it wants then. */
  tell<T>(node: number, command: (machine: M, now: number) => T): T {
    assert(this.isAlive(node), 'who is told something is alive');
    const answer = command(this.machine(node), this.world.now);
    this.world.arm(node);
    return answer;
  }

  /** Lets virtual time pass: ms, or text such as '10 min'. */
  run(duration: Duration): void {
    this.world.run(this.world.now + durationMs(duration));
  }

  /** Calls `act` every so often, from one period from now on. */
  every(period: Duration, act: (now: number) => void): void {
    const { world } = this;
    const periodMs = Math.max(1, durationMs(period, 'period'));
    const again = world.subscribe(() => {
      world.schedule(world.now + periodMs, again, 0, 0);
      act(world.now);
    });
    world.schedule(world.now + periodMs, again, 0, 0);
  }

  crash(node: number): void {
    this.world.stop(node);
  }

  restart(node: number, doors: readonly Address[], hasMemory: boolean): void {
    this.#born(node, doors, hasMemory ? (this.#machines[node] ?? null) : null);
    this.world.start(node);
  }

  #born(node: number, doors: readonly Address[], former: M | null): void {
    const { now, seed, streamHost } = this.world;
    const random = (this.#chances[node] ??= new SeededRandom(
      seed,
      SeedStream.nodes + node * NODE_STREAMS,
    ));
    const address = this.addressOf(node);
    const host = this.#host;
    this.#machines[node] = this.#make({
      ...{ node, address, now, host, streamHost, random, doors, former },
    });
  }

  /** Those who are up begin, each with some of the others as doors. */
  #begin(plan: ChurnPlan | null, up: readonly number[] | undefined): Life {
    const { count, world } = this;
    const beginning = new Beginning(plan, count, world.seed);
    const random = new SeededRandom(world.seed, SeedStream.churn);
    const members = up === undefined ? beginning.members : Uint32Array.from(up).sort();
    for (const node of members) this.#born(node, this.#doorsAmong(members, node, random), null);
    for (const node of members) world.start(node);
    const life = new Life(this);
    beginning.begin(life);
    return life;
  }

  #doorsAmong(members: Uint32Array, self: number, random: Random): Address[] {
    const doors = new Set<number>();
    const wanted = Math.min(DOORS, members.length - 1);
    while (doors.size < wanted) {
      const door = members[randomBelow(random, members.length)];
      if (door !== self) doors.add(door);
    }
    return Array.from(doors, (door) => this.addressOf(door));
  }
}
