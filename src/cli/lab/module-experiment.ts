/**
 * Experiments that somebody else wrote: a module is run as the built-in ones are, with flags, files, sweeps,
 * shards, replays and a report.
 *
 *     export const about = 'one line';
 *     export const options = { seed: 1, nodes: 200, everyMs: 1000, churn: 'kad' };      the defaults
 *     export function run(options, { watch, recorder }) { … return { world, grades, checks, figures } }
 *
 * What an option may be follows from its default: a number stays a number, a whole one whole, and `…Ms` is
 * a duration. A run hangs on the module's text, so that a changed one is another run.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { fileReason } from '../../files.ts';
import type { Check, ExperimentResult, Grade, Recorder, Watch } from '../../lab.ts';
import { shown } from '../../lab.ts';
import { summaryOf, type World } from '../../world.ts';
import { CommandError } from '../console.ts';
import type { Experiment } from './experiment.ts';
import { duration, nodes as nodesField, real, seed, toggle, whole } from './fields.ts';
import type { Options } from './options.ts';

/** What a run of a module returns. */
export interface ModuleResult {
  world: World;
  grades?: readonly Grade[];
  checks?: readonly Check[];
  figures?: Readonly<Record<string, number>>;
  story?: readonly string[];
}

/** What a module exports. */
interface ExperimentModule {
  about?: string;
  options: Options;
  run(
    options: Options,
    tools: { watch: Watch; recorder: Recorder | null },
  ): ModuleResult | PromiseLike<unknown>;
}

/** Bytes that a node of somebody else's protocol may take; who needs more is told by the system. */
const NODE_BYTES = 4096;
const PROCESS_BYTES = 130e6;
const NUMBER_MOST = 1e12;

const known = new Map<string, Experiment>();

/** A name with which a module is meant. */
export function isModule(name: string): boolean {
  return /\.m?js$/.test(name);
}

/** An experiment whose module was brought before. */
export function moduleExperiment(name: string): Experiment | undefined {
  return known.get(name);
}

/**
 * Loads a module and makes an experiment of it, under the name of its file.
 * @throws CommandError in one line.
 */
export async function bringModule(path: string): Promise<Experiment> {
  const file = resolve(path);
  const fail = (why: string): never => {
    throw new CommandError(`${path}: ${why}`, 2, 'USAGE');
  };
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (error) {
    return fail(fileReason(error));
  }
  let module: Partial<ExperimentModule>;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    return fail(`does not load: ${(error as Error).message.split('\n')[0]}`);
  }
  const { about = 'an experiment of your own', options, run } = module;
  if (typeof options !== 'object' || options === null) {
    return fail(`expected to export "options", an object of defaults, got ${shown(options)}`);
  }
  if (typeof run !== 'function') return fail(`expected to export "run", got ${shown(run)}`);
  const name = basename(file).replace(/\.m?js$/, '');
  const experiment: Experiment = {
    ...{ name, about, module: file, checks: [], quick: {} },
    fingerprint: createHash('sha256').update(text).digest('hex').slice(0, 16),
    options: schemaOf(options, fail),
    run: (chosen, watch, recorder) =>
      resultOf(name, chosen, run(chosen, { watch, recorder }) as ModuleResult),
    footprint: (chosen) => {
      const bytes = PROCESS_BYTES + Number(chosen['nodes']) * NODE_BYTES;
      return { bytes, heapBytes: bytes };
    },
  };
  known.set(name, experiment);
  known.set(path, experiment);
  return experiment;
}

function schemaOf(options: Options, fail: (why: string) => never): z.ZodObject {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, value] of Object.entries({ seed: 1, nodes: 100, ...options })) {
    if (name === 'seed') shape[name] = seed.default(Number(value));
    else if (name === 'nodes') shape[name] = nodesField.default(Number(value));
    else if (typeof value === 'boolean') shape[name] = toggle('').default(value);
    else if (typeof value === 'string') shape[name] = text(name).default(value);
    else if (typeof value === 'number' && name.endsWith('Ms')) {
      shape[name] = duration(name, 0, '').default(value);
    } else if (typeof value === 'number') {
      const isWhole = Number.isInteger(value);
      const field = isWhole
        ? whole(-NUMBER_MOST, NUMBER_MOST, '')
        : real(-NUMBER_MOST, NUMBER_MOST, '');
      shape[name] = field.default(value);
    } else if (typeof value === 'object' && value !== null) {
      shape[name] = z
        .json()
        .meta({ about: '', expected: 'JSON', placeholder: 'json' })
        .default(value as never);
    } else
      fail(
        `"options.${name}" expected a number, text, true, false or an object, got ${shown(value)}`,
      );
  }
  return z.strictObject(shape);
}

function text(name: string): z.ZodString {
  return z.string().meta({ about: '', expected: 'text', placeholder: name });
}

function resultOf(name: string, options: Options, result: ModuleResult): ExperimentResult {
  const fail = (why: string): never => {
    throw new CommandError(`${name}: what "run" returns ${why}`, 2, 'MODULE');
  };
  if (typeof result !== 'object' || result === null)
    return fail(`expected an object, got ${shown(result)}`);
  if ('then' in result)
    return fail('expected an object, got a promise: virtual time waits for nobody');
  const { world, grades = [], checks = [], figures = {}, story } = result;
  if (typeof world?.traceHash !== 'string') return fail(`expected "world", the world that was run`);
  return {
    experiment: name,
    seed: Number(options['seed']),
    nodes: Number(options['nodes']),
    pass: checks.every(({ pass }) => pass),
    traceHash: world.traceHash,
    checks: [...checks],
    metrics: summaryOf(grades),
    messages: world.delivered,
    virtualMs: world.elapsedMs,
    figures: { ...figures },
    ...(story && { story }),
  };
}
