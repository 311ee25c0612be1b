/**
 * Many cells: as many at a time as there are cores and memory for, each in a process of its own. What
 * is done lies in a folder that is named by the hash of (config, seed, version), so
 *
 *     a sweep that was ended goes on where it stopped    what is there is not run again
 *     machines share it without knowing of each other    `--shard i/n`, all into one place
 *     whoever comes last sees all of it                  `sweep.json` beside the folders
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { makeDirectory } from '../../files.ts';
import { type Estimate, estimateOf } from '../../results/confidence.ts';
import { type Source, sourceOfThisPackage } from '../../results/run.ts';
import { CommandError, type Console, counted, green, red } from '../console.ts';
import { type Cell, type CellOutcome, type CellProgress, originOf } from './cell.ts';
import { runApart } from './cell-process.ts';
import { lengthText, shortly, showFailures } from './lab-text.ts';
import { checkMemory, freeBytes, heapMbFor } from './memory.ts';
import type { Options } from './options.ts';
import { type Plan, type PlannedCell, type Shard, shareOf } from './plan.ts';

export interface SweepOptions {
  /** Where the folders go; without it nothing is kept. */
  out?: string;
  csv?: boolean;
  sample?: number;
  /** Cells at a time. */
  jobs?: number;
  shard?: Shard;
}

/** A cell and where it belongs. */
interface Place {
  planned: PlannedCell;
  run: string;
  config: string;
  /** Null where nothing is kept. */
  folder: string | null;
}

/** What `sweep.json` and the last line tell of a cell. */
type Row = Pick<CellOutcome, 'seed' | 'nodes' | 'pass' | 'traceHash'> & {
  run: string;
  varied: Options;
  failed: string[];
  values: Record<string, number>;
};

/** Cells that differ in nothing but the seed. */
interface Group {
  config: string;
  varied: Options;
  seeds: number;
  pass: number;
  estimates: Record<string, Estimate>;
}

/** What the table at the end shows; `sweep.json` has everything. */
const SHOWN = ['hopsMean', 'rpcsMean', 'successRate', 'exactRate', 'latencyMs.p50'];
/** A sweep that was interrupted, as shells have it. */
const INTERRUPTED_STATUS = 130;

/** Runs what is not there yet, and tells what came out of all. Resolves with the exit status. */
export async function runSweep(
  plan: Plan,
  options: SweepOptions,
  console: Console,
): Promise<number> {
  const source = sourceOfThisPackage();
  const { out, shard } = options;
  if (shard && out === undefined) {
    throw new CommandError(
      '--shard expected --out as well: where shares come together',
      2,
      'USAGE',
    );
  }
  const places = plan.cells.map((planned) => placeOf(planned, plan, source, out));
  const jobs = jobsFor(plan, options.jobs);
  if (out !== undefined) makeFolder(out);
  const rows = new Map<string, Row>();
  for (const place of places) if (isThere(place)) rows.set(place.run, rowIn(place));
  const mine = shard ? shareOf(places, shard) : places;
  const todo = mine.filter(({ run }) => !rows.has(run));
  const share = shard
    ? `, ${counted(mine.length, 'cell')} of share ${shard.index}/${shard.of}`
    : '';
  console.say(
    `${plan.experiment.name}: ${counted(places.length, 'cell')}${share}, ` +
      `${mine.length - todo.length} there already, ${jobs} at a time`,
  );
  const run = new Running(plan, todo, jobs, options, console);
  const status = await run.all((place, outcome) => {
    const row = rowOf(place, outcome);
    rows.set(place.run, row);
    console.emit('cell', { ...row, folder: place.folder });
  });
  // What other shares have finished meanwhile.
  for (const place of places)
    if (!rows.has(place.run) && isThere(place)) rows.set(place.run, rowIn(place));
  const groups = groupsOf(places, rows);
  const summary = summaryOf(plan, source, places, rows, groups);
  if (out !== undefined) writeWhole(join(out, 'sweep.json'), summary);
  showGroups(groups, console);
  console.emit('sweep', summary);
  if (status !== 0) return status;
  return mine.every((place) => rows.get(place.run)?.pass) ? 0 : 1;
}

