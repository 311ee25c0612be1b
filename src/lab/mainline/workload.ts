/**
 * Programs that live on the nodes of a world: they look up and announce, so many times a virtual
 * minute over all nodes, whatever befalls the network meanwhile.
 *
 *     find_node   for an id chosen by chance
 *     get_peers   for one of a few info-hashes
 *     announce    of one of those, at a port chosen by chance
 *
 * Every lookup is graded by the oracle when it ends. One whose node goes meanwhile never ends: it is
 * counted as interrupted and has no grade, since nobody is left who would want the answer.
 */

import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import { type Life, State } from '../life/life.ts';
import type { Grade, PlacedGrade } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { gradeOf } from './grade.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';

export interface WorkloadModel {
  /** How many in a virtual minute, over all nodes. */
  findNode: number;
  getPeers: number;
  announce: number;
  /** Info-hashes that are announced and looked for. */
  infoHashes: number;
}

/** Hears of every call of a program. */
export interface CallObserver {
  began(call: number, node: number): void;
  ended(call: number): void;
  announced(hash: Uint8Array, node: number, port: number, atMs: number): void;
}

interface Call {
  node: number;
  /** The network in which it is made. */
  family: MainlineOverlay;
  /** Place of the info-hash, or -1. */
  hash: number;
  /** Of an announce. */
  port: number;
  isSought: boolean;
  begunAtMs: number;
  isFound: boolean;
}

/** A search for the peers of an info-hash, in one of the networks, that has ended. */
export interface Search {
  network: number;
  hash: number;
  begunAtMs: number;
  isFound: boolean;
}

/** An announce of an info-hash that was stored. */
export interface Stored {
  network: number;
  hash: number;
  atMs: number;
}

const MINUTE_MS = 60_000;
/** Peers expire after 45 minutes; what was stored within this is there, if its keepers are. */
const FRESH_MS = 40 * MINUTE_MS;
/** Tries to find a node that is up before the call is left out. */
const DRAWS = 64;

export class Workload implements MainlineObserver {
  readonly hashes: Uint8Array[];
  readonly random: SeededRandom;
  readonly grades: PlacedGrade[] = [];
  /** Calls begun; those that nobody could begin are failures and among them. */
  begun = 0;
  readonly searches: Search[] = [];
  readonly stored: Stored[] = [];
  observer: CallObserver | null = null;
  readonly #model: WorkloadModel;
  readonly #recorder: Recorder | null;
  readonly #calls = new Map<number, Call>();
  #families: readonly MainlineOverlay[] = [];
  #life: Life | null = null;

  constructor(model: WorkloadModel, seed: number, recorder: Recorder | null) {
    this.#model = model;
    this.#recorder = recorder;
    this.random = new SeededRandom(seed, SeedStream.workload);
    this.hashes = Array.from({ length: model.infoHashes }, () => this.#randomId());
  }

  /** Calls that have not ended: interrupted ones, and those under way. */
  get open(): number {
    return this.#calls.size;
  }

  /** Whose programs they are, by the networks that these are in; before anything else. */
  inhabit(families: readonly MainlineOverlay[], life: Life): void {
    this.#families = families;
    this.#life = life;
  }

  /** Begins calls from `fromMs` on until `untilMs`, at times chosen by chance. */
  begin(fromMs: number, untilMs: number): void {
    const { findNode, getPeers, announce } = this.#model;
    const perMinute = findNode + getPeers + announce;
    if (perMinute === 0) return;
    const { world } = this.#life!;
    const spacingMs = (2 * MINUTE_MS) / perMinute;
    let dueMs = fromMs;
    const again = world.subscribe(() => {
      for (; dueMs <= world.now; dueMs += this.#unit() * spacingMs) this.#call(perMinute);
      if (dueMs < untilMs) world.schedule(Math.ceil(dueMs), again, 0, 0);
    });
    world.schedule(Math.max(world.now, fromMs), again, 0, 0);
  }

  /** Announces every info-hash once, each from somewhere. */
  announceAll(): void {
    for (let hash = 0; hash < this.hashes.length; hash++) {
      const node = this.#someoneUp();
      if (node >= 0) this.#announce(node, hash);
    }
  }

  onLookup(number: number, lookup: Lookup): void {
    const call = this.#calls.get(number);
    if (!call) return;
    this.#calls.delete(number);
    this.observer?.ended(number);
    const grade = gradeOf(call.family, call.node, lookup);
    const { now, elapsedMs } = this.#life!.world;
    this.grades.push({ ...grade, endedMs: elapsedMs, call: number });
    this.#record(call.family, lookup, grade);
    this.#searched(call);
    if (call.port === 0 || lookup.writes.stored === 0) return;
    const network = this.#families.indexOf(call.family);
    this.stored.push({ network, hash: call.hash, atMs: now });
    this.observer?.announced(lookup.target, call.node, call.port, lookup.startedAtMs);
  }

  /** Lookups of two networks are told apart by their condition. */
  #record(family: MainlineOverlay, lookup: Lookup, grade: Grade): void {
    if (this.#recorder === null) return;
    if (this.#families.length > 1) {
      this.#recorder.enter(family.world, family.population.isV6 ? 'IPv6' : 'IPv4');
    }
    this.#recorder.ended(lookup, grade);
  }

  onPeer(number: number, _peer: Address): void {
    const call = this.#calls.get(number);
    if (call) call.isFound = true;
  }

  onAnswer(): void {}
  onSilence(): void {}
  onJoin(): void {}

  #call(perMinute: number): void {
    const { findNode, getPeers, infoHashes } = this.#model;
    const place = this.#unit() * perMinute;
    const node = this.#someoneUp();
    if (node < 0) return;
    if (place < findNode) {
      this.#lookup(node, LookupKind.findNode, this.#randomId(), -1, 0);
      return;
    }
    const hash = randomBelow(this.random, infoHashes);
    if (place < findNode + getPeers) {
      this.#lookup(node, LookupKind.getPeers, this.hashes[hash], hash, 0);
    } else {
      this.#announce(node, hash);
    }
  }

  #announce(node: number, hash: number): void {
    const port = 1 + randomBelow(this.random, 65535);
    this.#lookup(node, LookupKind.announce, this.hashes[hash], hash, port);
  }

