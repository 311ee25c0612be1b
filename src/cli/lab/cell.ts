/**
 * A cell: one experiment with one set of options, run once. It is plain data, so that it can be handed
 * to another process, named by a hash, and run again.
 */
import { type ExperimentResult, type Progress, Recorder, type Steps, walk } from '../../lab.ts';
import { configHashOf, runIdOf, type Source, sourceOfThisPackage } from '../../results/run.ts';
import { CommandError } from '../console.ts';
import { experimentNamed } from './experiments.ts';
import { peakBytes, residentBytes } from './memory.ts';
import { bringModule } from './module-experiment.ts';
import type { Options } from './options.ts';

export interface Cell {
  experiment: string;
  /** Checked and complete, the seed among them. */
  options: Options;
  /** What is kept of it; null: nothing. */
  keep: Keep | null;
  /** The file of an experiment that is none of ours. */
  module?: string | undefined;
  /** So many threads have a part of its world each; without it there is one, and the world is whole. */
  workers?: number | undefined;
}

export interface Keep {
  folder: string;
  /** Tables as CSV files too. */
  csv: boolean;
  /** The requests of one lookup in so many are recorded. */
  sample?: number;
}

/** How far a cell is, and at what price. */
export interface CellProgress extends Progress {
  wallMs: number;
  rssBytes: number;
}

/** What one object on one line says of a run. */
export interface CellOutcome extends ExperimentResult {
  /** On this machine. */
  wallMs: number;
  messagesPerSecond: number;
  peakRssBytes: number;
  options: Options;
  /** Hash of the options without the seed. */
  config: string;
  /** Hash of config, seed, version and commit. */
  run: string;
  version: string;
  commit: string;
}

/** A run that was saved and is gone on with. */
export interface Begun {
  steps: Steps;
  recorder: Recorder;
  /** What it was begun by. */
  source: Source;
}

/** Progress is told this often at most. */
const REPORT_EVERY_MS = 200;

/**
 * Runs it here and now.
 * @throws CommandError when its folder cannot be written.
 */
export async function runCell(
  { experiment: name, options, keep, module, workers }: Cell,
  report: (progress: CellProgress) => void,
  begun: Begun | null = null,
): Promise<CellOutcome> {
  const experiment = module === undefined ? experimentNamed(name) : await bringModule(module);
  const write = keep && (await writerInto(keep));
  const own = keep && new Recorder(keep.sample === undefined ? {} : { sample: keep.sample });
  const recorder = begun?.recorder ?? own;
  const startedAtMs = performance.now();
  let reportedAtMs = startedAtMs;
  const watch = (progress: Progress): void => {
    const nowMs = performance.now();
    if (nowMs - reportedAtMs < REPORT_EVERY_MS) return;
    reportedAtMs = nowMs;
    const rssBytes = residentBytes();
    report({ ...progress, wallMs: nowMs - startedAtMs, rssBytes });
  };
  const onWorkers =
    workers === undefined ? null : experiment.runOnWorkers!(options, workers, watch);
  const here = (): ExperimentResult =>
    begun ? walk(begun.steps, watch) : experiment.run(options, watch, recorder);
  const result = onWorkers === null ? here() : await onWorkers;
  const wallMs = performance.now() - startedAtMs;
  const machine = {
    wallMs,
    messagesPerSecond: Math.round((result.messages * 1000) / wallMs),
    peakRssBytes: peakBytes(),
  };
  const source = begun?.source ?? sourceOfThisPackage();
  write?.({ result, recorder: recorder!, config: options, source, machine });
  return { ...result, ...machine, options, ...originOf(name, options, source) };
}

/** Which run it is: the hash of its config, that of all that makes it, and the code. */
export function originOf(
  experiment: string,
  options: Options,
  source: Source,
): { config: string; run: string; version: string; commit: string } {
  const { fingerprint } = experimentNamed(experiment);
  const code = fingerprint === undefined ? experiment : `${experiment} ${fingerprint}`;
  const config = configHashOf(code, options);
  return { config, run: runIdOf(config, Number(options['seed']), source), ...source };
}

/** The way into a folder, looked at before the work starts. Plot and its DOM load only for it. */
async function writerInto({ folder, csv }: Keep) {
  const { checkFolder, FolderError, writeFolder } = await import('../../results/folder.ts');
  const orSay = <T>(write: () => T): T => {
    try {
      return write();
    } catch (error) {
      if (error instanceof FolderError) throw new CommandError(error.message, 2, error.code);
      throw error;
    }
  };
  orSay(() => checkFolder(folder));
  return (run: Parameters<typeof writeFolder>[1]): void => {
    orSay(() => writeFolder(folder, run, { csv }));
  };
}
