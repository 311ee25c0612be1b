/**
 * The soak of the ring: a seed makes a plan, the plan a trial, and so on with the next seed. Plans are
 * of three kinds, because each promise is worth testing where it holds and nothing excuses a breach:
 *
 *     seed mod 4 = 0    order     joins and leaves only: nobody may notice anything
 *                  1, 2 crashes   and processes that die, alone or up to K within one repair interval
 *                  3    anything  and partitions, processes that stand still, more crashes than K
 *
 * A *short* plan has all of that in a ring of few and within seconds: most of what can go wrong goes wrong
 * among an owner, its copies and its electors.
 */

import { type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import { RING_DEFAULTS, type RingSettings } from '../../ring/settings.ts';
import type { NetworkModel } from '../network/network-model.ts';
import { SeedStream } from '../seed.ts';
import type { DiskModel } from '../streams/disk.ts';
import { Violation } from '../violation.ts';
import type { RingStep } from './ring-life.ts';
import { type RingPlan, type RingTrialResult, runRingTrial } from './ring-trial.ts';

const SECOND_MS = 1000;
/** How large a plan is. */
interface Size {
  /** Members at first: the least, the most, and the most of those that are small, in percent so many. */
  readonly nodes: { least: number; most: number; small: number; smallPercent: number };
  /** Each as likely as the other. */
  readonly identities: readonly number[];
  readonly keys: readonly number[];
  readonly commandMs: readonly number[];
  readonly pieceBytes: readonly number[];
  /** Seconds in which something befalls the ring. */
  readonly faults: readonly [number, number];
  /** Between two steps at least, on average. */
  readonly stepMs: number;
}

const LONG: Size = {
  nodes: { least: 3, most: 24, small: 8, smallPercent: 60 },
  identities: [1, 1, 1, 2, 4],
  keys: [4, 12, 40],
  commandMs: [50, 100, 400],
  pieceBytes: [5, 30, 1000],
  faults: [10, 40],
  stepMs: 2 * SECOND_MS,
};
/** Seven are the electors of K = 3. */
const SHORT: Size = {
  nodes: { least: 3, most: 7, small: 5, smallPercent: 80 },
  identities: [1, 1, 1, 1, 2],
  keys: [2, 4],
  commandMs: [50, 100, 200],
  pieceBytes: [30, 1000],
  faults: [6, 18],
  stepMs: SECOND_MS,
};
/** From this loss on four attempts in a row are lost so often that pulses fail. */
const LOSSY = 0.05;
/** Values above the size that is sent blindly (ring/routing/operation.ts), and above what one segment carries. */
const VALUE_BYTES = [8, 8, 8, 200, 5000, 40_000];
/** Where streams come in small pieces, each of which is an event. */
const SMALL_VALUE_BYTES = [8, 8, 200];
/** Steps that are worse than crashes, in a trial in which anything may happen. */
const WORSE_PERCENT = 30;
/** The backups that a trial may ask for. */
const K_MOST = 3;
/** One of so many is of a ring without backups, and so without titles; it is one in which nobody dies. */
const WITHOUT_BACKUPS_EVERY = 16;
const WITHOUT_BACKUPS_AT = 8;

/** In so many of those in which anything may happen programs wait no longer than this for some of their writes. */
const HURRIED_EVERY = 32;
const HURRIED_AT = [19, 23, 31];
const HURRIED_MS = 1000;

type Kind = 'order' | 'crashes' | 'anything';
const KINDS: readonly Kind[] = ['order', 'crashes', 'crashes', 'anything'];

/** What there is to choose of a plan beside its seed. */
export interface RingPlanOptions {
  /** Members at first, in place of those that the seed draws. */
  readonly nodes?: number;
  /** Default false. */
  readonly isShort?: boolean;
}

/** The plan of a seed. */
export function ringPlanOf(seed: number, options: RingPlanOptions = {}): RingPlan {
  const size = options.isShort ? SHORT : LONG;
  const random = new SeededRandom(seed, SeedStream.soak);
  const clocks = new SeededRandom(seed, SeedStream.clocks);
  const kind = KINDS[seed % KINDS.length];
  const { least, most, small, smallPercent } = size.nodes;
  const any = between(random, least, most);
  const few = between(random, least, small);
  const count = options.nodes ?? (chance(random, smallPercent) ? few : any);
  const drawnK = Math.max(1, between(random, 0, K_MOST));
  const k = seed % WITHOUT_BACKUPS_EVERY === WITHOUT_BACKUPS_AT ? 0 : drawnK;
  const faultsMs = between(random, ...size.faults) * SECOND_MS;
  const network = networkOf(random, kind, size.pieceBytes);
  const isHurried = HURRIED_AT.includes(seed % HURRIED_EVERY);
  return {
    seed,
    // As many again may come.
    nodes: 2 * count,
    members: chance(random, 80) ? count : 1,
    identities: pick(random, size.identities),
    settings: settingsOf(random, k),
    network,
    disk: diskOf(random),
    steps: stepsOf(random, kind, faultsMs, size.stepMs).map((step) => withClock(clocks, step)),
    ...(k > 0 && { skewMs: pick(random, [0, 0, 1000, 3_600_000]) }),
    budget: kind === 'anything' ? count : kind === 'crashes' ? Math.max(1, k) : 0,
    isLossy: network.loss! >= LOSSY,
    keys: pick(random, size.keys),
    valueBytes: network.pieceBytes === undefined ? VALUE_BYTES : SMALL_VALUE_BYTES,
    commandMs: pick(random, size.commandMs),
    faultsMs,
    ...(isHurried && { hurriedMs: HURRIED_MS }),
  };
}

/** A trial that failed: one line that says what, and how to see it again. */
export class RingSoakFailure extends Error {
  override name = 'RingSoakFailure';
  readonly plan: RingPlan;
  /** What to type to see it again. */
  readonly replay: string;

  constructor(plan: RingPlan, cause: unknown, version: string, options: RingPlanOptions = {}) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const kind = cause instanceof Violation ? 'violated' : 'crashed';
    const { nodes, isShort } = options;
    const size = `${isShort ? ' --short' : ''}${nodes === undefined ? '' : ` --nodes ${nodes}`}`;
    const acts = plan.registers ? ` --registers ${plan.registers}` : '';
    const words = `--seed ${plan.seed}${size}${acts} --runs 1`;
    const replay = `ringlight lab soak --overlay ring ${words}`;
    super(`${kind}: ${why}; replay: ${replay} (version ${version})`, { cause });
    this.plan = plan;
    this.replay = replay;
  }
}

