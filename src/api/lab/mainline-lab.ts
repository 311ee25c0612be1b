/**
 * A lab of Mainline nodes, part of `ringlight/lab`: the product's own nodes on simulated datagrams,
 * with the calls of real ones. Awaiting moves virtual time, and each lookup that was called for is
 * graded by an oracle that knows everybody.
 */

import { type Address, formatIp, ipOf, portOf } from '../../core/address.ts';
import { checkNames, checkToggle, wholeNumber } from '../../core/argument.ts';
import { formatId, ID_BYTES, parseId } from '../../core/id.ts';
import { DhtError, warn } from '../../io/errors.ts';
import { Watchers } from '../../io/watchers.ts';
import type { AdversaryModel } from '../../lab/adversaries/adversary.ts';
import { besiegedWorld } from '../../lab/adversaries/besieged.ts';
import { type ChurnChoice, churnFrom } from '../../lab/life/churn-model.ts';
import type { Life } from '../../lab/life/life.ts';
import { checkSchedule, follow, type Step } from '../../lab/life/schedule.ts';
import { gradeOf } from '../../lab/mainline/grade.ts';
import type { MainlineOverlay } from '../../lab/mainline/mainline-overlay.ts';
import { checkStart, type StartModel } from '../../lab/mainline/start.ts';
import type { LatencyModel } from '../../lab/network/latency.ts';
import type { NetworkModel } from '../../lab/network/network-model.ts';
import { type Grade, type Summary, summaryOf } from '../../lab/results/grade.ts';
import { sha1 } from '../../lab/sha1.ts';
import type { World } from '../../lab/world.ts';
import { START_MS } from '../../lab/world-state.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { type Announcement, LookupKind } from '../../mainline/rows/purpose.ts';
import { type LookupTrace, type NodeInfo, traceOf } from '../../mainline/trace.ts';
import { TableView } from '../../mainline/views.ts';
import { type PingResult, pingResult } from '../mainline/answer.ts';
import { type StoredPeers, storedPeers } from '../mainline/stored.ts';
import { LabAdversary } from './lab-adversary.ts';
import { checkPlaces, networkOf, type Whom } from './lab-choices.ts';
import { LabWorld, type WorldStats } from './lab-world.ts';
import { lazyList } from './node-list.ts';
import { type LabNodeStats, labNodeStats } from './node-stats.ts';
import { type LabNodeChooser, type OwnNodes, ownNodes } from './own-nodes.ts';
import { type LabQueryHook, labHandler } from './query-hook.ts';
import { VirtualCalls } from './virtual-calls.ts';

/** Nodes of one world at most: what 32-bit row numbers and the memory of a large machine allow. */
export const LAB_NODES_LIMIT = 10_000_000;
/** Graded lookups that a lab remembers. */
export const GRADES_REMEMBERED = 100_000;

export interface LabOptions {
  /** What lives there: Mainline nodes, or with `ring` those of a replicated ring. Default `mainline`. */
  overlay?: 'mainline';
  /** The same seed gives the same run, bit for bit. Default 1. */
  seed?: number;
  /** Default 1000. */
  nodes?: number;
  /** Default `king`: round trips with a median of 156 ms and a mean of 178 ms. */
  latency?: LatencyModel;
  /** Share of datagrams that are lost, 0..1. Default 0. */
  loss?: number;
  /** All that may happen to a datagram, loss and latency too: then those are not given beside it. */
  network?: NetworkModel;
  /** Do nodes look after their tables? Default true. */
  upkeep?: boolean;
  /** `warm` (default): with the tables of a converged network. `protocol`: all nodes really join. */
  start?: 'warm' | 'protocol' | StartModel;
  /** How nodes come and go: a preset such as `kad`, two laws, or a trace. Default: nobody does. */
  churn?: ChurnChoice;
  /** What is to befall the world, and when. */
  schedule?: readonly Step[];
  /**
   * What every node is like. The table is always `kbuckets`. Bounds on strangers, BEP 42 and the limits per
   * IP and /24 are left out unless they are asked for: they mean something among `adversaries`. A function
   * says what one node has of its own.
   */
  node?: LabNodeChoices | LabNodeChooser;
  /** Who attacks, with how many nodes of which networks, and when; see `lab.adversaries`. */
  adversaries?: readonly AdversaryModel[];
  /** Does each node count what passes through it, for `stats`? 0.7 KB for each that does anything. Default false. */
  counts?: boolean;
  /** Sees every query, as `onQuery` of a live node does, and is told which node was asked. */
  onQuery?: LabQueryHook;
}

