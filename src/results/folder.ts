/**
 * The folder that a run leaves behind. It appears under its name when everything is in it, and not
 * before: whoever finds the folder has the whole of it.
 *
 *     before the work   refuse a name that is taken or a place that cannot be written
 *     after it          .NAME.PID.partial/   every file, each flushed to the disk
 *                       rename ──▶ NAME/
 *
 * All files but `summary.json`, which tells how long it took on this machine, are the same byte for
 * byte when the same run is repeated.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileReason, makeDirectory } from '../files.ts';
import { type ExperimentResult, type Recorder, TABLES, type Table } from '../lab.ts';
import { writeCsv } from './csv.ts';
import type { Figure } from './figures/figure.ts';
import { figuresOf } from './figures/figures.ts';
import { numbers, rankOf, tableNamed } from './figures/reading.ts';
import { writeParquet } from './parquet.ts';
import { partialOf } from './partial.ts';
import { reportOf } from './report.ts';
import { orderedJson, type RunConfig, runIdOf, runRowOf, type Source } from './run.ts';

/** What a run hands over when it is done. */
export interface FinishedRun {
  result: ExperimentResult;
  recorder: Recorder;
  /** All options of the experiment, the seed among them. */
  config: RunConfig;
  source: Source;
  /** What this machine took, for `summary.json`. */
  machine: Readonly<Record<string, number>>;
}

/** The folder cannot be made; the message is the whole explanation. */
export class FolderError extends Error {
  readonly code = 'WRITE';
}

/**
 * Call before the work starts.
 * @throws FolderError when the name is taken or its place cannot be written.
 */
export function checkFolder(folder: string): void {
  if (existsSync(folder)) throw new FolderError(`cannot write ${folder}: it exists`);
  try {
    const parent = dirname(resolve(folder));
    makeDirectory(parent);
    accessSync(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new FolderError(`cannot write ${folder}: ${fileReason(error)}`);
  }
}

/**
 * Writes everything and only then gives the folder its name.
 * @throws FolderError; nothing is left behind then.
 */
export function writeFolder(
  folder: string,
  run: FinishedRun,
  { csv = false }: { csv?: boolean } = {},
): void {
  checkFolder(folder);
  const target = resolve(folder);
  const partial = partialOf(target, process.pid);
  try {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    writeFiles(partial, run, csv);
    for (const name of readdirSync(partial)) flush(join(partial, name));
    flush(partial);
    renameSync(partial, target);
    flush(dirname(target));
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // A system error has a code; anything else is a mistake of ours and must look like one.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new FolderError(`cannot write ${folder}: ${fileReason(error)}`);
  }
}

function writeFiles(folder: string, run: FinishedRun, csv: boolean): void {
  const { result, recorder, config, source } = run;
  const row = runRowOf(result, config, source);
  const runId = runIdOf(row.config_hash, row.seed, source);
  const tables = recorder.tables(row, runId);
  const origin = {
    run_id: runId,
    seed: String(row.seed),
    version: row.version,
    commit: row.commit,
    config_hash: row.config_hash,
    schema_version: String(row.schema_version),
  };
  for (const table of tables) {
    writeParquet(join(folder, `${table.name}.parquet`), table, origin);
    if (csv) writeCsv(join(folder, `${table.name}.csv`), table);
  }
  const figures = figuresOf(result, tables);
  for (const { name, svg, numbers } of figures) {
    writeFileSync(join(folder, `${name}.svg`), svg);
    writeFileSync(join(folder, numbersFileOf(name)), numbers);
  }
  const files = filesOf(tables, figures, csv);
  const report = reportOf({ result, config, origin, figures, tables, files });
  writeFileSync(join(folder, 'report.html'), report);
  const curve = latencyCurveOf(tables);
  writeFileSync(join(folder, 'summary.json'), summaryOf(run, origin, files, curve));
}

function filesOf(tables: readonly Table[], figures: readonly Figure[], csv: boolean): string[] {
  return [
    ...tables.map(({ name }) => `${name}.parquet`),
    ...(csv ? tables.map(({ name }) => `${name}.csv`) : []),
    ...figures.flatMap(({ name }) => [`${name}.svg`, numbersFileOf(name)]),
  ];
}

/** The numbers under a figure; where a table has its name, they are told apart. */
function numbersFileOf(figure: string): string {
  return Object.hasOwn(TABLES, figure) ? `${figure}-figure.csv` : `${figure}.csv`;
}

/** Shares at which the curve of latencies is told in `summary.json`: every hundredth. */
const CURVE_PARTS = 100;

/** How long it took until 0, 1, … 100 % of all lookups had ended; null for those that failed. */
function latencyCurveOf(tables: readonly Table[]): (number | null)[] {
  const lookups = tableNamed(tables, 'lookups');
  if (lookups.rows === 0) return [];
  const failed = numbers(lookups, 'failed');
  const times = numbers(lookups, 'latency_ms').map((ms, row) =>
    failed[row] === 1 ? Infinity : ms,
  );
  times.sort();
  return Array.from({ length: CURVE_PARTS + 1 }, (_, part) => {
    const ms = times[rankOf(part / CURVE_PARTS, times.length)]!;
    return ms === Infinity ? null : ms;
  });
}

/** What was to be known first stands first; below that keys are in alphabetical order. */
function summaryOf(
  { result, config, machine }: FinishedRun,
  origin: Readonly<Record<string, string>>,
  files: readonly string[],
  latencyCurveMs: readonly (number | null)[],
): string {
  const { experiment, seed, nodes, pass, traceHash, checks, metrics, ...others } = result;
  const parts = { experiment, seed, nodes, pass, traceHash, checks, metrics, ...others };
  const all = { ...parts, latencyCurveMs, ...machine, options: config, origin, files };
  const lines = Object.entries(all).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${orderedJson(value, 2).replaceAll('\n', '\n  ')}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
