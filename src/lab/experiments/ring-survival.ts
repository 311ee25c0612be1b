/**
 * The experiment `ring-survival`: what does a ring with K backups lose when several nodes die at once,
 * with their disks? A key is held by its owner and the K nodes before it, so it is gone exactly if all
 * of them are among the dead:
 *
 *     N nodes, c of them die     lost = c/N · (c−1)/(N−1) · … · (c−K)/(N−K)      0 for c ≤ K
 *
 * Every number is measured: keys are inserted at level `all`, nodes are killed in the same moment, the
 * ring repairs itself, and then it is looked which keys anybody living still has. Which must be gone is
 * known of each crowd of dead, and none more and none fewer may be; the mean over many crowds must be
 * the formula's, as nearly as so many crowds can tell. How nearly follows from the same counting, for
 * keys are not lost one by one: a whole arc goes at once.
 *
 * In the end each key is asked for through a node that lives. Whoever takes over an arc needs a majority of
 * its electors, so beyond K dead there are keys that are kept and closed: better no answer than one that
 * another side may contradict. With K dead and fewer there must be none.
 */

import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import type { RingOutcome } from '../../ring/outcome.ts';
import { ringSettings } from '../../ring/settings.ts';
import {
  type Check,
  check,
  EXACT,
  type ExperimentResult,
  type Watch,
} from '../results/experiment.ts';
import { type Grade, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { RecordedRing } from '../ring/recorded-ring.ts';
import { type RingOverlay, ringWorld } from '../ring/ring-overlay.ts';
import { RingWhole } from '../ring/ring-whole.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';

export interface RingSurvivalOptions {
  seed: number;
  nodes: number;
  keys: number;
  /** K from 0 up to this one. */
  kMax: number;
  /** Nodes that die at once: from 1 up to so many. */
  crashesMax: number;
  /** Crowds of dead for each K and number of them. */
  crowds: number;
}

export const RING_SURVIVAL_DEFAULTS: RingSurvivalOptions = {
  seed: 1,
  nodes: 16,
  keys: 160,
  kMax: 3,
  crashesMax: 5,
  crowds: 25,
};

/** Virtual time within which a ring must be whole again. */
const REPAIR_MS_MAX = 60_000;
const LOOK_EVERY_MS = 250;
/** Time for commands: more than any of them takes. */
const COMMANDS_MS = 25_000;
const LATENCY_MS = 10;

export function ringSurvival(
  options: RingSurvivalOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes, kMax, crashesMax, crowds } = options;
  const totals = { messages: 0, virtualMs: 0, repairMs: 0, healed: 0, worlds: 0 };
  const wrong = { lost: 0, closed: 0 };
  const hashes: string[] = [];
  const grades: Grade[] = [];
  const figures: Record<string, number> = {};
  const checks: Check[] = [];
  const of = (kMax + 1) * crashesMax * crowds;
  for (let k = 0; k <= kMax; k++) {
    for (let crashes = 1; crashes <= crashesMax; crashes++) {
      let lost = 0;
      let closed = 0;
      let variance = 0;
      let most = 0;
      for (let crowd = 0; crowd < crowds; crowd++) {
        const run = new Crowd(options, k, crashes, crowd);
        const isLast = k === kMax && crashes === crashesMax && crowd === crowds - 1;
        run.live(recorder, `K ${k}, ${crashes} die`, isLast);
        lost += run.lostShare / crowds;
        closed += run.closedShare / crowds;
        variance += varianceOf(run.keysByOwner, k, crashes) / crowds;
        most = Math.max(most, mostLost(run.keysByOwner, k, crashes));
        totals.messages += run.messages;
        totals.virtualMs += run.virtualMs;
        totals.healed += run.isHealed ? 1 : 0;
        totals.repairMs += run.isHealed ? run.repairMs : 0;
        wrong.lost += run.wronglyLost;
        if (crashes <= k) wrong.closed += run.closedShare;
        hashes.push(run.traceHash);
        grades.push(...run.grades);
        const { messages, virtualMs } = totals;
        watch({ unit: 'crowd', done: ++totals.worlds, of, messages, virtualMs });
      }
      const expected = lossExpected(nodes, k, crashes);
      const error = Math.sqrt(variance / crowds);
      const tolerance = { reason: '', error, jump: most / crowds };
      figures[`lostK${k}Crashes${crashes}`] = lost;
      figures[`expectedK${k}Crashes${crashes}`] = expected;
      figures[`closedK${k}Crashes${crashes}`] = closed;
      checks.push(check(`K = ${k}, ${crashes} of ${nodes} die`, expected, tolerance, lost));
    }
  }
  checks.push(check('keys lost, or kept, that should not have been', 0, EXACT, wrong.lost));
  checks.push(check('closed, though no more than K died', 0, EXACT, wrong.closed));
  figures['repairMsMean'] = totals.repairMs / Math.max(1, totals.healed);
  return {
    experiment: 'ring-survival',
    seed,
    nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: together(hashes),
    checks,
    metrics: summaryOf(grades),
    messages: totals.messages,
    virtualMs: totals.virtualMs,
    figures,
  };
}

