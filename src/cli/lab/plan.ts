/**
 * From what people ask for to the cells that are to run. A file has the options of an experiment, and
 * beside them may say which of them are to be varied:
 *
 *     { "experiment": "kad-hops", "lookups": 500,
 *       "seeds": 20,
 *       "sweep": { "k": [8, 20], "nodes": [1000, 10000] } }      2 × 2 × 20 cells
 *
 * A path such as `node.k` varies a field inside another. What is typed on the command line goes before
 * what the file says. All cells are checked before the first one runs.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileReason } from '../../files.ts';
import { parseMatrix, shown } from '../../lab.ts';
import { CommandError } from '../console.ts';
import type { Experiment } from './experiment.ts';
import { experimentNamed } from './experiments.ts';
import { bringModule, isModule } from './module-experiment.ts';
import { checkedOptions, defaultOf, flagOf, type NameOf, type Options } from './options.ts';

/** Cells of one sweep at most: their list is held in memory, and written. */
export const CELLS_LIMIT = 100_000;

/** What was asked for, before it is checked. */
export interface Request {
  experiment: Experiment;
  /** The file it came from; null: from the command line alone. */
  file: string | null;
  values: Options;
  seeds?: unknown;
  sweep?: unknown;
}

export interface PlannedCell {
  seed: number;
  /** The fields that are varied, by path. */
  varied: Options;
  options: Options;
}

export interface Plan {
  experiment: Experiment;
  /** Are there several cells, or was it said that there may be? */
  isSweep: boolean;
  cells: PlannedCell[];
}

/**
 * An experiment of somebody's own is loaded before anything is asked of it: by its file, or by that of a
 * sweep whose `experiment` is a file beside it.
 * @throws CommandError when it cannot be.
 */
export async function bringModuleOf(nameOrFile: string): Promise<void> {
  if (isModule(nameOrFile)) return void (await bringModule(nameOrFile));
  if (!nameOrFile.endsWith('.json')) return;
  const { experiment } = (jsonOf(textOf(nameOrFile)) ?? {}) as { experiment?: unknown };
  if (typeof experiment === 'string' && isModule(experiment)) {
    await bringModule(resolve(dirname(nameOrFile), experiment));
  }
}

/** Null for what is not JSON: that is told later. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @throws CommandError when there is no such file, or it is not JSON. */
export function requestFrom(nameOrFile: string): Request {
  if (isModule(nameOrFile) || !/\.json$|[/\\]/.test(nameOrFile)) {
    return { experiment: experimentNamed(nameOrFile), file: null, values: {} };
  }
  const fail = (why: string): never => {
    throw new CommandError(`${nameOrFile}: ${why}`, 2, 'USAGE');
  };
  const contents = parsed(textOf(nameOrFile), fail);
  if (typeof contents !== 'object' || contents === null || Array.isArray(contents)) {
    return fail(`expected an object, got ${shown(contents)}`);
  }
  const { experiment = 'scenario', about, seeds, sweep, ...values } = contents as Options;
  if (typeof experiment !== 'string') {
    return fail(`"experiment" expected a name, got ${shown(experiment)}`);
  }
  if (about !== undefined && typeof about !== 'string') {
    return fail(`"about" expected text, got ${shown(about)}`);
  }
  const own = isModule(experiment) ? resolve(dirname(nameOrFile), experiment) : experiment;
  const found = named(own, fail);
  return {
    experiment: found,
    file: nameOrFile,
    values: withMatrix(withTrace(values, nameOrFile), nameOrFile),
    seeds,
    sweep,
  };
}

