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
import { DhtError, warn } from '../../io/errors.ts';
import { Watchers } from '../../io/watchers.ts';
import { type ChurnChoice, churnFrom } from '../../lab/life/churn-model.ts';
import type { Life } from '../../lab/life/life.ts';
import { checkSchedule, follow, type Step } from '../../lab/life/schedule.ts';
import type { LatencyModel } from '../../lab/network/latency.ts';
import type { NetworkModel } from '../../lab/network/network-model.ts';
import { type Grade, type Summary, summaryOf } from '../../lab/results/grade.ts';
import { livingRing } from '../../lab/ring/living-ring.ts';
import type { RingOverlay } from '../../lab/ring/ring-overlay.ts';
import { sha1 } from '../../lab/sha1.ts';
import type { World } from '../../lab/world.ts';
import type { RingEvent, RingOutcome } from '../../ring/outcome.ts';
import {
  LEVELS,
  type Level,
  RING_DEFAULTS,
  type RingSettings,
  ringSettings,
} from '../../ring/settings.ts';
import type { RingInfo } from '../../ring/view.ts';
import { noticeOf, type RingNotice } from '../ring/notice.ts';
import { networkOf } from './lab-choices.ts';
import { GRADES_REMEMBERED } from './lab-family.ts';
import { LabWorld, type WorldStats } from './lab-world.ts';
import { VirtualCalls } from './virtual-calls.ts';

/** 7 to 14 KB a node: beyond this a lab takes more than a gigabyte. */
const RING_LAB_NODES_LIMIT = 100_000;

/** The settings of all nodes may stand beside the options of the lab. */
export interface RingLabOptions extends Partial<RingSettings> {
  overlay: 'ring';
  /** The same seed gives the same run, bit for bit. Default 1. */
  seed?: number;
  /** All who are up are members from the beginning. Default 64. */
  nodes?: number;
  /** As in a lab of Mainline nodes: the whole network, or latency and loss by themselves. */
  network?: NetworkModel;
  latency?: LatencyModel;
  loss?: number;
  /** How nodes come and go. `nodes` counts those who are away, too. Default: nobody does. */
  churn?: ChurnChoice;
  /** What is to befall the world, and when. */
  schedule?: readonly Step[];
  /** Places on the circle of each node. Default 1. */
  identities?: number;
}

