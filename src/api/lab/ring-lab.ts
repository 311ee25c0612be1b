/**
 * A lab of ring nodes, part of `ringlight/lab`: the product's own nodes on simulated streams and
 * disks, with the calls of real ones. Awaiting moves virtual time.
 *
 *     const lab = createLab({ overlay: 'ring', seed: 1, nodes: 64, k: 2 });
 *     await lab.nodes[3].insert('hello', 'world');
 *     lab.crash(lab.ownerOf('hello'));
 *     const { value } = await lab.nodes[40].get('hello');
 */
import { formatAddress } from '../../core/address.ts';
import { checkNames, shown, wholeNumber } from '../../core/argument.ts';
import { parseId } from '../../core/id.ts';
import { DhtError } from '../../io/errors.ts';
import { type Duration, durationMs } from '../../lab/duration.ts';
import { checkNetwork, type NetworkModel } from '../../lab/network/network-model.ts';
import { type RingOverlay, ringWorld } from '../../lab/ring/ring-overlay.ts';
import { sha1 } from '../../lab/sha1.ts';
import type { RingOutcome } from '../../ring/outcome.ts';
import {
  LEVELS,
  type Level,
  RING_DEFAULTS,
  type RingSettings,
  ringSettings,
} from '../../ring/settings.ts';
import type { RingInfo } from '../../ring/view.ts';
import { metricsText } from '../metrics.ts';
import type { LabStats } from './mainline-lab.ts';
import { VirtualCalls } from './virtual-calls.ts';

/** 7 to 14 KB a node: beyond this a lab takes more than a gigabyte. */
const RING_LAB_NODES_LIMIT = 100_000;

/** The settings of all nodes may stand beside the options of the lab. */
export interface RingLabOptions extends Partial<RingSettings> {
  overlay: 'ring';
  /** The same seed gives the same run, bit for bit. Default 1. */
  seed?: number;
  /** All of them are members from the beginning. Default 64. */
  nodes?: number;
  /** Default: King's latencies. */
  network?: NetworkModel;
  /** Places on the circle of each node. Default 1. */
  identities?: number;
}

/** The settings of nodes are told apart by their defaults. */
const OPTIONS: readonly string[] = [
  ...['seed', 'nodes', 'network', 'identities'],
  ...Object.keys(RING_DEFAULTS),
];

/** What became of a call. */
export interface RingLabResult {
  found: boolean;
  value: Uint8Array | null;
  /** The number of the node that owns the key. */
  owner: number;
  hops: number;
  copies: number;
  /** Virtual time from the call to its end. */
  latencyMs: number;
}

export class RingLab {
  readonly nodes: readonly RingLabNode[];
  readonly #overlay: RingOverlay;
  readonly #calls = new VirtualCalls((isOver) => this.#overlay.world.run(Infinity, isOver));
  readonly #begunAtMs = new Map<number, number>();

  /** @internal Use `createLab({ overlay: 'ring' })`. */
  constructor(options: Omit<RingLabOptions, 'overlay'>) {
    checkNames(options, 'options', 'a ring lab', OPTIONS);
    const { seed = 1, nodes = 64, network, identities = 1, ...chosen } = options;
    wholeNumber(seed, 'seed', 0, Number.MAX_SAFE_INTEGER);
    wholeNumber(nodes, 'nodes', 1, RING_LAB_NODES_LIMIT);
    wholeNumber(identities, 'identities', 1, 64);
    const model = network === undefined ? KING : checkNetwork(network);
    const settings = ringSettings(chosen);
    this.#overlay = ringWorld(
      { ...{ seed, nodes, identities, settings, sha1 }, network: model },
      { onOutcome: (_node, call, outcome) => this.#ended(call, outcome), onEvent() {} },
    );
    this.nodes = Array.from({ length: nodes }, (_, number) => new RingLabNode(this, number));
  }

  /** Virtual ms since the world began. */
  get now(): number {
    return this.#overlay.world.elapsedMs;
  }

  /** 16 hexadecimal digits that stand for everything delivered so far. */
  get traceHash(): string {
    return this.#overlay.world.traceHash;
  }

  /** What the world carried, in plain numbers. */
  get stats(): Omit<LabStats, 'lookups'> {
    const { delivered, lost, undeliverable, elapsedMs: virtualMs } = this.#overlay.world;
    return { virtualMs, nodes: this.nodes.length, delivered, lost, undeliverable };
  }

  /** The numbers of `stats` in the text format of Prometheus. */
  metricsText(): string {
    return metricsText('lab', [{ stats: this.stats }]);
  }

  /** Lets virtual time pass: ms, or text such as '10 min', '30 s', '2 h'. */
  run(duration: Duration): void {
    const { world } = this.#overlay;
    world.run(world.now + durationMs(duration));
  }