/** The share of keys all of whose K + 1 nodes are among `crashes` of `nodes`. */
export function lossExpected(nodes: number, k: number, crashes: number): number {
  return shareInside(nodes, Math.min(k + 1, nodes), crashes);
}

/** The chance that `some` given nodes are all among those `crashes` that die. */
function shareInside(nodes: number, some: number, crashes: number): number {
  let share = 1;
  for (let i = 0; i < some; i++) share *= Math.max(0, crashes - i) / (nodes - i);
  return share;
}

/**
 * Variance of the lost share over all crowds: arcs are lost together, and neighbours' arcs nearly so.
 * `keys[n]` is how many keys the n-th node on the circle owns.
 */
export function varianceOf(keys: readonly number[], k: number, crashes: number): number {
  const nodes = keys.length;
  const size = Math.min(k + 1, nodes);
  const all = keys.reduce((sum, count) => sum + count, 0);
  const mean = shareInside(nodes, size, crashes);
  let variance = 0;
  for (let a = 0; a < nodes; a++) {
    for (let b = 0; b < nodes; b++) {
      // Two runs of `size` nodes on a circle: those that are in both count once.
      const apart = Math.min((a - b + nodes) % nodes, (b - a + nodes) % nodes);
      const shared = Math.max(0, size - apart) + Math.max(0, size - (nodes - apart));
      const together = Math.max(size, 2 * size - shared);
      const both = shareInside(nodes, Math.min(together, nodes), crashes);
      variance += ((keys[a] * keys[b]) / (all * all)) * (both - mean * mean);
    }
  }
  return Math.max(0, variance);
}

/** The share of keys that one crowd of dead can take: those of all arcs but K that stand side by side. */
export function mostLost(keys: readonly number[], k: number, crashes: number): number {
  const arcs = Math.max(0, Math.min(crashes, keys.length) - k);
  const all = keys.reduce((sum, count) => sum + count, 0);
  const largest = [...keys].sort((a, b) => b - a).slice(0, arcs);
  return largest.reduce((sum, count) => sum + count, 0) / all;
}

/** One world, one crowd of dead. */
class Crowd {
  repairMs = 0;
  /** The ring has become whole again. */
  isHealed = false;
  wronglyLost = 0;
  lostShare = 0;
  /** Somebody who lives has them, and nobody may answer for them. */
  closedShare = 0;
  readonly grades: Grade[] = [];
  readonly keysByOwner: number[];
  readonly #overlay: RingOverlay;
  readonly #keys: Uint8Array[];
  readonly #k: number;
  readonly #dead: number[];
  readonly #random: SeededRandom;
  #beganMs = 0;
  readonly #ended = new Map<number, { outcome: RingOutcome; latencyMs: number }>();