/** The cells that are under way, and those that wait. */
class Running {
  readonly #plan: Plan;
  readonly #waiting: Place[];
  readonly #total: number;
  readonly #jobs: number;
  readonly #options: SweepOptions;
  readonly #console: Console;
  readonly #abort = new AbortController();
  readonly #progress = new Map<Place, CellProgress | null>();
  readonly #startedAtMs = performance.now();
  #done = 0;
  #status = 0;

  constructor(plan: Plan, todo: Place[], jobs: number, options: SweepOptions, console: Console) {
    this.#plan = plan;
    this.#waiting = [...todo];
    this.#total = todo.length;
    this.#jobs = jobs;
    this.#options = options;
    this.#console = console;
  }

  /** Resolves with the exit status when all have ended, or all that ran when somebody stopped it. */
  async all(onEnd: (place: Place, outcome: CellOutcome) => void): Promise<number> {
    const stop = (): void => {
      this.#status = INTERRUPTED_STATUS;
      this.#waiting.length = 0;
      this.#abort.abort();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    const workers = Array.from({ length: this.#jobs }, () => this.#work(onEnd));
    await Promise.all(workers);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    this.#console.progress('');
    if (this.#abort.signal.aborted) {
      this.#console.say(`Stopped; ${counted(this.#done, 'cell')} of ${this.#total} done.`);
    }
    return this.#status;
  }

  async #work(onEnd: (place: Place, outcome: CellOutcome) => void): Promise<void> {
    for (let place = this.#waiting.shift(); place; place = this.#waiting.shift()) {
      this.#progress.set(place, null);
      try {
        const outcome = await this.#run(place);
        this.#done++;
        onEnd(place, outcome);
        showFailures(outcome, this.#console);
      } catch (error) {
        this.#failed(place, error);
      }
      this.#progress.delete(place);
    }
  }

  #run(place: Place): Promise<CellOutcome> {
    const { experiment } = this.#plan;
    const { options } = place.planned;
    const { csv = false, sample } = this.#options;
    const keep =
      place.folder === null ? null : { folder: place.folder, csv, ...(sample && { sample }) };
    const cell: Cell = { experiment: experiment.name, options, keep };
    return runApart(cell, {
      heapMb: heapMbFor(experiment.footprint(options)),
      signal: this.#abort.signal,
      report: (progress) => {
        this.#progress.set(place, progress);
        this.#console.progress(this.#text());
      },
    });
  }

