/**
 * The soak: a seed makes a plan, the plan a trial, and so on with the next seed until somebody
 * stops it. What a person would not think of comes up sooner or later, and its seed brings it back.
 */

import { type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import { CHURN_PRESETS, type ChurnModel } from '../life/churn.ts';
import type { Step } from '../life/schedule.ts';
import type { Selection } from '../life/selection.ts';
import type { LatencyModel } from '../network/latency.ts';
import type { NetworkModel } from '../network/network-model.ts';
import { SeedStream } from '../seed.ts';
import { Violation } from '../violation.ts';
import { runTrial, type TrialPlan, type TrialResult } from './trial.ts';

const MINUTE_MS = 60_000;
/** Nodes of a trial: most are small, because more of them can be run. */
export const SOAK_NODES_MIN = 8;
export const SOAK_NODES_MAX = 160;
/** Long enough for everything that upkeep does to have been done twice. */
const HEALING_MS = 40 * MINUTE_MS;
/** A fixed short time-out above any round trip of `king`: nobody alive is left out for being slow. */
const PATIENT_MS = 2000;

/** The plan of a seed; with `nodes` a smaller or larger one of the same kind. */
export function planOf(seed: number, nodes?: number): TrialPlan {
  const random = new SeededRandom(seed, SeedStream.soak);
  const drawn = between(random, SOAK_NODES_MIN, SOAK_NODES_MAX);
  const count = nodes ?? drawn;
  const faultsMs = between(random, 5, 60) * MINUTE_MS;
  return {
    seed,
    nodes: count,
    network: networkOf(random),
    start: chance(random, 70)
      ? { kind: 'warm', up: between(random, 40, 100) / 100 }
      : { kind: 'protocol', joinsPerSecond: between(random, 1, 20) },
    churn: churnOf(random),
    node: {
      k: pick(random, [4, 8, 8, 8, 20]),
      alpha: pick(random, [1, 3, 4, 8]),
      shortTimeoutMs: PATIENT_MS,
      shortTimeoutMsMin: PATIENT_MS,
      timeoutMs: between(random, 2, 10) * 1000,
    },
    schedule: scheduleOf(random, faultsMs),
    callsPerMinute: pick(random, [1, 10, 60, 300]),
    faultsMs,
    healingMs: HEALING_MS,
    expected: { exactShare: 1, deadShare: 0.01 },
  };
}

/** A trial that failed: one line that says what, and how to see it again. */
export class SoakFailure extends Error {
  override name = 'SoakFailure';
  readonly plan: TrialPlan;
  /** What to type to see it again. */
  readonly replay: string;

  constructor(plan: TrialPlan, cause: unknown, version: string) {
    const { seed, nodes } = plan;
    const why = cause instanceof Error ? cause.message : String(cause);
    const kind = cause instanceof Violation ? 'violated' : 'crashed';
    const replay = `ringlight lab soak --seed ${seed} --nodes ${nodes} --runs 1`;
    super(`${kind}: ${why}; replay: ${replay} (version ${version})`, { cause });
    this.plan = plan;
    this.replay = replay;
  }
}

/** A trial after the other. */
export interface SoakOptions {
  /** The first one; the next is one more. */
  seed: number;
  /** Trials at most. */
  runs: number;
  /** Nodes of each; default: drawn by its seed. */
  nodes?: number;
  /** For the line that replays a failure. */
  version: string;
  /** Asked before each trial. */
  goesOn?(): boolean;
  /** Hears of each trial that has passed. */
  passed?(result: TrialResult): void;
}

export interface SoakReport {
  trials: number;
  checks: number;
  /** Datagrams delivered. */
  messages: number;
  virtualMs: number;
}

/**
 * Runs trials until one fails, or all have passed.
 * @throws SoakFailure
 */
export function soak(options: SoakOptions): SoakReport {
  const report: SoakReport = { trials: 0, checks: 0, messages: 0, virtualMs: 0 };
  const { seed, runs, nodes, version, goesOn = () => true, passed = () => {} } = options;
  while (report.trials < runs && goesOn()) {
    const result = soakOnce(seed + report.trials, version, nodes);
    report.trials++;
    report.checks += result.checks;
    report.messages += result.messages;
    report.virtualMs += result.virtualMs;
    passed(result);
  }
  return report;
}

/**
 * Runs the trial of one seed.
 * @throws SoakFailure
 */
export function soakOnce(seed: number, version: string, nodes?: number): TrialResult {
  const plan = planOf(seed, nodes);
  try {
    return runTrial(plan);
  } catch (error) {
    throw new SoakFailure(plan, error, version);
  }
}

function networkOf(random: Random): NetworkModel {
  const latency: LatencyModel = pick(random, [
    { kind: 'constant', ms: between(random, 1, 200) },
    { kind: 'uniform', lowMs: 1, highMs: between(random, 2, 400) },
    { kind: 'king' },
  ]);
  const network: NetworkModel = { latency, loss: pick(random, [0, 0, 0.01, 0.05, 0.2]) };
  if (chance(random, 25)) network.bursts = { enter: 0.01, leave: 0.2 };
  if (chance(random, 25)) network.jitter = { kind: 'uniform', highMs: between(random, 1, 150) };
  if (chance(random, 25)) network.reorder = { share: 0.1, withinMs: 200 };
  if (chance(random, 25)) network.duplicate = { share: 0.1, withinMs: 3000 };
  return network;
}

function churnOf(random: Random): ChurnModel | null {
  const rejoin = pick(random, ['memory', 'blank', 'newcomer'] as const);
  const scaleMs = between(random, 2, 60) * MINUTE_MS;
  const presets = Object.values(CHURN_PRESETS);
  return pick(random, [
    null,
    { up: { kind: 'exponential', meanMs: scaleMs }, rejoin },
    { up: { kind: 'weibull', shape: 0.5, scaleMs }, rejoin },
    { up: { kind: 'pareto', shape: 2, scaleMs }, rejoin },
    { ...presets[randomBelow(random, presets.length)], rejoin },
  ]);
}

function scheduleOf(random: Random, faultsMs: number): Step[] {
  const count = randomBelow(random, 6);
  return Array.from({ length: count }, () => stepOf(random, faultsMs));
}

function stepOf(random: Random, faultsMs: number): Step {
  const at = randomBelow(random, faultsMs);
  const who = selectionOf(random);
  const rejoin = pick(random, ['memory', 'blank'] as const);
  const lastsMs = pick(random, [2, 20, 120, 1200, 3600]) * 1000;
  return pick<Step>(random, [
    { at, crash: who },
    { at, crash: who },
    { at, pause: { ...who, for: lastsMs } },
    { at, pause: who },
    { at, restart: { ...who, rejoin } },
    { at, join: { ...who, within: lastsMs, rejoin } },
    { at, partition: { ...who, for: lastsMs, cut: pick(random, ['both', 'out', 'in'] as const) } },
    { at, clog: { ...who, for: lastsMs, kind: pick(random, ['hold', 'drop'] as const) } },
    { at, heal: true },
  ]);
}

function selectionOf(random: Random): Selection {
  const tenth = (): number => between(random, 0, 10) / 10;
  return pick<Selection>(random, [
    { share: between(random, 1, 9) / 10 },
    { disc: { x: tenth(), y: tenth(), radius: 0.3 } },
    { first: between(random, 0, SOAK_NODES_MIN - 1), share: 0.5 },
    { nodes: [0, 2, 5] },
  ]);
}

function between(random: Random, low: number, high: number): number {
  return low + randomBelow(random, high - low + 1);
}

function chance(random: Random, percent: number): boolean {
  return randomBelow(random, 100) < percent;
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[randomBelow(random, choices.length)];
}
