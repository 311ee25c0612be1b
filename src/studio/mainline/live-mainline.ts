/**
 * Running Mainline nodes as a scene: nodes of this process, looked into directly, and around them those
 * whom they know, drawn as their tables have them.
 *
 *     own nodes ── id, table, stored peers, lookups, datagrams ──▶ nodes, keys, lookups, flights
 *     contacts of their tables, askers ──────────────────────────▶ nodes that can only be seen
 */
import {
  type Address,
  formatAddress,
  type LookupTrace,
  type Mainline,
  type TableEntry,
} from '../../mainline.ts';
import type { Act, Explanation, KeyView, LookupView, NodeView, SceneOverlay } from '../../scene.ts';
import { explainMainline, kindOfMainline, mainlineExchange, NodeState } from '../../scene.ts';
import { FlightSample } from '../live/flights.ts';
import { addEach, handsOf, portOf, toEach } from '../live/hands.ts';
import { CommandRefused, LiveScene, type LiveSceneOptions } from '../live/live-scene.ts';
import { type Log, logWith } from '../live/log.ts';
import { RunningLookups } from './lookups.ts';
import { lookupViewOf, mainlineNodeView } from './view.ts';

/** What may be done to nodes of this process. */
export interface MainlineHands {
  /** Opens one more node; with `port` and `id` one that is gone is back. */
  add(options?: { port?: number; id?: string }): Promise<unknown>;
  crash(node: Mainline): Promise<void>;
}

export interface LiveMainlineOptions extends LiveSceneOptions {
  /** Nodes of this process; they may change. */
  nodes: () => readonly Mainline[];
  hands?: MainlineHands;
}

/** Tables read in one look; with more nodes they take turns. */
const TABLES_PER_LOOK = 16;
/** Between two readings of stored peers. */
const STORED_MS = 500;
/** Info-hashes shown at most. */
const KEYS_SHOWN = 1000;
/** Nodes outside that are drawn at most; routers of the public network name millions. */
const OUTSIDE_SHOWN = 2000;
/** One is drawn as gone when no table has had it for so long. */
const FORGOTTEN_MS = 60_000;
/** For a command of somebody at the page. */
const CALL_MS = 15_000;
const BUCKET = 8;

interface Own {
  node: Mainline;
  number: number;
}