function named(name: string, fail: (why: string) => never): Experiment {
  try {
    return experimentNamed(name);
  } catch (error) {
    return fail((error as Error).message);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file}: ${fileReason(error)}`, 2, 'USAGE');
  }
}

function parsed(text: string, fail: (why: string) => never): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`expected JSON: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** A trace is a file beside the scenario; its text is what the run hangs on. */
function withTrace(values: Options, file: string): Options {
  const { churn } = values as { churn?: { traceFile?: unknown } };
  if (typeof churn !== 'object' || churn === null || !('traceFile' in churn)) return values;
  const { traceFile, ...others } = churn;
  if (typeof traceFile !== 'string') {
    const message = `"churn.traceFile" expected the name of a file, got ${shown(traceFile)}`;
    throw new CommandError(`${file}: ${message}`, 2, 'USAGE');
  }
  return { ...values, churn: { ...others, trace: textOf(resolve(dirname(file), traceFile)) } };
}

/** So is a matrix of latencies; `unit` says what its numbers are: `ms`, or `us` as p2psim has them. */
function withMatrix(values: Options, file: string): Options {
  const { network } = values as { network?: { latency?: Record<string, unknown> } };
  const latency = network?.latency;
  if (typeof latency !== 'object' || latency === null || !('matrixFile' in latency)) return values;
  const { matrixFile, unit = 'ms', roundTrip = false, ...others } = latency;
  const fail = (message: string): never => {
    throw new CommandError(`${file}: ${message}`, 2, 'USAGE');
  };
  const base = 'network.latency';
  if (typeof matrixFile !== 'string') {
    return fail(`"${base}.matrixFile" expected the name of a file, got ${shown(matrixFile)}`);
  }
  if (unit !== 'ms' && unit !== 'us')
    return fail(`"${base}.unit" expected ms or us, got ${shown(unit)}`);
  if (typeof roundTrip !== 'boolean') {
    return fail(`"${base}.roundTrip" expected true or false, got ${shown(roundTrip)}`);
  }
  const [extra] = Object.keys(others);
  if (extra !== undefined) return fail(`"${base}.${extra}" is nothing that stands beside a matrix`);
  const msPerUnit = (unit === 'us' ? 0.001 : 1) / (roundTrip ? 2 : 1);
  try {
    const ms = parseMatrix(textOf(resolve(dirname(file), matrixFile)), msPerUnit);
    return { ...values, network: { ...network, latency: { kind: 'matrix', ms } } };
  } catch (error) {
    if (error instanceof RangeError) return fail(`${matrixFile}: ${error.message}`);
    throw error;
  }
}

/**
 * All cells, in the order of the sweep, seeds innermost.
 * @param typedFields the fields that were given as flags.
 * @throws CommandError that names the first wrong field.
 */
export function planOf(request: Request, typedFields: ReadonlySet<string>): Plan {
  const { experiment, file, values, seeds, sweep } = request;
  const inFile = (path: string): string =>
    file === null ? `"${path}"` : `${basename(file)}: "${path}"`;
  const nameOf: NameOf = (path) => {
    const [field] = path.split(/[.[]/);
    return typedFields.has(field!) ? flagOf(field!) + path.slice(field!.length) : inFile(path);
  };
  const orSay = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      const message = error.message.replace(/^"([^"]+)"/, (_, path: string) => nameOf(path));
      throw new CommandError(message, 2, 'USAGE');
    }
  };
  const first = values['seed'] ?? defaultOf(experiment.options.shape['seed']!);
  const seedList = orSay(() => seedsFrom(seeds, Number(first)));
  const combinations = orSay(() => combinationsOf(sweep, experiment));
  const count = combinations.length * Math.max(1, seedList?.length ?? 1);
  if (count > CELLS_LIMIT) {
    throw new CommandError(
      `a sweep has at most ${CELLS_LIMIT} cells, this one ${count}`,
      2,
      'USAGE',
    );
  }
  const cells: PlannedCell[] = [];
  for (const varied of combinations) {
    const merged = structuredClone(values);
    for (const [path, value] of Object.entries(varied)) putAt(merged, path, value);
    for (const seed of seedList ?? [merged['seed']]) {
      const given = seed === undefined ? merged : { ...merged, seed };
      const options = checkedOptions(experiment, given, nameOf);
      cells.push({ seed: Number(options['seed']), varied, options });
    }
  }
  return { experiment, isSweep: seedList !== null || sweep !== undefined, cells };
}