  #lookup(node: number, kind: LookupKind, target: Uint8Array, hash: number, port: number): void {
    const { world } = this.#life!;
    const number = ++this.begun;
    const family = this.#familyFor(node);
    if (!world.isHere(node)) return; // its part of the world does it
    const call = { node, family, hash, port, begunAtMs: world.now, isFound: false };
    this.#calls.set(number, { ...call, isSought: kind === LookupKind.getPeers });
    this.observer?.began(number, node);
    const announcement = port === 0 ? null : { port, impliedPort: false, seed: false };
    const machine = family.node(node);
    const hasBegun = machine.lookup(world.now, kind, target, number, announcement);
    if (!hasBegun) this.#lost(number, node, machine.settings.k);
    world.arm(node);
  }

  /** Whoever knows nobody is told so at once: a failure like any other. */
  #lost(number: number, node: number, wanted: number): void {
    this.#searched(this.#calls.get(number)!);
    this.#calls.delete(number);
    this.observer?.ended(number);
    const none = { exact: false, found: 0, rpcs: 0, hops: 0, latencyMs: 0, failed: true };
    const { elapsedMs: endedMs } = this.#life!.world;
    this.grades.push({ node, wanted, ...none, endedMs, call: number });
  }

  #searched({ family, hash, begunAtMs, isFound, isSought }: Call): void {
    if (!isSought) return;
    this.searches.push({ network: this.#families.indexOf(family), hash, begunAtMs, isFound });
  }

  /** Of a host that is in both networks, one by chance. */
  #familyFor(node: number): MainlineOverlay {
    const own = this.#families.filter(({ population }) => population.has(node));
    return own.length === 1 ? own[0] : own[randomBelow(this.random, own.length)];
  }

  /** A node that is up, or -1 when there is hardly any. */
  #someoneUp(): number {
    const { states } = this.#life!;
    for (let i = 0; i < DRAWS; i++) {
      const node = randomBelow(this.random, states.length);
      if (states[node] === State.up) return node;
    }
    return -1;
  }

  #unit(): number {
    return this.random.uint32() / 0x100000000;
  }

  #randomId(): Uint8Array {
    const id = new Uint8Array(ID_BYTES);
    fillRandom(this.random, id, 0, ID_BYTES);
    return id;
  }
}

/** Searches for peers that somebody had announced not long before, and those of them that found any. */
export function soughtAndFound(
  searches: readonly Search[],
  stored: readonly Stored[],
): { sought: number; found: number } {
  const storedAtMs = new Map<string, number[]>();
  for (const { network, hash, atMs } of stored) {
    const times = storedAtMs.get(`${network} ${hash}`);
    if (times) times.push(atMs);
    else storedAtMs.set(`${network} ${hash}`, [atMs]);
  }
  for (const times of storedAtMs.values()) times.sort((a, b) => a - b);
  let sought = 0;
  let found = 0;
  for (const { network, hash, begunAtMs, isFound } of searches) {
    const lastMs = lastBefore(storedAtMs.get(`${network} ${hash}`) ?? [], begunAtMs);
    if (begunAtMs - lastMs > FRESH_MS) continue;
    sought++;
    if (isFound) found++;
  }
  return { sought, found };
}

/** The last of ascending times before one, or -Infinity. */
function lastBefore(times: readonly number[], timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < timeMs) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -Infinity : times[low - 1];
}
