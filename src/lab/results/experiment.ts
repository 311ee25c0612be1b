/**
 * What all experiments have in common: options that are plain data, a run that tells how far it has
 * come, and a result that holds every measured value beside the one that was to be expected. A check
 * names both and how far they may lie apart, so that a published table is an executable one.
 *
 *     options ──▶ run(options, watch) ──▶ checks   name, expected, tolerance, measured, pass
 *                        │                metrics  latency, hops, success of all lookups
 *                        └─ progress      traceHash, messages
 *
 * Two things keep a measured value away from the expected one, and a tolerance is their sum:
 *
 *     allowed   what no larger sample takes away: digits that were not printed, another reading of a
 *               text, a model that is not the thing; each with its reason
 *     chance    what a sample of this size leaves open: it follows from the sample, and shrinks with it
 *
 * With a tolerance for one lucky seed a check says nothing; with this one a correct program fails once
 * in a million checks, whatever the seed and the size (Bernstein's inequality).
 */

/** One thing that had to come out in a certain way. */
import type { Summary } from './grade.ts';
export interface Check {
  name: string;
  expected: number;
  /** Allowed difference, chance included, in the unit of the value. */
  tolerance: number;
  /** The part of it that no larger sample takes away. */
  allowed: number;
  /** What the rest, chance, follows from; see `Tolerance`. Both 0: the value has to be exact. */
  error: number;
  jump: number;
  measured: number;
  pass: boolean;
  /** Why so much is allowed; empty where nothing is. */
  reason: string;
  /** What more there is to say of a failure. */
  detail?: string;
}

/** How far a run has come. */
export interface Progress {
  /** What is counted, e.g. `lookup`. */
  unit: string;
  done: number;
  of: number;
  messages: number;
  virtualMs: number;
}

/** Hears of a run while it goes on. */
export type Watch = (progress: Progress) => void;

/**
 * A run that rests now and then, and says how far it is. While it rests nothing of it is on the stack, so
 * that the process that it is in can be put aside, worlds, machines and all, and be gone on with later.
 */
export type Steps = Generator<Progress, ExperimentResult, undefined>;

/** Goes through a run without a rest. */
export function walk(steps: Steps, watch: Watch): ExperimentResult {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    watch(step.value);
  }
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
  /** What this experiment measures beside the common figures, each with its unit in the name. */
  figures: Record<string, number>;
  /** What came out for each setting, to be drawn. */
  sweeps?: readonly Sweep[];
  /** What happened, line by line, where that is worth reading. */
  story?: readonly string[];
}

/** A point of a sweep. */
export interface SweepPoint {
  x: number;
  y: number;
  /** The 95 % confidence interval of `y`, where it is a mean over several seeds. */
  low?: number;
  high?: number;
}

/** One line of a sweep, and what was published or computed beside it. */
export interface SweepSeries {
  name: string;
  points: readonly SweepPoint[];
  expected?: readonly SweepPoint[];
}

/** What came out for each setting: a figure of the run’s folder, with its numbers beside it. */
export interface Sweep {
  /** Also the name of its files. */
  name: string;
  title: string;
  /** What is drawn dashed, if anything is. */
  subtitle: string;
  caption: string;
  x: { label: string; log?: boolean };
  y: { label: string };
  /** At most four. */
  series: readonly SweepSeries[];
}

/** Decimal fractions are not exact: 1 lies within 0.97 ± 0.03. */
const ROUNDING = 1e-12;

/** Why and how far a measured value may lie from the expected one; all in the value's own unit. */
export interface Tolerance {
  reason: string;
  /** What no larger sample takes away. Default 0. */
  allowed?: number;
  /** Standard error of the value: the deviation of what is sampled, over the root of how many. */
  error?: number;
  /** The most by which one of what is sampled can move the value; 1 / n for a share of n. */
  jump?: number;
}

/** Nothing is left to chance. */
export const EXACT: Tolerance = { reason: '' };

/** ln(2 / p) for a p of one in a million. */
const CHANCE_LOG = 14.5;

/**
 * How far the mean of a sample strays once in a million times. The first term is that of a normal law,
 * 5.4 standard errors; the second keeps it true for rare events, whose law is not normal.
 */
export function chanceOf(error: number, jump = 0): number {
  const rare = (jump * CHANCE_LOG) / 3;
  return rare + Math.sqrt(rare * rare + 2 * CHANCE_LOG * error * error);
}

/** Standard error of a share that is measured on so many. */
export function shareError(share: number, count: number): number {
  return Math.sqrt((share * (1 - share)) / count);
}

/** A measured value against the expected one. */
export function check(
  name: string,
  expected: number,
  { reason, allowed = 0, error = 0, jump = 0 }: Tolerance,
  measured: number,
): Check {
  const tolerance = allowed + chanceOf(error, jump);
  const apart = tolerance + ROUNDING * Math.max(1, Math.abs(expected));
  const pass = Math.abs(measured - expected) <= apart;
  return { name, expected, tolerance, allowed, error, jump, measured, pass, reason };
}

/** A measured value that must be `low` or more and `high` or less. */
export function within(
  name: string,
  low: number,
  high: number,
  { reason, ...chance }: Omit<Tolerance, 'allowed'>,
  measured: number,
): Check {
  const allowed = (high - low) / 2;
  return check(name, (low + high) / 2, { reason, allowed, ...chance }, measured);
}