/**
 * `[1, 2, 3]`, `{ from: 1, count: 20 }`, or text such as `1..20` and `1,2,3`; a number is so many from
 * the first on. Null: not said.
 * @throws TypeError or RangeError that names the field.
 */
export function seedsFrom(seeds: unknown, first = 1): number[] | null {
  if (seeds === undefined) return null;
  const isCount = typeof seeds === 'number' || (typeof seeds === 'string' && /^\d+$/.test(seeds));
  const list = isCount ? range(first, Number(seeds)) : listOf(seeds);
  const isSeed = (seed: unknown): boolean => Number.isSafeInteger(seed) && (seed as number) >= 0;
  if (list === null || list.length === 0 || !list.every(isSeed)) {
    const expected = 'how many, or 1..20, 1,2,3, [1, 2, 3], { "from": 1, "count": 20 }';
    const got = typeof seeds === 'object' ? JSON.stringify(seeds).slice(0, 60) : shown(seeds);
    throw new TypeError(`"seeds" expected ${expected}, got ${got}`);
  }
  return [...new Set(list as number[])];
}

function listOf(seeds: unknown): unknown[] | null {
  if (Array.isArray(seeds)) return seeds;
  if (typeof seeds === 'string') {
    const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(seeds) ?? [];
    if (first === undefined)
      return seeds.split(',').map((text) => (text === '' ? null : Number(text)));
    return range(Number(first), Number(last) - Number(first) + 1);
  }
  const { from, count, ...others } = (seeds ?? {}) as Record<string, unknown>;
  const isRange = Object.keys(others).length === 0 && typeof from === 'number';
  return isRange && typeof count === 'number' ? range(from, count) : null;
}

function range(from: number, count: number): number[] | null {
  if (!Number.isInteger(count) || count < 1 || count > CELLS_LIMIT) return null;
  return Array.from({ length: count }, (_, i) => from + i);
}

/** The cross product; one empty combination where nothing is varied. */
function combinationsOf(sweep: unknown, experiment: Experiment): Options[] {
  if (sweep === undefined) return [{}];
  if (typeof sweep !== 'object' || sweep === null || Array.isArray(sweep)) {
    throw new TypeError(`"sweep" expected an object such as { "k": [8, 20] }, got ${shown(sweep)}`);
  }
  let combinations: Options[] = [{}];
  for (const [path, values] of Object.entries(sweep)) {
    const known = Object.keys(experiment.options.shape).filter((field) => field !== 'seed');
    if (!known.includes(path.split('.')[0]!)) {
      throw new TypeError(
        `"sweep.${path}" is nothing that ${experiment.name} can vary; there are ${known.join(', ')}`,
      );
    }
    if (!Array.isArray(values) || values.length === 0) {
      throw new TypeError(
        `"sweep.${path}" expected an array of values, got ${
          Array.isArray(values) ? 'an empty one' : shown(values)
        }`,
      );
    }
    if (combinations.length * values.length > CELLS_LIMIT) {
      throw new RangeError(`"sweep" expected at most ${CELLS_LIMIT} cells`);
    }
    combinations = combinations.flatMap((varied) =>
      values.map((value) => ({ ...varied, [path]: value })),
    );
  }
  return combinations;
}

/** Puts a value at a path, with objects on the way where there are none. */
function putAt(options: Options, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let place: Options = options;
  for (const key of keys) {
    const next = Object.hasOwn(place, key) ? place[key] : null;
    if (typeof next !== 'object' || next === null) place[key] = {};
    place = place[key] as Options;
  }
  place[last] = value;
}

/** `2/8`: the second of eight. */
export interface Shard {
  index: number;
  of: number;
}

/** The cells of a share: every n-th, so that each has small and large ones. */
export function shareOf<T>(cells: readonly T[], { index, of }: Shard): T[] {
  return cells.filter((_, i) => i % of === index - 1);
}
