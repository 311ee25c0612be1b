/**
 * An experiment as the command line sees it. From one entry come `lab list`, `lab show`, the flags of
 * `lab run`, the fields of a file, sweeps and replays.
 */
import type { z } from 'zod';
import type { ExperimentResult, Recorder, Watch } from '../../lab.ts';
import type { Footprint } from './memory.ts';
import type { Options } from './options.ts';

export interface Experiment {
  name: string;
  /** One line. */
  about: string;
  /** What it checks, and against what. */
  checks: readonly string[];
  options: z.ZodObject;
  /** A size at which a run takes a second or two and its checks still mean something: `lab verify`. */
  quick: Options;
  /**
   * What the schema cannot say: fields that hang on others.
   * @throws TypeError or RangeError that names the field.
   */
  complete?(options: Options): Options;
  /** Options that were checked. A recorder that is told nothing leaves empty tables. */
  run(options: Options, watch: Watch, recorder: Recorder | null): ExperimentResult;
  /** The same on several threads, where that can be. @throws TypeError for options with which it cannot. */
  runOnWorkers?(options: Options, workers: number, watch: Watch): Promise<ExperimentResult>;
  /** What its largest world takes. */
  footprint(options: Options): Footprint;
  /** Of somebody else's: the file that it is in, and a hash of its text. */
  module?: string;
  fingerprint?: string;
}

/** An entry whose functions are given what its schema has made. */
export function entry<S extends z.ZodObject>(
  described: Omit<Experiment, 'options' | 'complete' | 'run' | 'runOnWorkers' | 'footprint'> & {
    options: S;
    complete?(options: z.output<S>): z.output<S>;
    run(options: z.output<S>, watch: Watch, recorder: Recorder | null): ExperimentResult;
    runOnWorkers?(options: z.output<S>, workers: number, watch: Watch): Promise<ExperimentResult>;
    footprint(options: z.output<S>): Footprint;
  },
): Experiment {
  return described as unknown as Experiment;
}

/** Where the page about an experiment is. */
export function pageOf({ name }: Pick<Experiment, 'name'>): string {
  return `docs/experiments/${name}.md`;
}
