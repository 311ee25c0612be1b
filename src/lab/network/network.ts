/**
 * The network: what becomes of a datagram. Decided when it is sent, in the order in which a real one
 * would meet it, and counted:
 *
 *     uplink ── partitions ── clogs ── losses ── latency, jitter, reordering ── a copy
 *       │            │          │         │
 *     queue full    cut      clogged    lost
 *
 * The way in, past the receiver's NAT, is decided on arrival (`nats`). A network that asks for nothing
 * but latency and loss takes a path of its own, as short as if there were nothing else.
 */
import { type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import { NodeStreams } from '../node-streams.ts';
import { SeedStream } from '../seed.ts';
import { Bursts, wordsBelow } from './bursts.ts';
import { type Clog, Clogs } from './clogs.ts';
import { type Jitter, jitterOf } from './jitter.ts';
import { type Latency, type LatencyModel, latencyOf } from './latency.ts';
import { NatClass, Nats } from './nats.ts';
import type { AddressFamily, NetworkModel } from './network-model.ts';
import { type Cut, Partitions } from './partitions.ts';
import { PLANE_SIDE, placeOf, xOf, yOf } from './plane.ts';
import { Traffic } from './traffic.ts';
import { DATAGRAM_HEADER_BYTES, Uplinks } from './uplinks.ts';

export class Network {
  readonly traffic: Traffic = new Traffic();
  readonly nats: Nats | null;
  readonly uplinks: Uplinks | null;
  latency: Latency;
  /** When the copy of the datagram asked about last arrives; 0 when there is none. */
  copyAtMs = 0;
  /** Called when a partition has healed or clogs were lifted: what waited may go on. */
  eased: () => void = () => {};
  readonly #model: NetworkModel;
  readonly #partitions: Partitions;
  readonly #clogs: Clogs;
  #bursts: Bursts | null;
  readonly #jitter: Jitter | null;
  readonly #planeSeed: number;
  #lossBelow: number;
  readonly #reorderBelow: number;
  readonly #copyBelow: number;
  readonly #count: number;
  readonly #seed: number;
  /** What streams draw from, each in its turn. */
  readonly #lossChance: SeededRandom;
  readonly #jitterChance: SeededRandom;
  /** What datagrams draw from: each sender has a stream of its own. Null where nobody draws. */
  #losses: NodeStreams | null = null;
  #delays: NodeStreams | null = null;
  readonly #isPlainModel: boolean;
  #isPlain: boolean;

  constructor(model: NetworkModel, count: number, seed: number) {
    const { latency, loss = 0, bursts, jitter, reorder, duplicate, uplinks, nat } = model;
    this.#model = model;
    this.#count = count;
    this.#seed = seed;
    this.#planeSeed = new SeededRandom(seed, SeedStream.latency).uint32();
    this.latency = latencyOf(latency, this.#planeSeed);
    const traits = new SeededRandom(seed, SeedStream.traits);
    const traitSeeds = [traits.uint32(), traits.uint32(), traits.uint32()] as const;
    this.uplinks = uplinks ? new Uplinks(uplinks, count, traitSeeds[0]) : null;
    this.nats = nat ? new Nats(nat, count, traitSeeds[1]) : null;
    this.#bursts = bursts ? new Bursts(bursts, count, traitSeeds[2]) : null;
    this.#jitter = jitter ? jitterOf(jitter) : null;
    this.#lossBelow = wordsBelow(loss);
    this.#reorderBelow = wordsBelow(reorder?.share ?? 0);
    this.#copyBelow = wordsBelow(duplicate?.share ?? 0);
    this.#lossChance = new SeededRandom(seed, SeedStream.wire);
    this.#jitterChance = new SeededRandom(seed, SeedStream.jitter);
    this.#partitions = new Partitions(count);
    this.#clogs = new Clogs(count);
    this.#isPlainModel = !(bursts || jitter || reorder || duplicate || uplinks);
    this.#isPlain = this.#isPlainModel;
  }

  /** Where a node is on the plane of the `king` latencies, 0..1 each. */
  placeOf(node: number): { x: number; y: number } {
    const place = placeOf(this.#planeSeed, node);
    return { x: xOf(place) / PLANE_SIDE, y: yOf(place) / PLANE_SIDE };
  }

  /** Cuts groups of nodes off from each other and from all others; returns its number, for `heal`. */
  partition(groups: readonly (readonly number[])[], cut: Cut = 'both'): number {
    const number = this.#partitions.add(groups, cut);
    this.#isPlain = false;
    return number;
  }

  /** Ends one partition, or all. False when there was none of that number. */
  heal(number?: number): boolean {
    const had = this.#partitions.count;
    if (number === undefined) this.#partitions.clear();
    else this.#partitions.remove(number);
    if (this.#partitions.count === had) return false;
    this.#look();
    this.eased();
    return true;
  }

  /** Stops paths up until a time. */
  clog(clog: Clog): void {
    this.#clogs.add(clog);
    this.#isPlain = false;
  }

  /** Lifts all clogs before their time. */
  unclog(): void {
    this.#clogs.clear();
    this.#look();
    this.eased();
  }

  /** From now on this share of the datagrams is lost, each by itself, 0..1. */
  lose(share: number): void {
    this.#lossBelow = wordsBelow(share);
  }

  /** From now on ways take as long as a model says; what is on its way arrives when it would have. */
  stretch(model: LatencyModel): void {
    this.latency = latencyOf(model, this.#planeSeed);
  }

  /** From now on nothing is lost by chance, whole or in bursts; partitions and clogs end too. */
  calm(): void {
    this.#lossBelow = 0;
    this.#bursts = null;
    this.heal();
    this.unclog();
  }

  /** When a datagram sent `now` arrives; -1 when it never does, and then it has been counted. */
  arrivalMs(now: number, from: number, to: number, length: number): number {
    if (!this.#isPlain) return this.#detour(now, from, to, length);
    if (this.#lossBelow > 0 && this.#lossesOf(from).uint32() < this.#lossBelow) {
      this.traffic.lost++;
      return -1;
    }
    return now + this.latency.between(from, to);
  }

  /** Until when a stream between two nodes waits: 0 not at all, Infinity until a partition heals. */
  shutUntilMs(now: number, a: number, b: number): number {
    if (this.#isPlain) return 0;
    if (this.#partitions.isCut(a, b) || this.#partitions.isCut(b, a)) return Infinity;
    return Math.max(this.#clogs.shutUntilMs(now, a, b), this.#clogs.shutUntilMs(now, b, a));
  }

  /** Can others connect to a node? Nobody but an open one is reached by strangers. */
  acceptsStreams(to: number): boolean {
    return this.nats === null || this.nats.classOf[to] === NatClass.open;
  }

  /** No datagram takes less. */
  get leastMs(): number {
    return this.latency.leastMs;
  }

  /** Of what the addresses are. */
  get family(): AddressFamily {
    return this.#model.family ?? 4;
  }

  /** The longest piece in which a stream's bytes arrive. */
  get pieceBytes(): number {
    return this.#model.pieceBytes ?? Infinity;
  }

  /** How long a segment of a stream takes, lost ones not counted in; jitter and slow paths are. */
  segmentMs(now: number, from: number, to: number): number {
    const latencyMs = this.latency.between(from, to);
    if (this.#isPlain) return latencyMs;
    const clogMs = Math.max(0, this.#clogs.extraMs(now, from, to));
    return latencyMs + clogMs + (this.#jitter?.(this.#jitterChance) ?? 0);
  }

  /** Is the next segment of a stream that a node sends lost on the way? */
  loses(from: number): boolean {
    return this.#isLost(from, this.#lossChance);
  }

  /** The same for what was lost and is sent once more, when a burst is long over. */
  losesAgain(): boolean {
    if (this.#lossBelow > 0 && this.#lossChance.uint32() < this.#lossBelow) return true;
    return this.#bursts !== null && this.#lossChance.uint32() < wordsBelow(this.#bursts.share);
  }

  #detour(now: number, from: number, to: number, length: number): number {
    const { traffic, uplinks } = this;
    this.copyAtMs = 0;
    const bytes = length + DATAGRAM_HEADER_BYTES;
    const leavesAtMs = uplinks ? Math.ceil(uplinks.leavesAtMs(now, from, bytes)) : now;
    if (leavesAtMs < now) {
      traffic.queueDropped++;
      return -1;
    }
    if (this.#partitions.isCut(from, to)) {
      traffic.cut++;
      return -1;
    }
    const clogMs = this.#clogMs(now, from, to);
    if (clogMs < 0) {
      traffic.clogged++;
      return -1;
    }
    if (this.#isLossy && this.#isLost(from, this.#lossesOf(from))) {
      traffic.lost++;
      return -1;
    }
    const atMs = leavesAtMs + clogMs + this.latency.between(from, to);
    return this.#isSteady ? atMs : this.#late(atMs, this.#delaysOf(from));
  }

  get #isLossy(): boolean {
    return this.#lossBelow > 0 || this.#bursts !== null;
  }

  /** Does everything take as long as its way does, and come once? */
  get #isSteady(): boolean {
    return this.#jitter === null && this.#reorderBelow === 0 && this.#copyBelow === 0;
  }

  #isLost(from: number, chance: Random): boolean {
    if (this.#lossBelow > 0 && chance.uint32() < this.#lossBelow) return true;
    return this.#bursts?.take(from, chance) === true;
  }

  #lossesOf(from: number): NodeStreams {
    this.#losses ??= this.#streams(SeedStream.wire);
    this.#losses.node = from;
    return this.#losses;
  }

  #delaysOf(from: number): NodeStreams {
    this.#delays ??= this.#streams(SeedStream.jitter);
    this.#delays.node = from;
    return this.#delays;
  }

  #streams(stream: number): NodeStreams {
    return new NodeStreams(this.#count, new SeededRandom(this.#seed, stream));
  }

  #clogMs(now: number, from: number, to: number): number {
    if (this.#clogs.count === 0) return 0;
    this.#clogs.expire(now);
    if (this.#clogs.count === 0) this.#look();
    return this.#clogs.extraMs(now, from, to);
  }

  /** When what would be there at `inTimeMs` is really there; and its copy, if it gets one. */
  #late(inTimeMs: number, random: Random): number {
    const atMs = inTimeMs + this.#lateMs(random);
    this.#copy(atMs, random);
    return atMs;
  }

  #lateMs(random: Random): number {
    const jitterMs = this.#jitter?.(random) ?? 0;
    if (this.#reorderBelow === 0 || random.uint32() >= this.#reorderBelow) return jitterMs;
    return jitterMs + 1 + randomBelow(random, this.#model.reorder!.withinMs);
  }

  #copy(atMs: number, random: Random): void {
    if (this.#copyBelow === 0 || random.uint32() >= this.#copyBelow) return;
    this.copyAtMs = atMs + 1 + randomBelow(random, this.#model.duplicate!.withinMs);
    this.traffic.duplicated++;
  }

  /** Is there anything but latency and loss? */
  #look(): void {
    this.#isPlain = this.#isPlainModel && this.#partitions.count === 0 && this.#clogs.count === 0;
  }
}
