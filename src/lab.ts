/**
 * `ringlight/lab`: the product's own nodes by the thousand or million, under virtual time, in one
 * process, on real bytes, exactly repeatable. No Node.js is needed: it runs in a browser too.
 *
 *     import { createLab } from 'ringlight/lab';
 *     const lab = createLab({ seed: 1, nodes: 10_000 });
 *     await lab.nodes[3].announce(hash, { port: 6881 });      // awaiting moves virtual time
 *     const { peers } = await lab.nodes[7000].getPeers(hash);
 *     console.log(lab.now, lab.traceHash);
 */
import { type Address, formatIp, ipOf, portOf } from './core/address.ts';
import { wholeNumber } from './core/argument.ts';
import { CONTACT_BYTES } from './core/contacts.ts';
import { formatId, parseId } from './core/id.ts';
import type { Lookup } from './core/lookup.ts';
import { DhtError } from './io/errors.ts';
import { type Grade, gradeOf, type Summary, summaryOf } from './lab/grade.ts';
import type { LatencyModel } from './lab/latency.ts';
import { sha1 } from './lab/sha1.ts';
import { World } from './lab/world.ts';
import { type NodeChoices, settingsFrom } from './mainline/choices.ts';
import { type LookupTrace, type NodeInfo, traceOf } from './mainline/trace.ts';
import { type Announcement, LookupKind } from './mainline/walks.ts';

export { DhtError } from './io/errors.ts';
export type { Grade, Summary } from './lab/grade.ts';
export {
  type Check,
  type ExperimentResult,
  KAD_HOPS_DEFAULTS,
  type KadHopsOptions,
  kadHops,
  type Progress,
} from './lab/kad-hops.ts';
export type { LatencyModel } from './lab/latency.ts';
export type { NodeChoices } from './mainline/choices.ts';
export type { LookupStep, LookupTrace, NodeInfo } from './mainline/trace.ts';

/** Nodes of one world at most: what 32-bit row numbers and the memory of a large machine allow. */
export const LAB_NODES_LIMIT = 10_000_000;
/** Graded lookups that a lab remembers. */
export const GRADES_REMEMBERED = 100_000;
/** Turns given to the program after an outcome, before time moves on: a chain of that many awaits. */
const TURNS = 16;

export interface LabOptions {
  /** The same seed gives the same run, bit for bit. Default 1. */
  seed?: number;
  /** Default 1000. */
  nodes?: number;
  /** Default `king`: round trips with a median of 156 ms and a mean of 178 ms. */
  latency?: LatencyModel;
  /** Share of datagrams that are lost, 0..1. Default 0. */
  loss?: number;
  /** Do nodes look after their tables? Default true. */
  upkeep?: boolean;
  /** What every node is like. The table is always `kbuckets`. */
  node?: Pick<NodeChoices, 'k' | 'alpha' | 'shortTimeoutMs' | 'shortTimeoutMsMin' | 'timeoutMs'>;
}

export interface LabFindNodeResult {
  nodes: NodeInfo[];
  lookup: LookupTrace;
  /** What the oracle says of it. */
  grade: Grade;
}

export interface LabGetPeersResult extends LabFindNodeResult {
  peers: { host: string; port: number }[];
}

export interface LabAnnounceResult extends LabGetPeersResult {
  stored: number;
  failed: number;
}

/**
 * Makes a world whose tables are those of a converged network. Takes about 20 µs a node.
 * @throws TypeError or RangeError for a wrong option.
 */
export function createLab(options: LabOptions = {}): Lab {
  return new Lab(options);
}

export class Lab {
  /** Node i has the i-th smallest id. */
  readonly nodes: readonly LabNode[];
  readonly #world: World;
  readonly #grades: Grade[] = [];
  readonly #calls = new Map<number, Call>();
  #lastCall = 0;
  #outcomes = 0;
  #isDriving = false;