/** A trial after the other. */
export interface RingSoakOptions extends RingPlanOptions {
  /** The first one; the next is one more. */
  seed: number;
  /** Trials at most. */
  runs: number;
  /** Keys of atomic acts in each trial, whose histories have to be linearizable. Default 0. */
  registers?: number;
  /** For the line that replays a failure. */
  version: string;
  /** Asked before each trial. */
  goesOn?(): boolean;
  /** Hears of each trial that has passed. */
  passed?(result: RingTrialResult): void;
}

export interface RingSoakReport {
  trials: number;
  checks: number;
  operations: number;
  disturbances: number;
  /** Acts on registers, and registers whose history was too long to be judged. */
  acts: number;
  unjudged: number;
  virtualMs: number;
}

/**
 * Runs trials until one fails, or all have passed.
 * @throws RingSoakFailure
 */
export function ringSoak(options: RingSoakOptions): RingSoakReport {
  const report = {
    ...{ trials: 0, checks: 0, operations: 0, disturbances: 0 },
    ...{ acts: 0, unjudged: 0, virtualMs: 0 },
  };
  const { seed, runs, goesOn = () => true, passed = () => {} } = options;
  while (report.trials < runs && goesOn()) {
    const result = ringSoakOnce(seed + report.trials, options);
    report.trials++;
    report.checks += result.checks;
    report.operations += result.operations;
    report.disturbances += result.disturbances;
    report.acts += result.acts;
    report.unjudged += result.unjudged;
    report.virtualMs += result.virtualMs;
    passed(result);
  }
  return report;
}

/**
 * Runs the trial of one seed.
 * @throws RingSoakFailure
 */
export function ringSoakOnce(
  seed: number,
  options: Pick<RingSoakOptions, 'version' | 'nodes' | 'isShort' | 'registers'>,
): RingTrialResult {
  const { version, registers = 0 } = options;
  const plan = { ...ringPlanOf(seed, options), registers };
  try {
    return runRingTrial(plan);
  } catch (error) {
    throw new RingSoakFailure(plan, error, version, options);
  }
}