  constructor(
    { seed, nodes, keys }: RingSurvivalOptions,
    k: number,
    crashes: number,
    crowd: number,
  ) {
    const own = seed * 1_000_000 + (k * 100 + crashes) * 1000 + crowd;
    this.#random = new SeededRandom(own, SeedStream.faults);
    this.#k = k;
    this.#keys = Array.from({ length: keys }, () => {
      const key = new Uint8Array(ID_BYTES);
      fillRandom(this.#random, key, 0, ID_BYTES);
      return key;
    });
    this.#overlay = ringWorld(
      {
        ...{ seed: own, nodes, sha1, settings: ringSettings({ k, pulseMs: 500 }) },
        network: { latency: { kind: 'constant', ms: LATENCY_MS } },
      },
      {
        onOutcome: (_node, call, outcome) => this.#hear(call, outcome),
        onEvent() {},
      },
    );
    const { oracle, circle } = this.#overlay;
    this.keysByOwner = new Array<number>(nodes).fill(0);
    for (const key of this.#keys) {
      const place = oracle.ownerOf(key);
      this.keysByOwner[place] = this.keysByOwner[place] + 1;
    }
    const living = Array.from({ length: circle.nodes }, (_, node) => node);
    this.#dead = Array.from(
      { length: Math.min(crashes, nodes - 1) },
      () => living.splice(randomBelow(this.#random, living.length), 1)[0],
    );
  }

  get messages(): number {
    return this.#overlay.world.streams.traffic.pieces;
  }

  get virtualMs(): number {
    return this.#overlay.world.elapsedMs;
  }

  get traceHash(): string {
    return this.#overlay.world.traceHash;
  }

  live(recorder: Recorder | null, condition: string, isWhole: boolean): void {
    recorder?.enter(this.#overlay.world, condition);
    if (isWhole) recorder?.begin(new RecordedRing(this.#overlay));
    this.#insertAll();
    const doomed = this.#keys.map((key) => this.#isDoomed(key));
    this.#kill();
    const found = this.#readAll(recorder);
    if (isWhole) recorder?.finish();
    const isLost = this.#keys.map((key) => !this.#isKept(key));
    const countOf = (list: readonly boolean[]) => list.filter(Boolean).length;
    this.lostShare = countOf(isLost) / isLost.length;
    this.closedShare = countOf(found.map((isFound, i) => !isFound && !isLost[i])) / isLost.length;
    this.wronglyLost = countOf(isLost.map((its, i) => its !== doomed[i] || (its && found[i])));
  }

  #hear(call: number, outcome: RingOutcome): void {
    this.#ended.set(call, { outcome, latencyMs: this.#overlay.world.now - this.#beganMs });
  }

  /** Those that are not acknowledged are wrong in the end, whatever becomes of them. */
  #insertAll(): void {
    const { world, count } = this.#overlay;
    for (const [i, key] of this.#keys.entries()) {
      const node = i % count;
      this.#overlay.node(node).insert(world.now, i, key, key, 'all');
      world.arm(node);
    }
    this.#wait();
  }

  /** Are the owner and all of its backups about to die? */
  #isDoomed(key: Uint8Array): boolean {
    const holders = this.#overlay.oracle.holdersOf(key);
    return holders.length === this.#k + 1 && holders.every(({ node }) => this.#dead.includes(node));
  }

  #isKept(key: Uint8Array): boolean {
    return this.#overlay.oracle.holdersOf(key).some(({ isAlive }) => isAlive);
  }

  #kill(): void {
    const { world, disks } = this.#overlay;
    for (const node of this.#dead) {
      this.#overlay.crash(node);
      disks.wipe(node);
    }
    const whole = new RingWhole(this.#overlay, this.#keys);
    const sinceMs = world.now;
    do world.run(world.now + LOOK_EVERY_MS);
    while (whole.fault() !== null && world.now - sinceMs < REPAIR_MS_MAX);
    this.isHealed = whole.fault() === null;
    this.repairMs = world.now - sinceMs;
  }

  #readAll(recorder: Recorder | null): boolean[] {
    const { world, count } = this.#overlay;
    const living = Array.from({ length: count }, (_, node) => node).filter(
      (node) => !this.#dead.includes(node),
    );
    for (const [i, key] of this.#keys.entries()) {
      const node = living[i % living.length];
      this.#overlay.node(node).get(world.now, i, key, 'one');
      world.arm(node);
    }
    this.#wait();
    return this.#keys.map((key, i) => {
      const { outcome, latencyMs } = this.#ended.get(i)!;
      const { code, found, hops, silent: timeouts } = outcome;
      const failed = code !== 'ok';
      const grade = {
        ...{ node: living[i % living.length], exact: !failed, found: failed ? 0 : 1, wanted: 1 },
        ...{ rpcs: hops + timeouts, hops, timeouts, latencyMs, failed },
      };
      this.grades.push(grade);
      recorder?.endedCall('get', key, grade);
      return found;
    });
  }

  /** Until all commands have ended. */
  #wait(): void {
    const { world } = this.#overlay;
    this.#beganMs = world.now;
    this.#ended.clear();
    const isOver = () => this.#ended.size === this.#keys.length;
    world.run(world.now + COMMANDS_MS, isOver);
  }
}

/** One hash for those of many worlds: each digit of it hangs on all of them. */
function together(hashes: readonly string[]): string {
  const bytes = new Uint8Array(hashes.length * 16);
  hashes.forEach((hash, i) => {
    for (let at = 0; at < 16; at++) bytes[i * 16 + at] = hash.charCodeAt(at);
  });
  let text = '';
  for (const byte of sha1(bytes).subarray(0, 8)) text += (byte + 256).toString(16).slice(1);
  return text;
}