  constructor(options: LabOptions) {
    const { seed = 1, nodes = 1000, loss = 0, latency = { kind: 'king' }, upkeep = true } = options;
    wholeNumber(seed, 'seed', 0, Number.MAX_SAFE_INTEGER);
    wholeNumber(nodes, 'nodes', 1, LAB_NODES_LIMIT);
    if (typeof loss !== 'number' || !(loss >= 0 && loss <= 1)) {
      throw new RangeError(`"loss" expected a number in 0..1, got ${loss}`);
    }
    checkLatency(latency);
    const open = { onePerIp: false, inbound: false, outbound: false } as const;
    const settings = settingsFrom({ ...options.node, ...open });
    this.#world = new World(
      { seed, nodes, latency, loss, settings, upkeep, sha1 },
      {
        onLookup: (call, lookup) => this.#ended(call, lookup),
        onPeer: (call, peer) => this.#calls.get(call)?.peers.add(peer),
        onAnswer() {},
        onSilence() {},
        onJoin() {},
      },
    );
    this.nodes = nodeList(this, nodes);
  }

  /** Virtual ms since the world began. */
  get now(): number {
    return this.#world.elapsedMs;
  }

  /** 16 hexadecimal digits that stand for every datagram delivered so far. */
  get traceHash(): string {
    return this.#world.traceHash;
  }

  /** The latest lookups that were called for, graded by the oracle. */
  get lookups(): readonly Grade[] {
    return this.#grades;
  }

  /** All of `lookups` together, and what the wire carried. */
  get metrics(): Summary & { delivered: number; lost: number; undeliverable: number } {
    const { delivered, lost, undeliverable } = this.#world;
    return { ...summaryOf(this.#grades), delivered, lost, undeliverable };
  }

  /** Lets virtual time pass: ms, or text such as '10 min', '30 s', '2 h'. */
  run(duration: number | string): void {
    this.#world.run(this.#world.now + durationMs(duration));
  }

  /** Takes nodes out for good, by number: they neither hear nor say anything any more. */
  crash(...numbers: number[]): void {
    for (const number of numbers) {
      this.#world.crash(wholeNumber(number, 'node', 0, this.#world.count - 1));
      for (const [call, { node, reject }] of this.#calls) {
        if (node !== number) continue;
        this.#calls.delete(call);
        reject(new DhtError('CLOSED', `node ${number} crashed`));
      }
    }
  }

  isAlive(number: number): boolean {
    return this.#world.alive[number] === 1;
  }

  /** @internal */
  idOf(number: number): string {
    return formatId(this.#world.contactBytes, (number + 1) * CONTACT_BYTES);
  }

  /** @internal */
  addressOf(number: number): Address {
    return this.#world.population.addressOf(number);
  }

  /** @internal Begins a lookup; the promise is kept by letting virtual time pass. */
  lookup(
    number: number,
    kind: LookupKind,
    target: string | Uint8Array,
    announcement: Announcement | null,
  ): Promise<LabAnnounceResult> {
    return new Promise((resolve, reject) => {
      const id = parseId(target, 'target');
      if (!this.isAlive(number)) throw new DhtError('CLOSED', `node ${number} crashed`);
      const call = ++this.#lastCall;
      this.#calls.set(call, { node: number, peers: new Set(), resolve, reject });
      const node = this.#world.node(number);
      if (!node.lookup(this.#world.now, kind, id, call, announcement)) {
        this.#calls.delete(call);
        throw new DhtError('NO_NODES', `node ${number} knows nobody, or is too busy`);
      }
      this.#world.settle(number);
      void this.#drive();
    });
  }

  #ended(call: number, lookup: Lookup): void {
    const waiting = this.#calls.get(call);
    if (!waiting) return;
    this.#calls.delete(call);
    this.#outcomes++;
    const grade = gradeOf(this.#world, waiting.node, lookup);
    this.#grades.push(grade);
    if (this.#grades.length > GRADES_REMEMBERED) this.#grades.shift();
    const trace = traceOf(lookup, this.#world.now);
    const peers = [...waiting.peers].map((peer) => ({
      host: formatIp(ipOf(peer)),
      port: portOf(peer),
    }));
    const { writesStored: stored, writesFailed: failed } = lookup;
    waiting.resolve({ nodes: trace.closest, lookup: trace, grade, peers, stored, failed });
  }

  /**
   * Moves time while somebody waits. After each outcome the program gets its turn first, so that what
   * it does next happens at the virtual time at which it heard.
   */
  async #drive(): Promise<void> {
    if (this.#isDriving) return;
    this.#isDriving = true;
    await turns();
    while (this.#calls.size > 0) {
      const before = this.#outcomes;
      this.#world.run(Infinity, () => this.#outcomes > before);
      if (this.#outcomes === before) this.#giveUp();
      await turns();
    }
    this.#isDriving = false;
  }

  /** Nothing is left that could happen. */
  #giveUp(): void {
    for (const { reject } of this.#calls.values()) {
      reject(new DhtError('TIMEOUT', 'nothing is left to happen in this world'));
    }
    this.#calls.clear();
  }
}

/** One node of a lab, with the calls of a real one. */
export class LabNode {
  readonly number: number;
  readonly #lab: Lab;

  constructor(lab: Lab, number: number) {
    this.#lab = lab;
    this.number = number;
  }

  get id(): string {
    return this.#lab.idOf(this.number);
  }

  get host(): string {
    return formatIp(ipOf(this.#lab.addressOf(this.number)));
  }

  get port(): number {
    return portOf(this.#lab.addressOf(this.number));
  }

  findNode(target: string | Uint8Array): Promise<LabFindNodeResult> {
    return this.#lab.lookup(this.number, LookupKind.findNode, target, null);
  }

  getPeers(infoHash: string | Uint8Array): Promise<LabGetPeersResult> {
    return this.#lab.lookup(this.number, LookupKind.getPeers, infoHash, null);
  }

  async announce(
    infoHash: string | Uint8Array,
    options: { port?: number; seed?: boolean } = {},
  ): Promise<LabAnnounceResult> {
    const { seed = false } = options;
    const impliedPort = options.port === undefined;
    const port = wholeNumber(options.port ?? this.port, 'port', 1, 65535);
    const announcement = { port, impliedPort, seed };
    const result = await this.#lab.lookup(this.number, LookupKind.announce, infoHash, announcement);
    if (result.stored === 0) throw new DhtError('NOT_STORED', 'no node stored the announce');
    return result;
  }
}

interface Call {
  node: number;
  peers: Set<Address>;
  resolve(result: LabAnnounceResult): void;
  reject(error: Error): void;
}

/** An array of `count` nodes of which only those that are looked at are made. */
function nodeList(lab: Lab, count: number): readonly LabNode[] {
  const made = new Map<number, LabNode>();
  return new Proxy([] as LabNode[], {
    get(target, key, receiver) {
      if (key === 'length') return count;
      const number = typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : -1;
      if (number < 0) return Reflect.get(target, key, receiver);
      if (number >= count) return undefined;
      const known = made.get(number) ?? new LabNode(lab, number);
      made.set(number, known);
      return known;
    },
    has: (target, key) =>
      typeof key === 'string' && /^\d+$/.test(key) ? Number(key) < count : Reflect.has(target, key),
  });
}

const UNITS_MS: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

function durationMs(duration: number | string): number {
  const match = typeof duration === 'string' && /^(\d+(?:\.\d+)?) ?(ms|s|min|h)$/.exec(duration);
  const value = match ? Number(match[1]) * UNITS_MS[match[2]!]! : duration;
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return Math.round(value);
  throw new RangeError(`"duration" expected ms or text such as '10 min', got ${String(duration)}`);
}

function checkLatency(model: LatencyModel): void {
  const { kind } = model;
  if (kind === 'king') return;
  if (kind === 'constant') {
    wholeNumber(model.ms, 'latency.ms', 1, 60_000);
  } else if (kind === 'uniform') {
    wholeNumber(model.lowMs, 'latency.lowMs', 1, 60_000);
    wholeNumber(model.highMs, 'latency.highMs', model.lowMs, 60_000);
  } else {
    throw new TypeError(`"latency.kind" expected constant, uniform or king, got ${String(kind)}`);
  }
}

/** Lets everything that waits for a promise go on until it waits for the world again. */
async function turns(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await null;
}