/** The settings of nodes are told apart by their defaults. */
const OPTIONS: readonly string[] = [
  ...['seed', 'nodes', 'network', 'latency', 'loss', 'churn', 'schedule', 'identities'],
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

/**
 * What a lab of a ring tells somebody who looks on, at its moment of virtual time. Looking changes nothing;
 * call nothing of the lab from here.
 */
export interface RingLabWatcher {
  /** What node number `node` tells: as of a real member. */
  onEvent?(notice: RingNotice, node: number): void;
  /** A call of node number `node` has ended: what it came to, and the oracle's grade. */
  onLookup?(became: RingLabResult | DhtError, node: number, grade: Grade): void;
}

/** What is known of a call that is under way. */
interface Begun {
  node: number;
  key: Uint8Array;
  atMs: number;
}

export class RingLab extends LabWorld {
  readonly nodes: readonly RingLabNode[];
  readonly #overlay: RingOverlay;
  /** @internal */
  protected readonly life: Life;
  readonly #grades: Grade[] = [];
  readonly #calls = new VirtualCalls((isOver) => this.world.run(Infinity, isOver));
  readonly #begun = new Map<number, Begun>();
  readonly #watchers = new Watchers<RingLabWatcher>(['onEvent', 'onLookup'], warn);

  /** @internal Use `createLab({ overlay: 'ring' })`. */
  constructor(options: Omit<RingLabOptions, 'overlay'>) {
    super();
    checkNames(options, 'options', 'a ring lab', OPTIONS);
    const { seed = 1, nodes = 64, identities = 1, schedule = [], ...rest } = options;
    const { network, latency, loss, churn, ...chosen } = rest;
    wholeNumber(seed, 'seed', 0, Number.MAX_SAFE_INTEGER);
    wholeNumber(nodes, 'nodes', 1, RING_LAB_NODES_LIMIT);
    wholeNumber(identities, 'identities', 1, 64);
    const model = networkOf({
      ...(network && { network }),
      ...(latency && { latency }),
      ...(loss !== undefined && { loss }),
    });
    const settings = ringSettings(chosen);
    checkSchedule(schedule, nodes);
    const { overlay, life } = livingRing(
      {
        ...{ seed, nodes, identities, settings, sha1, network: model },
        churn: churn === undefined ? null : churnFrom(churn, nodes),
      },
      {
        onOutcome: (_node, call, outcome) => this.#ended(call, outcome),
        onEvent: (node, event) => this.#heard(node, event),
      },
    );
    this.#overlay = overlay;
    this.life = life;
    const ended = (node: number): void =>
      this.#calls.failAllOf(node, new DhtError('CLOSED', `node ${node} crashed`));
    life.observer = { began() {}, ended, resumed() {} };
    follow(life, schedule);
    this.nodes = Array.from({ length: nodes }, (_, number) => new RingLabNode(this, number));
  }

  /** @internal */
  protected get world(): World {
    return this.#overlay.world;
  }

  /** The latest calls, graded by the oracle: did they end at the true owner, and at what price? */
  get grades(): readonly Grade[] {
    return this.#grades;
  }

  /** All of `grades` together, and what nodes sent for everything that they did. */
  get metrics(): Summary & { framesSent: number; bytesSent: number } {
    const { framesOut: framesSent, bytesOut: bytesSent } = this.#overlay.counters;
    return { ...summaryOf(this.#grades), framesSent, bytesSent };
  }

  /** What the world carried, in plain numbers. */
  get stats(): WorldStats {
    const { delivered, lost, undeliverable, elapsedMs: virtualMs } = this.world;
    return { virtualMs, nodes: this.nodes.length, delivered, lost, undeliverable };
  }

  /** Tells `watcher` what happens until the returned function is called. */
  watch(watcher: RingLabWatcher): () => void {
    return this.#watchers.add(watcher);
  }

  /** A new process each, at the same address, with what its disk held or an empty one. */
  restart(
    numbers: number | readonly number[],
    { hasDisk = true }: { hasDisk?: boolean } = {},
  ): void {
    const list = [numbers].flat();
    for (const node of list) wholeNumber(node, 'node', 0, this.nodes.length - 1);
    for (const node of list) this.life.restart(node, hasDisk ? 'memory' : 'blank');
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
    key: Uint8Array,
    begin: (node: ReturnType<RingOverlay['node']>, now: number, call: number) => void,
  ): Promise<RingLabResult> {
    return this.#calls.open<RingLabResult>(number, (call) => {
      if (!this.isAlive(number)) throw new DhtError('CLOSED', this.whyNot(number));
      const { world } = this.#overlay;
      this.#begun.set(call, { node: number, key, atMs: world.now });
      begin(this.#overlay.node(number), world.now, call);
      world.arm(number);
    });
  }

  #heard(node: number, event: RingEvent): void {
    for (const hear of this.#watchers.of('onEvent')) hear(noticeOf(event), node);
  }

  #ended(call: number, outcome: RingOutcome): void {
    const begun = this.#begun.get(call);
    this.#begun.delete(call);
    if (!this.#calls.has(call) || begun === undefined) return;
    const { code, message, found, value, hops, copies } = outcome;
    const owner = this.#overlay.nodeAt(outcome.owner);
    const latencyMs = this.world.now - begun.atMs;
    const known = code === 'unknown' ? 'OUTCOME_UNKNOWN' : code.toUpperCase().replaceAll('-', '_');
    const became =
      code === 'ok'
        ? { found, value, owner, hops, copies, latencyMs }
        : new DhtError(known as DhtError['code'], message);
    const grade = this.#grade(begun, outcome, owner, latencyMs);
    for (const hear of this.#watchers.of('onLookup')) hear(became, begun.node, grade);
    if (became instanceof DhtError) this.#calls.fail(call, became);
    else this.#calls.settle(call, became);
  }

  /** Exact is who ended at the node that truly owns the key. */
  #grade({ node, key }: Begun, outcome: RingOutcome, owner: number, latencyMs: number): Grade {
    const { code, hops, silent } = outcome;
    const failed = code !== 'ok';
    const exact = !failed && owner === this.ownerOf(key);
    const found = exact ? 1 : 0;
    const rpcs = hops + silent;
    const grade = { node, exact, found, wanted: 1, rpcs, hops, latencyMs, failed };
    this.#grades.push(grade);
    if (this.#grades.length > GRADES_REMEMBERED) this.#grades.shift();
    return grade;
  }
}

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
    return this.#lab.call(this.number, hash, (node, now, call) =>
      node.insert(now, call, hash, bytes, level),
    );
  }

  get(key: string | Uint8Array, options: RingLabCallOptions = {}): Promise<RingLabResult> {
    const hash = hashOf(key);
    const level = levelOf(options);
    return this.#lab.call(this.number, hash, (node, now, call) => node.get(now, call, hash, level));
  }

  async exists(key: string | Uint8Array, options: RingLabCallOptions = {}): Promise<boolean> {
    const hash = hashOf(key);
    const level = levelOf(options);
    const { found } = await this.#lab.call(this.number, hash, (node, now, call) =>
      node.exists(now, call, hash, level),
    );
    return found;
  }

  remove(key: string | Uint8Array, options: RingLabCallOptions = {}): Promise<RingLabResult> {
    const hash = hashOf(key);
    const level = levelOf(options);
    return this.#lab.call(this.number, hash, (node, now, call) =>
      node.remove(now, call, hash, level),
    );
  }

  /** Asks its way to the owner of a key. */
  owns(key: string | Uint8Array): Promise<RingLabResult> {
    const hash = hashOf(key);
    return this.#lab.call(this.number, hash, (node, now, call) => node.owner(now, call, hash));
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
