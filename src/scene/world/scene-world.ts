/**
 * One world of a simulation, from its beginning on: its inhabitants, who is up, what hands do to it,
 * the lookups that its nodes begin by themselves. All that happens in it follows from the
 * configuration and the acts with their times; who looks on changes nothing.
 *
 *     perform(act, number) ─┬─ Life: crash, pause, resume, restart, churn
 *                           ├─ Network: partition, loss, latency
 *                           └─ Inhabitants: put, get, leave, enlist …
 *
 * The chances of an act hang on the seed and its number in the history, so that one more act changes
 * nothing for those before it.
 */

import { formatId, ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import { Churn } from '../../lab/life/churn.ts';
import { Life, State } from '../../lab/life/life.ts';
import { SeedStream } from '../../lab/seed.ts';
import type { World } from '../../lab/world.ts';
import { START_MS } from '../../lab/world-state.ts';
import type { Act } from '../protocol/commands.ts';
import type { SceneConfig } from '../protocol/config.ts';
import { NodeState } from '../protocol/messages.ts';
import { isHash, keyName, keyOf } from '../protocol/names.ts';
import type { Outcome } from '../views/outcomes.ts';
import { FlightLog, SMALL_WORLD } from './flights.ts';
import type { Ending, Inhabitants, InhabitantsEar, Populate, SceneCall } from './inhabitants.ts';
import { churnOf, latencyOf } from './models.ts';

/** Calls that no view is kept of are numbered from here on, the watched ones from 1. */
const UNWATCHED = 2 ** 30;
/** In a large world so many of the nodes' own lookups are watched; in a small one always one at a time. */
const OWN_WATCHED = 8;
/** Watched calls under way at a time: each costs a look at every message of its node. */
export const WATCHED_MAX = 64;
/** Watched keys at most: those of the configuration, and those put since. */
export const KEYS_WATCHED_MAX = 2000;
/** Lines of all nodes' logs together. */
export const LOG_LINES = 2000;
/** Lookups that ended between two updates. */
export const OUTCOMES_MAX = 20_000;
/** Tries to draw a node that is up. */
const DRAWS = 64;
/** The chances of each act have streams of their own, this far apart. */
const ACT_STREAMS = 0x10000;

export interface WatchedKey {
  readonly key: Uint8Array;
  readonly name: string | null;
}

export interface LogLine {
  readonly node: number;
  readonly atMs: number;
  readonly text: string;
}

interface Asked {
  readonly call: SceneCall;
  readonly startedMs: number;
  readonly isOwn: boolean;
}

export class SceneWorld implements InhabitantsEar {
  readonly config: SceneConfig;
  readonly inhabitants: Inhabitants;
  readonly life: Life;
  readonly world: World;
  readonly flights: FlightLog;
  /** Nodes that may have changed since the last update. */
  readonly dirty: Set<number> = new Set();
  /** Watched calls that have moved on since then. */
  readonly movedCalls: Set<number> = new Set();
  readonly keys: WatchedKey[] = [];
  readonly names: Map<string, string> = new Map();
  readonly sybils: number[] = [];
  /** By node, on which side of a partition; null when there is none. */
  sides: Uint8Array | null = null;
  log: LogLine[] = [];
  outcomes: Outcome[] = [];
  /** Lookups that ended, those that failed, those that were exact. */
  lookups = 0;
  failedLookups = 0;
  exactLookups = 0;
  events = 0;
  /** What an act could not do: one line for people. */
  complaint = '';
  readonly #chance: SeededRandom;
  readonly #asked = new Map<number, Asked>();
  readonly #hasBegun: Uint8Array;
  readonly #hasLeft = new Set<number>();
  /** Adversaries that have come: nobody's hands ask through them. */
  readonly #besiegers = new Set<number>();
  readonly #watchedHashes = new Set<string>();
  #watchedCalls = 0;
  #unwatchedCalls = 0;
  #ownWatched = 0;
  #ownUnderWay = 0;
  #lookupsPerSecond = 0;
  #dueMs = 0;
  /** The workload that holds now: an earlier one's events are void. */
  #workload = 0;
  readonly #beginning: number;

  constructor(config: SceneConfig, populate: Populate, lastFlight: number) {
    this.config = config;
    this.inhabitants = populate(config, this);
    this.world = this.inhabitants.world;
    const { founders } = this.inhabitants;
    this.life = new Life(this.inhabitants.mortals, founders);
    this.flights = new FlightLog(this.inhabitants, lastFlight);
    this.#hasBegun = new Uint8Array(this.world.count).fill(1, 0, founders);
    this.#chance = new SeededRandom(config.seed, SeedStream.workload);
    this.life.observer = {
      began: (node) => this.#began(node),
      ended: (node) => this.#ended(node),
      resumed: (node) => this.#happened(node, 'goes on'),
    };
    this.#beginning = this.world.subscribe((workload) => this.#work(workload));
    this.#furnish();
    this.#churn(config.churn, new SeededRandom(config.seed, SeedStream.sceneChurn));
    this.#setWorkload(config.lookupsPerSecond);
  }

  get nowMs(): number {
    return this.world.elapsedMs;
  }

  /** Lets time pass up to a moment; false when `isOver` wanted a rest before that. */
  runTo(atMs: number, isOver: () => boolean): boolean {
    const untilMs = START_MS + atMs;
    while (this.world.step(untilMs)) {
      this.events++;
      if (isOver()) return false;
    }
    return true;
  }

  /** See `NodeState`. */
  stateOf(node: number): number {
    const state = this.life.states[node];
    if (state === State.up) return NodeState[this.inhabitants.phaseOf(node)];
    if (state === State.paused) return NodeState.paused;
    if (state === State.unborn || this.#hasBegun[node] === 0) return NodeState.absent;
    return this.#hasLeft.has(node) ? NodeState.absent : NodeState.crashed;
  }

  // What the inhabitants tell.

  moved(call: number): void {
    this.movedCalls.add(call);
  }

  changed(node: number): void {
    this.dirty.add(node);
  }

  told(node: number, text: string): void {
    this.log.push({ node, atMs: this.nowMs, text });
    if (this.log.length > 2 * LOG_LINES) this.log = this.log.slice(-LOG_LINES);
  }

  left(node: number): void {
    this.#hasLeft.add(node);
    this.life.left(node);
  }

  besieged(nodes: readonly number[], isThere: boolean): void {
    for (const node of nodes) {
      if (isThere) {
        this.sybils.push(node);
        this.#besiegers.add(node);
        this.life.came(node);
      } else {
        this.left(node);
      }
    }
  }

  ended(call: number, ending: Ending): void {
    const asked = this.#asked.get(call);
    if (!asked) return;
    this.#asked.delete(call);
    const { from, isWatched, key, kind, name } = asked.call;
    if (isWatched) {
      this.flights.watch(from, -1);
      this.movedCalls.add(call);
      if (asked.isOwn) this.#ownUnderWay--;
    }
    if (kind === 'put' && !ending.failed) this.#watchKey(key, name);
    this.#count(ending, asked.startedMs);
  }

  #count({ failed, exact, hops, messages }: Ending, startedMs: number): void {
    this.lookups++;
    if (failed) this.failedLookups++;
    else if (exact) this.exactLookups++;
    const endedMs = this.nowMs;
    const result = failed ? 0 : exact === null ? 1 : exact ? 2 : 3;
    if (this.outcomes.length >= OUTCOMES_MAX) return;
    this.outcomes.push({ endedMs, durationMs: endedMs - startedMs, hops, messages, result });
  }

  // What happens to nodes.

  #began(node: number): void {
    this.#hasLeft.delete(node);
    const again = this.#hasBegun[node] === 1;
    this.#hasBegun[node] = 1;
    this.#happened(node, again ? 'begins again' : 'begins');
  }

  #ended(node: number): void {
    this.inhabitants.gone(node);
    this.#happened(node, this.#hasLeft.has(node) ? 'has left' : 'crashes');
  }

  #happened(node: number, text: string): void {
    this.dirty.add(node);
    this.told(node, text);
  }

  // Acts.

  /** Does one act now; `number` is its place in the history. */
  perform(act: Act, number: number): void {
    const random = new SeededRandom(this.config.seed, SeedStream.scene + number * ACT_STREAMS);
    this.complaint = '';
    switch (act.kind) {
      case 'crash':
      case 'pause':
      case 'resume':
      case 'leave':
      case 'restart':
        return this.#befall(act);
      case 'add':
        return this.#admit(this.inhabitants.enlist(act.count, null));
      case 'sybils':
        return this.#attack(act);
      case 'partition':
        return this.#partition(act.nodes, act.oneWay);
      case 'heal':
        this.sides = null;
        this.world.network.heal();
        return;
      case 'network':
        if (act.loss !== undefined) this.world.network.lose(act.loss);
        if (act.latencyMs !== undefined) this.world.network.stretch(latencyOf(act.latencyMs));
        return;
      case 'churn':
        return this.#churn(act.churn, random);
      case 'workload':
        return this.#setWorkload(act.lookupsPerSecond);
      default:
        return this.#call(act, random);
    }
  }

  #befall(act: Extract<Act, { nodes: readonly number[]; kind: string }>): void {
    const { life } = this;
    const isPresent = (node: number): boolean =>
      node < this.world.count && life.states[node] !== State.unborn;
    let done = 0;
    for (const node of new Set(act.nodes)) {
      if (isPresent(node) && this.#befallOne(act, node)) done++;
    }
    if (done === 0) this.complaint = `nobody here to ${act.kind}`;
  }

  #befallOne(act: Extract<Act, { nodes: readonly number[]; kind: string }>, node: number): boolean {
    const { life } = this;
    if (act.kind === 'crash') return life.crash(node);
    if (act.kind === 'resume') return life.resume(node);
    if (act.kind === 'pause') {
      if (!life.pause(node)) return false;
      this.#happened(node, 'stands still');
      return true;
    }
    if (act.kind === 'restart') {
      life.restart(node, act.memory ? 'memory' : 'blank');
      return true;
    }
    if (life.states[node] === State.paused) return life.crash(node);
    if (life.states[node] !== State.up) return false;
    this.inhabitants.leave(node);
    this.dirty.add(node);
    return true;
  }

  #admit(nodes: readonly number[]): void {
    for (const node of nodes) {
      this.life.admit(node);
      this.life.begin(node, 'blank');
    }
    if (nodes.length === 0) this.complaint = 'no room for more nodes in this world';
  }

  #attack({ name, count }: Extract<Act, { kind: 'sybils' }>): void {
    const nodes = this.inhabitants.enlist(count, this.#keyOf(name));
    for (const node of nodes) if (this.inhabitants.isSybil(node)) this.sybils.push(node);
    this.#admit(nodes);
  }

  /** There is one partition at a time. */
  #partition(nodes: readonly number[], isOneWay: boolean): void {
    const { network } = this.world;
    const inside = nodes.filter((node) => node < this.world.count);
    network.heal();
    network.partition([inside], isOneWay ? 'out' : 'both');
    this.sides = new Uint8Array(this.world.count);
    for (const node of inside) this.sides[node] = 1;
  }

  /** Those who are up are met in the middle of their sessions; whoever is down stays away for as long. */
  #churn(choice: string | number | null, random: SeededRandom): void {
    this.life.endChurn();
    if (choice === null) return;
    const churn = new Churn(churnOf(choice, this.config.overlay));
    const restsMs = Float64Array.from(this.life.states, (state) => {
      const law = state === State.down ? churn.down : churn.up;
      return law.drawRest(random, law.drawAge(random));
    });
    this.life.beginChurn(churn, restsMs);
  }

  // Calls.

  #call(
    act: Extract<Act, { kind: 'put' | 'get' | 'remove' | 'lookup' }>,
    random: SeededRandom,
  ): void {
    const from = act.from ?? this.#someoneUp(random);
    if (from < 0 || from >= this.world.count || this.life.states[from] !== State.up) {
      this.complaint = act.from === undefined ? 'no node is up' : `node ${from} is not up`;
      return;
    }
    if (act.kind === 'remove' && this.config.overlay === 'mainline') {
      this.complaint = 'Mainline has no way to remove anything: peers expire after 45 minutes';
      return;
    }
    const { kind, name } = act;
    const [value, level] = act.kind === 'put' ? [act.value, act.level] : ['', undefined];
    const isWatched = this.flights.watched < WATCHED_MAX;
    const key = this.#keyOf(name);
    const over = act.family === undefined ? {} : { family: act.family };
    const call = { kind, name, key, value, from, level: level ?? 'quorum', ...over, isWatched };
    this.#ask(call, false);
  }

  #ask(wanted: Omit<SceneCall, 'call'>, isOwn: boolean): void {
    const number = wanted.isWatched ? ++this.#watchedCalls : UNWATCHED + ++this.#unwatchedCalls;
    const call: SceneCall = { call: number, ...wanted };
    const startedMs = this.nowMs;
    this.#asked.set(number, { call, startedMs, isOwn });
    // Before it begins: its first messages leave at once.
    if (call.isWatched) {
      this.flights.watch(call.from, 1);
      this.movedCalls.add(number);
      if (isOwn) this.#ownUnderWay++;
    }
    if (this.inhabitants.begin(call)) return;
    const result = 'it knows nobody, or is too busy';
    if (!isOwn) this.complaint = `node ${call.from} could not begin: ${result}`;
    this.ended(number, { failed: true, exact: null, hops: 0, messages: 0, result });
  }

  #keyOf(name: string): Uint8Array {
    const key = keyOf(name);
    if (!isHash(name)) this.names.set(formatId(key), name);
    return key;
  }

  #watchKey(key: Uint8Array, name: string): void {
    const hash = formatId(key);
    if (this.#watchedHashes.has(hash) || this.keys.length >= KEYS_WATCHED_MAX) return;
    this.#watchedHashes.add(hash);
    this.keys.push({ key, name: this.names.get(hash) ?? (isHash(name) ? null : name) });
  }

  #furnish(): void {
    const keys = Array.from({ length: this.config.keys }, (_, i) => {
      const name = keyName(i);
      return { name, key: this.#keyOf(name) };
    });
    this.inhabitants.furnish(keys);
    for (const { key, name } of keys) this.#watchKey(key, name);
  }

  // Lookups that the nodes begin by themselves, at times chosen by chance.

  #setWorkload(lookupsPerSecond: number): void {
    this.#lookupsPerSecond = lookupsPerSecond;
    this.#workload++;
    if (lookupsPerSecond === 0) return;
    this.#dueMs = this.world.now + this.#spacingMs();
    this.world.schedule(Math.ceil(this.#dueMs), this.#beginning, this.#workload, 0);
  }

  #work(workload: number): void {
    if (workload !== this.#workload) return;
    const { world } = this;
    for (; this.#dueMs <= world.now; this.#dueMs += this.#spacingMs()) this.#lookUp();
    world.schedule(Math.ceil(this.#dueMs), this.#beginning, workload, 0);
  }

  #spacingMs(): number {
    return ((this.#chance.uint32() / 0x100000000) * 2000) / this.#lookupsPerSecond;
  }

  /** In a small world every other one is for a key that somebody has put: there is more to see. */
  #lookUp(): void {
    const random = this.#chance;
    const from = this.#someoneUp(random);
    const isSmall = this.inhabitants.founders <= SMALL_WORLD;
    const known = isSmall && this.keys.length > 0 && random.uint32() % 2 === 0;
    const watched = known ? this.keys[randomBelow(random, this.keys.length)] : null;
    const key = watched?.key ?? new Uint8Array(ID_BYTES);
    if (!watched) fillRandom(random, key, 0, ID_BYTES);
    if (from < 0) return;
    const isWatched = isSmall ? this.#ownUnderWay === 0 : this.#ownWatched < OWN_WATCHED;
    if (isWatched) this.#ownWatched++;
    const kind = watched ? 'get' : 'lookup';
    const name = watched?.name ?? '';
    this.#ask({ kind, name, key, value: '', from, level: 'one', isWatched }, true);
  }

  /** A node that is up and has joined, or -1 when there is hardly any. */
  #someoneUp(random: SeededRandom): number {
    const { states } = this.life;
    const { placeCount, founders } = this.inhabitants;
    const nodes = Math.max(founders, this.inhabitants.nodeOf(placeCount - 1) + 1);
    for (let i = 0; i < DRAWS; i++) {
      const node = randomBelow(random, nodes);
      if (this.#besiegers.has(node)) continue;
      if (states[node] === State.up && this.inhabitants.phaseOf(node) === 'up') return node;
    }
    return -1;
  }
}