/** What a node of a lab may be told. */
export type LabNodeChoices = Pick<NodeChoices, (typeof NODE_OPTIONS)[number]>;

const OPTIONS: readonly (keyof LabOptions)[] = [
  ...(['overlay', 'seed', 'nodes', 'latency', 'loss', 'network', 'upkeep', 'start'] as const),
  ...(['churn', 'schedule', 'node', 'adversaries', 'counts', 'onQuery'] as const),
];
const NODE_OPTIONS = [
  ...(['k', 'alpha', 'shortTimeoutMs', 'shortTimeoutMsMin', 'timeoutMs'] as const),
  ...(['onePerIp', 'onePerNetwork', 'secureIds', 'inbound', 'outbound', 'peers', 'items'] as const),
  ...(['paths', 'expectedDistance'] as const),
] as const;
/** Those that people write beside `network`; `latency` and `loss` may stand there. */
const NETWORK_OPTIONS: readonly (keyof NetworkModel)[] = [
  ...(['bursts', 'jitter', 'reorder', 'duplicate', 'uplinks', 'nat', 'pieceBytes'] as const),
];

export interface LabFindNodeResult {
  nodes: NodeInfo[];
  lookup: LookupTrace;
  /** What the oracle says of it. */
  grade: Grade;
}

export interface LabGetPeersResult extends LabFindNodeResult {
  peers: { host: string; port: number }[];
}

export interface LabPingResult extends PingResult {
  /** The number of the node that answered. */
  node: number;
}

export interface LabAnnounceResult extends LabGetPeersResult {
  stored: number;
  failed: number;
}

/** A lab in plain numbers. */
export interface LabStats extends WorldStats {
  lookups: { count: number } & Omit<Summary, 'lookups'>;
}

/**
 * What a lab tells somebody who looks on, at its moment of virtual time. Looking changes nothing; call
 * nothing of the lab from here.
 */
export interface LabWatcher {
  /** A lookup that was called for has ended; `node` is its number, the grade the oracle's. */
  onLookup?(trace: LookupTrace, node: number, grade: Grade): void;
}

export class Lab extends LabWorld {
  /** Node i has the i-th smallest id. */
  readonly nodes: readonly LabNode[];
  /** In the order in which they were asked for; their nodes are not among `nodes`. */
  readonly adversaries: readonly LabAdversary[];
  readonly #overlay: MainlineOverlay;
  /** @internal */
  protected readonly world: World;
  /** @internal */
  protected readonly life: Life;
  readonly #grades: Grade[] = [];
  readonly #calls = new VirtualCalls((isOver) => this.world.run(Infinity, isOver));
  /** Peers found so far, by call. */
  readonly #peers = new Map<number, Set<Address>>();
  readonly #watchers = new Watchers<LabWatcher>(['onLookup'], warn);

