/**
 * What all experiments have in common: options that are plain data, a run that tells how far it has
 * come, and a result that holds every measured value beside the one that was to be expected. A check
 * names both and how far they may lie apart, so that a published table is an executable one.
 *
 *     options ──▶ run(options, watch) ──▶ checks   name, expected, tolerance, measured, pass
 *                        │                metrics  latency, hops, success of all lookups
 *                        └─ progress      traceHash, messages
 */

/** One thing that had to come out in a certain way. */
import type { Summary } from './grade.ts';
export interface Check {
  name: string;
  expected: number;
  /** Allowed difference, in the unit of the value. */
  tolerance: number;
  measured: number;
  pass: boolean;
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
  /** What happened, line by line, where that is worth reading. */
  story?: readonly string[];
}

/** Decimal fractions are not exact: 1 lies within 0.97 ± 0.03. */
const ROUNDING = 1e-12;

/** A measured value against the expected one; `tolerance` is in the value's own unit. */
export function check(name: string, expected: number, tolerance: number, measured: number): Check {
  const allowed = tolerance + ROUNDING * Math.max(1, Math.abs(expected));
  return { name, expected, tolerance, measured, pass: Math.abs(measured - expected) <= allowed };
}

/** A measured value that must be `low` or more and `high` or less. */
export function within(name: string, low: number, high: number, measured: number): Check {
  return check(name, (low + high) / 2, (high - low) / 2, measured);
}