function settingsOf(random: Random, k: number): Partial<RingSettings> {
  const { pulseMs, repairMs } = RING_DEFAULTS;
  return {
    k,
    pulseMs: pick(random, [pulseMs, pulseMs / 2]),
    repairMs: pick(random, [repairMs, repairMs / 5]),
  };
}

/**
 * Losses cost streams time. What they make look like death is for the trials in which anything may
 * happen; in the others a connection must never take longer than anybody waits for it.
 */
function networkOf(random: Random, kind: Kind, pieceBytes: readonly number[]): NetworkModel {
  const latency = pick<NetworkModel['latency']>(random, [
    { kind: 'constant', ms: between(random, 1, 50) },
    { kind: 'uniform', lowMs: 1, highMs: between(random, 2, 150) },
    { kind: 'king' },
  ]);
  const loss = pick(random, kind === 'anything' ? [0, 0.01, 0.05, 0.2] : [0, 0, 0.01]);
  const network: NetworkModel = { latency, loss };
  if (chance(random, 25)) network.jitter = { kind: 'uniform', highMs: between(random, 1, 100) };
  if (chance(random, 25)) network.pieceBytes = pick(random, pieceBytes);
  const isSlow = latency.kind === 'king' || network.pieceBytes !== undefined;
  if (isSlow && kind !== 'anything') network.loss = 0;
  return network;
}

function diskOf(random: Random): DiskModel {
  const flushMs = pick(random, [1, 5, 50, 500]);
  return { flushMs, spreadMs: randomBelow(random, flushMs + 1), ahead: pick(random, [0, 0.5, 1]) };
}

function stepsOf(random: Random, kind: Kind, faultsMs: number, stepMs: number): RingStep[] {
  const count = randomBelow(random, 1 + Math.floor(faultsMs / stepMs));
  return Array.from({ length: count }, () => {
    const atMs = randomBelow(random, faultsMs);
    const isWorse = kind === 'anything' && chance(random, WORSE_PERCENT);
    return isWorse ? worseStepOf(random, atMs) : stepOf(random, kind, atMs);
  });
}

/** Half of those that stand still are virtual machines: their clocks do so, too. */
function withClock(random: Random, step: RingStep): RingStep {
  return step.do === 'pause' ? { ...step, isTimeless: chance(random, 50) } : step;
}

/** What a ring would not stand whose owners went by beliefs. */
function worseStepOf(random: Random, atMs: number): RingStep {
  const forMs = pick(random, [0.2, 3, 10, 30]) * SECOND_MS;
  const blow = { silent: chance(random, 30), aimed: chance(random, 70) };
  return pick<RingStep>(random, [
    { atMs, do: 'empty', count: 1, forMs, ...blow },
    { atMs, do: 'power', forMs },
    { atMs, do: 'jump', byMs: pick(random, [500, 10_000, 86_400_000]) },
    { atMs, do: 'hang', forMs },
  ]);
}

function stepOf(random: Random, kind: Kind, atMs: number): RingStep {
  const isWiped = chance(random, 50);
  const silent = chance(random, 30);
  const count = between(random, 1, K_MOST);
  const forMs = pick(random, [0.2, 3, 10, 30]) * SECOND_MS;
  const order: RingStep[] = [
    { atMs, do: 'join' },
    { atMs, do: 'join' },
    { atMs, do: 'leave', isWiped },
  ];
  const blow = { silent, aimed: chance(random, 70) };
  const crashes: RingStep[] = [
    { atMs, do: 'crash', count, forMs, ...blow },
    { atMs, do: 'crash', count: 1, forMs, ...blow },
    { atMs, do: 'loss', count, ...blow },
    { atMs, do: 'loss', count: 1, ...blow },
    { atMs, do: 'both', count, forMs, ...blow },
  ];
  const share = between(random, 1, 9) / 10;
  const anything: RingStep[] = [
    { atMs, do: 'pause', count, forMs, ...blow },
    { atMs, do: 'cut', share, forMs, cut: pick(random, ['both', 'out', 'in'] as const) },
    { atMs, do: 'cut', share, forMs, cut: 'both' },
  ];
  if (kind === 'order') return pick(random, order);
  if (kind === 'crashes') return pick(random, [...order, ...crashes]);
  return pick(random, [...order, ...crashes, ...anything]);
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