  /** One that fails does not stop the others. */
  #failed({ planned, run }: Place, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    if (!(error instanceof CommandError)) throw error;
    const { seed, varied } = planned;
    const { message, code } = error;
    this.#status = Math.max(this.#status, error.status);
    this.#console.emit('error', { code, message, seed, varied, run });
    this.#console.say(`${red('FAIL')} seed ${seed} ${variedText(varied)}: ${message}`);
  }

  #text(): string {
    const under = [...this.#progress.values()];
    let share = 0;
    let messages = 0;
    let rssBytes = 0;
    for (const progress of under) {
      if (!progress) continue;
      share += progress.done / progress.of;
      messages += progress.messages / progress.wallMs;
      rssBytes += progress.rssBytes;
    }
    const elapsedMs = performance.now() - this.#startedAtMs;
    const done = this.#done + share;
    const left = done === 0 ? '?' : lengthText((elapsedMs * (this.#total - done)) / done);
    return (
      `${this.#done} of ${counted(this.#total, 'cell')} done, ${under.length} under way  ` +
      `${Math.round(messages)}k messages/s  ${Math.round(rssBytes / 1e6)} MB  ${left} left`
    );
  }
}

/** All cores, fewer if memory does not allow; too large a cell is told before any is run. */
function jobsFor({ cells, experiment }: Plan, wanted = availableParallelism()): number {
  const free = freeBytes();
  let jobs = Math.min(wanted, cells.length);
  for (const { options } of cells) {
    const footprint = experiment.footprint(options);
    checkMemory(footprint, Number(options['nodes']), free);
    jobs = Math.min(jobs, Math.max(1, Math.floor(free / footprint.bytes)));
  }
  return jobs;
}

function placeOf(planned: PlannedCell, plan: Plan, source: Source, out?: string): Place {
  const { name } = plan.experiment;
  const { run, config } = originOf(name, planned.options, source);
  return { planned, run, config, folder: out === undefined ? null : join(out, `${name}-${run}`) };
}

function makeFolder(folder: string): void {
  try {
    makeDirectory(folder);
  } catch (error) {
    throw new CommandError(`cannot write there: ${(error as Error).message}`, 2, 'WRITE');
  }
}

function isThere({ folder }: Place): boolean {
  return folder !== null && existsSync(join(folder, 'summary.json'));
}

function rowIn(place: Place): Row {
  return rowOf(place, JSON.parse(readFileSync(join(place.folder!, 'summary.json'), 'utf8')));
}

function rowOf({ planned, run }: Place, outcome: CellOutcome): Row {
  const { seed, nodes, pass, traceHash, checks, metrics, figures, messages, virtualMs } = outcome;
  const { wallMs, messagesPerSecond, peakRssBytes } = outcome;
  const { latencyMs, ...others } = metrics;
  const latencies = Object.entries(latencyMs).map(([at, ms]) => [`latencyMs.${at}`, ms]);
  const all = { ...others, ...Object.fromEntries(latencies), ...figures };
  const machine = { messages, virtualMs, wallMs, messagesPerSecond, peakRssBytes };
  return {
    ...{ run, seed, nodes, varied: planned.varied, pass, traceHash },
    failed: checks.filter((check) => !check.pass).map(({ name }) => name),
    values: { ...all, ...machine },
  };
}

function groupsOf(places: readonly Place[], rows: ReadonlyMap<string, Row>): Group[] {
  const members = new Map<string, { varied: Options; rows: Row[] }>();
  for (const { config, planned, run } of places) {
    const group = members.get(config) ?? { varied: planned.varied, rows: [] };
    members.set(config, group);
    const row = rows.get(run);
    if (row) group.rows.push(row);
  }
  return Array.from(members, ([config, { varied, rows }]) => ({
    ...{ config, varied, seeds: rows.length },
    pass: rows.filter(({ pass }) => pass).length,
    estimates: estimatesOf(rows),
  }));
}

function estimatesOf(rows: readonly Row[]): Record<string, Estimate> {
  const names = Object.keys(rows[0]?.values ?? {});
  return Object.fromEntries(
    names.map((name) => [name, estimateOf(rows.map(({ values }) => values[name]!))]),
  );
}

function summaryOf(
  { experiment }: Plan,
  source: Source,
  places: readonly Place[],
  rows: ReadonlyMap<string, Row>,
  groups: readonly Group[],
): object {
  const done = places.flatMap(({ run }) => rows.get(run) ?? []);
  return {
    experiment: experiment.name,
    ...source,
    pass: done.length === places.length && done.every(({ pass }) => pass),
    cells: places.length,
    done: done.length,
    groups,
    runs: done,
  };
}

/** Several shares may write it at once: each whole, the last one stays. */
function writeWhole(file: string, contents: object): void {
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(contents, null, 2)}\n`);
  renameSync(partial, file);
}

function showGroups(groups: readonly Group[], console: Console): void {
  const varied = [...new Set(groups.flatMap((group) => Object.keys(group.varied)))];
  const rows = groups.map((group) => [
    ...varied.map((path) => valueText(group.varied[path])),
    `${group.pass}/${group.seeds}`,
    ...SHOWN.map((name) => estimateText(group.estimates[name])),
  ]);
  const isAllPass = groups.every(({ pass, seeds }) => pass === seeds);
  console.say();
  console.table([[...varied, 'pass', ...SHOWN], ...rows]);
  console.say();
  console.say(
    `${isAllPass ? green('pass') : red('FAIL')}; means over seeds ± half the 95 % confidence interval`,
  );
}

function estimateText(estimate: Estimate | undefined): string {
  if (!estimate || estimate.n === 0) return '-';
  const { mean, ci95 } = estimate;
  return Number.isNaN(ci95) ? shortly(mean) : `${shortly(mean)} ± ${shortly(+ci95.toPrecision(2))}`;
}

function variedText(varied: Options): string {
  return Object.entries(varied)
    .map(([path, value]) => `${path} ${valueText(value)}`)
    .join(', ');
}

function valueText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
