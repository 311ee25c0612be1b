/**
 * `ringlight lab verify`: does every experiment hold for seeds that nobody has tried? They come from a
 * text, such as the hash of a commit, so that whoever wrote the commit could not have tuned it to them:
 *
 *     seed i of an experiment = the first 32 bits of SHA-256(text, its name, i)
 *
 * Each experiment runs at a small size of its own (`quick`), for tolerances follow the size: a check that
 * is right passes at any. It has to pass by itself in every run, and over all runs together.
 */
import { createHash } from 'node:crypto';
import { sourceOfThisPackage } from '../../results/run.ts';
import { CommandError, type Console, counted, green, red } from '../console.ts';
import type { CellOutcome } from './cell.ts';
import type { Experiment } from './experiment.ts';
import { EXPERIMENTS, experimentNamed } from './experiments.ts';
import { lengthText } from './lab-text.ts';
import { planOf } from './plan.ts';
import { jobsFor, placeOf, Running } from './running.ts';
import { verdictRow } from './sweep.ts';
import { type Verdict, verdictsOf } from './verdict.ts';

export interface VerifyOptions {
  seedsFrom: string;
  seeds: number;
  jobs?: number;
  /** No experiment begins later than this after the first. */
  within: number;
}

/** Seeds from a text: the same text, the same seeds. */
export function seedsOf(text: string, experiment: string, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    createHash('sha256').update(`${text} ${experiment} ${i}`).digest().readUInt32BE(0),
  );
}

interface Finding {
  experiment: string;
  pass: boolean;
  seeds: number[];
  /** Runs that passed by themselves. */
  passed: number;
  verdicts: Verdict[];
  wallMs: number;
}

/** Runs them all, or those named. Resolves with the exit status. */
export async function verify(
  names: readonly string[],
  options: VerifyOptions,
  console: Console,
): Promise<number> {
  if (options.seedsFrom.trim() === '') {
    throw new CommandError('--seeds-from expected a text such as a commit hash', 2, 'USAGE');
  }
  const chosen = names.length === 0 ? EXPERIMENTS : names.map(experimentNamed);
  const startedAtMs = performance.now();
  const rows: string[][] = [];
  let isWhole = true;
  for (const experiment of chosen) {
    if (performance.now() - startedAtMs > options.within) {
      isWhole = false;
      rows.push([red('LATE'), experiment.name, `not begun after ${lengthText(options.within)}`]);
      console.emit('late', { experiment: experiment.name, withinMs: options.within });
      continue;
    }
    const finding = await find(experiment, options, console);
    console.emit('experiment', finding);
    if (!finding.pass) isWhole = false;
    const { pass, passed, seeds, verdicts, wallMs } = finding;
    const agreed = verdicts.filter((verdict) => verdict.pass).length;
    rows.push([
      pass ? green('pass') : red('FAIL'),
      experiment.name,
      `${passed} of ${counted(seeds.length, 'seed')}`,
      `${agreed} of ${counted(verdicts.length, 'check')}`,
      lengthText(wallMs),
    ]);
    const wrong = verdicts.filter((verdict) => !verdict.pass);
    if (wrong.length > 0) console.table(wrong.map(verdictRow));
  }
  console.table(rows);
  console.emit('verified', { pass: isWhole, seedsFrom: options.seedsFrom, seeds: options.seeds });
  return isWhole ? 0 : 1;
}

async function find(
  experiment: Experiment,
  { seedsFrom, seeds: count, jobs: wanted }: VerifyOptions,
  console: Console,
): Promise<Finding> {
  const startedAtMs = performance.now();
  const seeds = seedsOf(seedsFrom, experiment.name, count);
  const request = { experiment, file: null, values: { ...experiment.quick }, seeds };
  const plan = planOf(request, new Set());
  const source = sourceOfThisPackage();
  const places = plan.cells.map((planned) => placeOf(planned, plan, source));
  const outcomes: CellOutcome[] = [];
  const running = new Running(plan, places, jobsFor(plan, wanted), {}, console);
  const status = await running.all((_place, outcome) => outcomes.push(outcome));
  if (status !== 0) throw new CommandError(`${experiment.name} could not be run`, status, 'CELL');
  const verdicts = verdictsOf(outcomes);
  const passed = outcomes.filter(({ pass }) => pass).length;
  const pass = passed === plan.cells.length && verdicts.every((verdict) => verdict.pass);
  const wallMs = performance.now() - startedAtMs;
  return { experiment: experiment.name, pass, seeds, passed, verdicts, wallMs };
}