  /** Kills processes: their peers' connections are reset. What their disks hold, they hold. */
  crash(...numbers: number[]): void {
    this.#each(numbers, (node) => {
      this.#overlay.crash(node);
      this.#calls.failAllOf(node, new DhtError('CLOSED', `node ${node} crashed`));
    });
  }

  /** Stops them without a word, clock and memory intact, until `resume`. */
  pause(...numbers: number[]): void {
    this.#each(numbers, (node) => this.#overlay.pause(node));
  }

  resume(...numbers: number[]): void {
    this.#each(numbers, (node) => this.#overlay.resume(node));
  }

  /** A new process each, at the same address, with what its disk held or an empty one. */
  restart(
    numbers: number | readonly number[],
    { hasDisk = true }: { hasDisk?: boolean } = {},
  ): void {
    const ways = this.nodes
      .filter(({ number }) => this.isAlive(number))
      .slice(0, 3)
      .map(({ number }) => this.#overlay.addressOf(number));
    this.#each([numbers].flat(), (node) => this.#overlay.restart(node, ways, hasDisk));
  }

  /** Cuts these nodes off from all others, both ways, until `heal`. */
  partition(...numbers: number[]): void {
    this.#each(numbers, () => {});
    const others = this.nodes.map(({ number }) => number).filter((n) => !numbers.includes(n));
    this.#overlay.world.network.partition([numbers, others], 'both');
  }

  heal(): void {
    this.#overlay.world.network.heal();
  }

  isAlive(number: number): boolean {
    return this.#overlay.world.alive[number] === 1;
  }

  /** The living node that truly owns a key, as the world knows it; no message is sent. */
  ownerOf(key: string | Uint8Array): number {
    const { circle, oracle } = this.#overlay;
    return circle.nodeOf(oracle.ownerOf(hashOf(key)));
  }

  /** @internal */
  addressOf(number: number): string {
    return formatAddress(this.#overlay.addressOf(number));
  }

  /** @internal */
  infoOf(number: number): RingInfo {
    return this.#overlay.node(number).info();
  }

  /** @internal */
  call(
    number: number,
    begin: (node: ReturnType<RingOverlay['node']>, now: number, call: number) => void,
  ): Promise<RingLabResult> {
    return this.#calls.open<RingLabResult>(number, (call) => {
      if (!this.isAlive(number)) throw new DhtError('CLOSED', `node ${number} is down`);
      const { world } = this.#overlay;
      this.#begunAtMs.set(call, world.now);
      begin(this.#overlay.node(number), world.now, call);
      world.arm(number);
    });
  }

  #ended(call: number, outcome: RingOutcome): void {
    const begunAtMs = this.#begunAtMs.get(call) ?? 0;
    this.#begunAtMs.delete(call);
    if (!this.#calls.has(call)) return;
    const { code, message, found, value, hops, copies } = outcome;
    if (code !== 'ok') {
      const known =
        code === 'unknown' ? 'OUTCOME_UNKNOWN' : code.toUpperCase().replaceAll('-', '_');
      return this.#calls.fail(call, new DhtError(known as DhtError['code'], message));
    }
    const owner = this.#overlay.nodeAt(outcome.owner);
    const latencyMs = this.#overlay.world.now - begunAtMs;
    this.#calls.settle(call, { found, value, owner, hops, copies, latencyMs });
  }

  #each(numbers: readonly number[], act: (node: number) => void): void {
    for (const number of numbers) wholeNumber(number, 'node', 0, this.nodes.length - 1);
    for (const number of numbers) act(number);
  }
}

const KING: NetworkModel = { latency: { kind: 'king' } };

export interface RingLabCallOptions {
  /** Copies that a write waits for, or a read compares. Default `quorum`. */
  level?: Level;
}

/** One node of a lab, with the calls of a real one. */
export class RingLabNode {
  readonly number: number;
  readonly #lab: RingLab;

  constructor(lab: RingLab, number: number) {
    this.#lab = lab;
    this.number = number;
  }

  /** `IP:port` of its first identity. */
  get address(): string {
    return this.#lab.addressOf(this.number);
  }

  /** What it knows of itself, its neighbours and its records. */
  get info(): RingInfo {
    return this.#lab.infoOf(this.number);
  }

  insert(
    key: string | Uint8Array,
    value: string | Uint8Array,
    options: RingLabCallOptions = {},
  ): Promise<RingLabResult> {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    const hash = hashOf(key);
    const level = levelOf(options);
    return this.#lab.call(this.number, (node, now, call) =>
      node.insert(now, call, hash, bytes, level),
    );
  }

  get(key: string | Uint8Array, options: RingLabCallOptions = {}): Promise<RingLabResult> {
    const hash = hashOf(key);
    const level = levelOf(options);
    return this.#lab.call(this.number, (node, now, call) => node.get(now, call, hash, level));
  }

  async exists(key: string | Uint8Array, options: RingLabCallOptions = {}): Promise<boolean> {
    const hash = hashOf(key);
    const level = levelOf(options);
    const { found } = await this.#lab.call(this.number, (node, now, call) =>
      node.exists(now, call, hash, level),
    );
    return found;
  }

  remove(key: string | Uint8Array, options: RingLabCallOptions = {}): Promise<RingLabResult> {
    const hash = hashOf(key);
    const level = levelOf(options);
    return this.#lab.call(this.number, (node, now, call) => node.remove(now, call, hash, level));
  }

  /** Asks its way to the owner of a key. */
  owns(key: string | Uint8Array): Promise<RingLabResult> {
    const hash = hashOf(key);
    return this.#lab.call(this.number, (node, now, call) => node.owner(now, call, hash));
  }
}

/** A name's SHA-1, or 20 bytes as they are. */
function hashOf(key: string | Uint8Array): Uint8Array {
  return typeof key === 'string' ? sha1(new TextEncoder().encode(key)) : parseId(key, 'key');
}

function levelOf({ level = 'quorum' }: RingLabCallOptions): Level {
  if (LEVELS.includes(level)) return level;
  throw new TypeError(`"level" expected ${LEVELS.join(', ')}, got ${shown(level)}`);
}