export class LiveMainline extends LiveScene {
  readonly overlay: SceneOverlay = 'mainline';
  readonly k: number = BUCKET;
  readonly hasHands: boolean = true;
  protected readonly flights: FlightSample;
  readonly #options: LiveMainlineOptions;
  #own: Own[] = [];
  /** By address: nodes of this process, and those outside. */
  readonly #nodeAt = new Map<string, number>();
  readonly #outside = new Map<number, { name: string; seenMs: number }>();
  readonly #untap = new Map<Mainline, () => void>();
  readonly #logs = new Map<number, Log>();
  readonly #running = new RunningLookups({
    nodeAt: (address) => this.#nodeAt.get(address) ?? -1,
    idOf: (node) => this.picture.nameOf(node)?.split('@')[0] ?? null,
    nameOf: (target) => this.names.get(target),
    nextLookup: () => this.nextLookup(),
    tellLookup: (view) => this.tellLookup(view),
  });
  #nextTable = 0;
  #storedMs = Number.NEGATIVE_INFINITY;

  constructor(options: LiveMainlineOptions) {
    super(options);
    this.#options = options;
    this.flights = new FlightSample(
      (bytes) => kindOfMainline(bytes, 0, bytes.length),
      (bytes) => mainlineExchange(bytes, 0, bytes.length),
    );
  }

  protected override end(): void {
    for (const untap of this.#untap.values()) untap();
    this.#untap.clear();
    this.#running.forget();
  }

  protected forget(): void {
    this.end();
    this.#own = [];
    this.#nodeAt.clear();
    this.#outside.clear();
    this.#logs.clear();
  }

  protected look(): void {
    const nodes = this.#options.nodes();
    const before = this.#own;
    this.#own = nodes.map((node) => ({ node, number: this.#see(node) }));
    for (const { node, number } of before) {
      if (nodes.includes(node)) continue;
      const isBack = this.#own.some((own) => own.number === number);
      if (!isBack) this.picture.setState(number, NodeState.crashed);
      this.#untap.get(node)?.();
      this.#untap.delete(node);
    }
    if (this.isWatched) for (const own of this.#own) this.#tap(own);
    this.#lookAround();
    this.#lookAtKeys();
    this.#sum();
  }

  protected viewOf(number: number): NodeView | null {
    const name = this.picture.nameOf(number);
    if (name === undefined) return null;
    return mainlineNodeView({
      number,
      name,
      state: this.picture.stateOf(number),
      node: this.#own.find((own) => own.number === number)?.node ?? null,
      nodeAt: (address) => this.#nodeAt.get(address) ?? -1,
      names: this.names,
      log: this.#logs.get(number) ?? [],
    });
  }

  protected explain(flight: number, bytes: Uint8Array): Explanation {
    return { type: 'explanation', flight, bytes, ...explainMainline(bytes) };
  }

  protected override get reachesNodes(): boolean {
    return this.#options.hands !== undefined;
  }

  protected async act(act: Act): Promise<string> {
    switch (act.kind) {
      case 'put':
      case 'get':
      case 'lookup':
        return this.#command(act.kind, act.name, act.from);
      case 'remove':
        throw new CommandRefused('IMPOSSIBLE', 'Mainline forgets peers by itself, nobody removes');
      case 'add':
        return addEach(this.#hands('be added'), act.count);
      case 'crash':
      case 'leave':
        return this.#crashAll(act.nodes, act.kind);
      case 'restart':
        return this.#restartAll(act.nodes);
      default:
        throw new CommandRefused('IMPOSSIBLE', `live nodes cannot be told to "${act.kind}"`);
    }
  }

  async #command(
    kind: 'put' | 'get' | 'lookup',
    name: string,
    from: number | undefined,
  ): Promise<string> {
    const own = this.#own.find(({ number }) => number === from) ?? this.#own[0];
    if (own === undefined) throw new CommandRefused('IMPOSSIBLE', 'no node is there to ask');
    const key = this.keyOf(name);
    this.#running.expect(own.number, key);
    const limits = { timeoutMs: CALL_MS };
    try {
      if (kind === 'put') {
        const { stored } = await own.node.announce(key, limits);
        return `announced, stored by ${stored} nodes`;
      }
      if (kind === 'get') {
        const { peers } = await own.node.getPeers(key, limits);
        const first = peers.slice(0, 3).map(({ host, port }) => `${host}:${port}`);
        return `${peers.length} peers${first.length > 0 ? `: ${first.join(', ')}` : ''}`;
      }
      const { nodes } = await own.node.findNode(key, limits);
      return `the ${nodes.length} closest answered`;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new CommandRefused('FAILED', `${kind} "${name}": ${message}`);
    }
  }

  #hands(what: string): MainlineHands {
    return handsOf(this.#options.hands, 'nodes', what);
  }

  #crashAll(numbers: readonly number[], what: string): Promise<string> {
    const hands = this.#hands(what);
    return toEach(numbers, what, (number) => {
      const own = this.#own.find((candidate) => candidate.number === number);
      if (!own) throw new CommandRefused('UNKNOWN', `there is no node ${number} here to ${what}`);
      return hands.crash(own.node);
    });
  }

  #restartAll(numbers: readonly number[]): Promise<string> {
    const hands = this.#hands('restart');
    return toEach(numbers, 'restart', (number) => this.#restart(hands, number));
  }

  async #restart(hands: MainlineHands, number: number): Promise<void> {
    const name = this.picture.nameOf(number);
    if (name === undefined || this.#outside.has(number)) {
      throw new CommandRefused('UNKNOWN', `there was no node ${number} here`);
    }
    if (this.#own.some((own) => own.number === number)) {
      throw new CommandRefused('IMPOSSIBLE', `node ${number} is running`);
    }
    const [id, address] = name.split('@') as [string, string];
    await hands.add({ id, port: portOf(address) });
  }

  /** A node of ours: its id and address are its name, as they are for one outside. */
  #see(node: Mainline): number {
    const address = addressOf(node);
    const name = `${node.id}@${address}`;
    const number = this.picture.node(name);
    this.picture.place(node.id, address, number);
    this.picture.setState(number, NodeState.up);
    this.picture.setLoad(number, node.stats.in.datagrams);
    this.#nodeAt.set(address, number);
    this.#outside.delete(number);
    return number;
  }

  /** Contacts that are none of ours, from a few tables at a time. */
  #lookAround(): void {
    const nowMs = Date.now();
    const count = Math.min(TABLES_PER_LOOK, this.#own.length);
    const own = new Set(this.#own.map(({ number }) => number));
    for (let i = 0; i < count; i++) {
      const { node } = this.#own[this.#nextTable++ % this.#own.length]!;
      for (const entry of node.table.entries()) this.#seeContact(entry, own, nowMs);
    }
    for (const [number, { seenMs }] of this.#outside) {
      if (seenMs + FORGOTTEN_MS > nowMs) continue;
      this.picture.setState(number, NodeState.absent);
      this.#outside.delete(number);
    }
  }

  #seeContact(entry: TableEntry, own: ReadonlySet<number>, nowMs: number): void {
    const address = addressOf(entry);
    const at = this.#nodeAt.get(address);
    // Ours, or one of ours that is gone and still in some tables.
    if (at !== undefined && (own.has(at) || !this.#outside.has(at))) return;
    const name = `${entry.id}@${address}`;
    const known = this.picture.numberOf(name);
    if (known < 0 && this.#outside.size >= OUTSIDE_SHOWN) return;
    const number = this.picture.node(name);
    this.picture.place(entry.id, address, number);
    this.picture.setState(number, entry.state === 'bad' ? NodeState.crashed : NodeState.up);
    this.#nodeAt.set(address, number);
    this.#outside.set(number, { name, seenMs: nowMs });
  }

  #lookAtKeys(): void {
    const nowMs = performance.now();
    if (nowMs - this.#storedMs < STORED_MS) return;
    this.#storedMs = nowMs;
    const holders = new Map<string, number[]>();
    for (const { node, number } of this.#own) {
      if (node.stats.store.infoHashes === 0) continue;
      for (const { infoHash } of node.stored(KEYS_SHOWN)) {
        const known = holders.get(infoHash);
        if (known) known.push(number);
        else if (holders.size < KEYS_SHOWN) holders.set(infoHash, [number]);
      }
    }
    for (const { key } of [...this.picture.keys]) {
      if (!holders.has(key)) this.picture.setKey(this.#keyView(key, []));
    }
    for (const [key, its] of holders) this.picture.setKey(this.#keyView(key, its));
  }

  #keyView(key: string, holders: number[]): KeyView {
    return {
      key,
      name: this.names.get(key) ?? this.picture.key(key)?.name ?? null,
      owner: -1,
      holders,
      effectiveK: holders.length - 1,
      state: holders.length > 0 ? 'safe' : 'lost',
      bytes: 0,
    };
  }

  #sum(): void {
    for (const { node } of this.#own) this.messages.count(node.id, node.stats.in.datagrams);
    const keys = [...this.picture.keys];
    const lost = keys.filter(({ state }) => state === 'lost').length;
    this.picture.figures = {
      ...this.picture.figures,
      nodesNow: [...this.picture.livingPlaces()].length,
      messages: this.messages.sum,
      lookups: this.ended.all,
      failedLookups: this.ended.failed,
      keysNow: keys.length - lost,
      unsafeKeysNow: 0,
      lostKeysNow: lost,
    };
  }

  #tap({ node, number }: Own): void {
    if (this.#untap.has(node)) return;
    const untap = node.watch({
      onDatagram: (isOurs, peer, bytes, start, end) =>
        this.#datagram(number, isOurs, peer, bytes.subarray(start, end)),
      onLookup: (trace) => this.#lookup(number, trace),
    });
    this.#untap.set(node, untap);
  }

  /** Between two of ours it is seen twice: on leaving, and on arriving. */
  #datagram(number: number, isOurs: boolean, peer: Address, bytes: Uint8Array): void {
    const address = formatAddress(peer);
    const other = this.#nodeAt.get(address) ?? -1;
    const isInside = other >= 0 && !this.#outside.has(other);
    const atMs = Date.now();
    const lookup = isOurs ? this.#running.sent(number, address, bytes, atMs) : 0;
    if (!isOurs) this.#running.heard(number, address, bytes, atMs);
    const from = isOurs ? number : other;
    const to = isOurs ? other : number;
    if (!isOurs && isInside && this.picture.stateOf(other) === NodeState.up) {
      this.flights.arrived(atMs, from, to, bytes.length);
      return;
    }
    const { length } = bytes;
    const seen = { atMs, from, to, length, hasArrived: !isOurs, lookup, isReply: false };
    this.flights.add(seen, bytes);
  }

  #lookup(number: number, trace: LookupTrace): void {
    const atMs = Date.now();
    const view: LookupView = lookupViewOf(
      this.#running.ended(number, trace.target) || this.nextLookup(),
      number,
      trace,
      atMs,
      this.names.get(trace.target),
      (address) => this.#nodeAt.get(address) ?? -1,
    );
    const text = `${view.kind} ${view.label.slice(0, 12)}: ${view.result}`;
    this.#logs.set(number, logWith(this.#logs.get(number), atMs, text));
    this.tellLookup(view);
    this.conclude(view, Math.max(0, ...trace.steps.map(({ hops }) => hops)));
  }
}

function addressOf({ host, port }: { host: string; port: number }): string {
  return `${host}:${port}`;
}
