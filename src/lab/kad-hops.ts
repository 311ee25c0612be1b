/**
 * The experiment `kad-hops`: how long are Kademlia's ways, and do they end at the right place? Lookups
 * of random ids from random nodes of a converged network without churn, graded by the oracle, against
 * the values that a static calculation on ideal tables gives (1,000 lookups each):
 *
 *     hops   length of the chain that discovered the closest node
 *     rpcs   requests until the k closest have answered
 *
 * The calculation knows no time, so neither should the comparison: by default every datagram takes
 * 100 ms. With King's latencies a few nodes answer after the short time-out and are left out.
 */

import { ID_BYTES } from '../core/id.ts';
import type { Lookup } from '../core/lookup.ts';
import { fillRandom, randomBelow, SeededRandom } from '../core/random.ts';
import type { NodeChoices } from '../mainline/choices.ts';
import { settingsFrom } from '../mainline/choices.ts';
import { LookupKind } from '../mainline/walks.ts';
import { type Grade, gradeOf, type Summary, summaryOf } from './grade.ts';
import type { LatencyModel } from './latency.ts';
import { sha1 } from './sha1.ts';
import { World } from './world.ts';

export interface KadHopsOptions {
  seed: number;
  nodes: number;
  lookups: number;
  k: number;
  alpha: number;
  latency: LatencyModel;
  loss: number;
}

export const KAD_HOPS_DEFAULTS: KadHopsOptions = {
  seed: 1,
  nodes: 10_000,
  lookups: 2000,
  k: 8,
  alpha: 3,
  latency: { kind: 'constant', ms: 100 },
  loss: 0,
};

/** Lookups under way at a time: enough to fill the wire, few enough to stay in the caches. */
const AT_A_TIME = 500;
/** Progress is told after this many events. */
const EVENTS_PER_REPORT = 200_000;

/** One thing that had to come out in a certain way. */
export interface Check {
  name: string;
  expected: number;
  /** Allowed difference, in the unit of the value. */
  tolerance: number;
  measured: number;
  pass: boolean;
}

export interface ExperimentResult {
  experiment: string;
  seed: number;
  nodes: number;
  pass: boolean;
  traceHash: string;
  checks: Check[];
  metrics: Summary;
  /** Datagrams delivered. */
  messages: number;
  /** Virtual time that passed, in ms. */
  virtualMs: number;
}

/** How far a run has come. */
export interface Progress {
  done: number;
  of: number;
  messages: number;
  virtualMs: number;
}

/** Ideal tables, alpha 3: [k, nodes, hops, rpcs]. */
const IDEAL: readonly (readonly [k: number, nodes: number, hops: number, rpcs: number])[] = [
  [8, 1_000, 2.27, 10.9],
  [8, 10_000, 2.85, 12.8],
  [8, 100_000, 3.54, 14.8],
  [8, 1_000_000, 4.19, 16.7],
  [20, 1_000, 1.9, 21.6],
  [20, 10_000, 2.44, 22.9],
  [20, 100_000, 2.94, 24.6],
  [20, 1_000_000, 3.47, 26.1],
];
/** The ideal values are themselves means of 400 to 1,000 lookups. */
const TOLERANCE = 0.05;

/** Runs the experiment; `report` is called now and then. */
export function kadHops(
  options: KadHopsOptions,
  report: (progress: Progress) => void = () => {},
): ExperimentResult {
  const run = new Run(options);
  run.run(report);
  const { world } = run;
  const metrics = summaryOf(run.grades);
  const checks = checksOf(options, metrics);
  return {
    experiment: 'kad-hops',
    seed: options.seed,
    nodes: options.nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: world.traceHash,
    checks,
    metrics,
    messages: world.delivered,
    virtualMs: world.elapsedMs,
  };
}

class Run {
  readonly world: World;
  readonly grades: Grade[] = [];
  readonly #options: KadHopsOptions;
  readonly #random: SeededRandom;
  readonly #nodeOf = new Map<number, number>();
  #begun = 0;

  constructor(options: KadHopsOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed, 100);
    const { seed, nodes, latency, loss } = options;
    const settings = settingsFrom(choicesOf(options));
    const onLookup = (call: number, lookup: Lookup): void => {
      const node = this.#nodeOf.get(call)!;
      this.#nodeOf.delete(call);
      this.grades.push(gradeOf(this.world, node, lookup));
    };
    this.world = new World(
      { seed, nodes, latency, loss, settings, upkeep: false, sha1 },
      { onLookup, onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} },
    );
  }

  run(report: (progress: Progress) => void): void {
    const { world, grades } = this;
    const { lookups } = this.#options;
    for (let events = 0; grades.length < lookups; events++) {
      while (this.#nodeOf.size < AT_A_TIME && this.#begun < lookups) this.#begin();
      if (!world.step(Infinity)) break;
      if (events % EVENTS_PER_REPORT !== 0) continue;
      const { delivered: messages, elapsedMs: virtualMs } = world;
      report({ done: grades.length, of: lookups, messages, virtualMs });
    }
  }

  #begin(): void {
    const node = randomBelow(this.#random, this.#options.nodes);
    const target = new Uint8Array(ID_BYTES);
    fillRandom(this.#random, target, 0, ID_BYTES);
    const call = ++this.#begun;
    this.#nodeOf.set(call, node);
    this.world.node(node).lookup(this.world.now, LookupKind.findNode, target, call);
    this.world.settle(node);
  }
}

/** Nodes of a lab have an address each and no strangers. */
function choicesOf({ k, alpha }: KadHopsOptions): NodeChoices {
  return { k, alpha, onePerIp: false, inbound: false, outbound: false };
}

/** Without loss and at a size that was calculated there is something to compare with. */
function checksOf({ k, alpha, nodes, loss }: KadHopsOptions, metrics: Summary): Check[] {
  if (loss > 0) return [];
  const checks = [check('exactRate', 1, 0, metrics.exactRate)];
  const ideal = IDEAL.find((row) => row[0] === k && row[1] === nodes);
  if (!ideal || alpha !== 3) return checks;
  const [, , hops, rpcs] = ideal;
  checks.push(check('hopsMean', hops, hops * TOLERANCE, metrics.hopsMean));
  checks.push(check('rpcsMean', rpcs, rpcs * TOLERANCE, metrics.rpcsMean));
  return checks;
}

function check(name: string, expected: number, tolerance: number, measured: number): Check {
  return { name, expected, tolerance, measured, pass: Math.abs(measured - expected) <= tolerance };
}