  constructor(options: LabOptions) {
    super();
    checkPlaces(options, 'node', NODE_OPTIONS);
    checkPlaces(options, 'network', NETWORK_OPTIONS);
    checkNames(options, 'options', 'createLab', OPTIONS);
    const choose = typeof options.node === 'function' ? options.node : null;
    const alike = typeof options.node === 'function' ? undefined : options.node;
    if (alike !== undefined) checkNames(alike, 'node', 'a node of a lab', NODE_OPTIONS, 'node.');
    checkToggle(options.upkeep, 'upkeep');
    checkToggle(options.counts, 'counts');
    const { seed = 1, nodes = 1000, upkeep = true, schedule = [], adversaries = [] } = options;
    wholeNumber(seed, 'seed', 0, Number.MAX_SAFE_INTEGER);
    wholeNumber(nodes, 'nodes', 1, LAB_NODES_LIMIT);
    const network = networkOf(options);
    const start = checkStart(options.start ?? 'warm');
    const churn = options.churn === undefined ? null : churnFrom(options.churn, nodes);
    checkSchedule(schedule, nodes);
    const open = { onePerIp: false, inbound: false, outbound: false } as const;
    const { onQuery } = options;
    const answering =
      onQuery === undefined
        ? {}
        : { handler: labHandler(onQuery, (address) => this.#overlay.nodeAt(address)) };
    const settingsOf = (choices: Partial<NodeChoices> = {}) => ({
      ...settingsFrom({ ...open, readOnly: false, ...choices }),
      ...answering,
    });
    const settings = settingsOf(alike);
    const own = choose && ownNodes(choose, nodes, settingsOf);
    if (own) checkOwn(own, options, start);
    const { overlay, life, cast } = besiegedWorld(
      {
        ...{ seed, nodes, network, settings, upkeep, sha1, start, churn, adversaries },
        settlement: own?.settlement ?? null,
        settingsOfNode: own && ((node) => own.settings.get(node) ?? null),
        contactsOfNode: own && ((node) => own.tables.get(node) ?? null),
        counts: options.counts === true,
      },
      {
        onLookup: (call, lookup) => this.#ended(call, lookup),
        onPeer: (call, peer) => this.#peers.get(call)?.add(peer),
        onAnswer: (call, message, rttMs, from) => this.#answered(call, message, rttMs, from),
        onSilence: (call) =>
          this.#calls.fail(call, new DhtError('TIMEOUT', 'no answer came in time')),
        onJoin() {},
      },
    );
    this.#overlay = overlay;
    this.world = overlay.world;
    this.life = life;
    const ended = (node: number): void =>
      this.#calls.failAllOf(node, new DhtError('CLOSED', `node ${node} crashed`));
    life.observer = { began() {}, ended, resumed() {} };
    follow(life, schedule);
    this.nodes = lazyList(nodes, (number) => new LabNode(this, number));
    const actors = cast?.actors ?? [];
    this.adversaries = actors.map((band) => new LabAdversary(overlay, band));
  }

  /** The latest lookups that were called for, graded by the oracle. */
  get grades(): readonly Grade[] {
    return this.#grades;
  }

  /** All of `grades` together, and what the wire carried. */
  get metrics(): Summary & { delivered: number; lost: number; undeliverable: number } {
    const { delivered, lost, undeliverable } = this.world;
    return { ...summaryOf(this.#grades), delivered, lost, undeliverable };
  }

  /** The same and more as plain numbers, as other doors have them. */
  get stats(): LabStats {
    const { lookups: count, ...summary } = summaryOf(this.#grades);
    const { delivered, lost, undeliverable } = this.world;
    const { now, nodes } = this;
    return {
      ...{ virtualMs: now, nodes: nodes.length, lookups: { count, ...summary } },
      ...{ delivered, lost, undeliverable },
    };
  }

  /** Tells `watcher` what happens until the returned function is called. */
  watch(watcher: LabWatcher): () => void {
    return this.#watchers.add(watcher);
  }

  /** Ends processes and begins new ones at once, which still know whom they knew. */
  restart(...whom: Whom): void {
    this.befall({ restart: this.selected(whom) });
  }

  /** @internal */
  idOf(number: number): string {
    return formatId(this.#overlay.contactBytes, (number + 1) * CONTACT_BYTES);
  }

  /** @internal */
  addressOf(number: number): Address {
    return this.#overlay.addressOf(number);
  }

  /** @internal */
  tableOf(number: number): TableView {
    return new TableView(this.#overlay.node(number), () => this.world.now, -START_MS);
  }

  /** @internal */
  storedBy(number: number, limit?: number): StoredPeers[] {
    return storedPeers(this.#overlay.node(number), limit);
  }

  /** @internal */
  statsOf(number: number): LabNodeStats {
    return labNodeStats(this.#overlay, number);
  }

  /** @internal Begins a lookup; the promise is kept by letting virtual time pass. */
  lookup(
    number: number,
    kind: LookupKind,
    target: string | Uint8Array,
    announcement: Announcement | null,
  ): Promise<LabAnnounceResult> {
    return this.#calls.open(number, (call) => {
      const id = parseId(target, 'target');
      if (!this.isAlive(number)) throw new DhtError('CLOSED', this.whyNot(number));
      this.#peers.set(call, new Set());
      const node = this.#overlay.node(number);
      if (!node.lookup(this.world.now, kind, id, call, announcement)) {
        this.#peers.delete(call);
        throw new DhtError('NO_NODES', `node ${number} knows nobody, or is too busy`);
      }
      this.world.arm(number);
    });
  }

  /** @internal Asks whether another node is there. */
  ping(number: number, other: number): Promise<LabPingResult> {
    wholeNumber(other, 'node', 0, this.nodes.length - 1);
    return this.#calls.open(number, (call) => {
      if (!this.isAlive(number)) throw new DhtError('CLOSED', this.whyNot(number));
      const { now } = this.world;
      const to = this.addressOf(other);
      if (!this.#overlay.node(number).ask(now, to, Method.ping, NOWHERE, call)) {
        throw new DhtError('BUSY', `node ${number} has too many questions under way`);
      }
      this.world.arm(number);
    });
  }

  #answered(call: number, message: Message, rttMs: number, from: Address): void {
    try {
      const node = this.#overlay.nodeAt(from);
      this.#calls.settle(call, { ...pingResult(message, rttMs, from), node });
    } catch (error) {
      this.#calls.fail(call, error as Error);
    }
  }

  #ended(call: number, lookup: Lookup): void {
    const asker = this.#calls.nodeOf(call);
    const found = this.#peers.get(call) ?? [];
    this.#peers.delete(call);
    if (asker < 0) return;
    const grade = gradeOf(this.#overlay, asker, lookup);
    this.#grades.push(grade);
    if (this.#grades.length > GRADES_REMEMBERED) this.#grades.shift();
    const trace = traceOf(lookup, this.world.now);
    for (const hear of this.#watchers.of('onLookup')) hear(trace, asker, grade);
    const peers = [...found].map((peer) => ({
      host: formatIp(ipOf(peer)),
      port: portOf(peer),
    }));
    const { stored, failed } = lookup.writes;
    const nodes = trace.closest;
    this.#calls.settle(call, { nodes, lookup: trace, grade, peers, stored, failed });
  }
}

/** What nodes have of their own and a world cannot give them. @throws TypeError that names the field. */
function checkOwn(
  { settlement, tables }: OwnNodes,
  { network, adversaries = [] }: LabOptions,
  start: StartModel,
): void {
  const [first] = tables.keys();
  if (first !== undefined && start.kind === 'protocol') {
    throw new TypeError(`"node(${first}).table" is for a warm start: here all join by themselves`);
  }
  if (settlement === null) return;
  if (adversaries.length > 0) {
    throw new TypeError(
      '"node(0).id" is for worlds without adversaries, among whom ids follow from addresses',
    );
  }
  if (network?.family === 6) throw new TypeError('"node(0).id" is for worlds of IPv4');
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

  /** Its routing table, live; `lastHeardMs` is virtual time since the world began. */
  get table(): TableView {
    return this.#lab.tableOf(this.number);
  }

  /** As a live node has them; what passed through it is null unless the lab was made with `counts`. */
  get stats(): LabNodeStats {
    return this.#lab.statsOf(this.number);
  }

  /** What others have announced to it, at most `limit` info-hashes. */
  stored(limit?: number): StoredPeers[] {
    return this.#lab.storedBy(this.number, limit);
  }

  /** Asks the node of a number whether it is there. @throws DhtError TIMEOUT when nobody answers. */
  ping(other: number): Promise<LabPingResult> {
    return this.#lab.ping(this.number, other);
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

/** The target of a ping, which has none. */
const NOWHERE = new Uint8Array(ID_BYTES);
