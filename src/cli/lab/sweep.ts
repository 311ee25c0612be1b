/**
 * Many cells: as many at a time as there are cores and memory for, each in a process of its own. What
 * is done lies in a folder that is named by the hash of (config, seed, version), so
 *
 *     a sweep that was ended goes on where it stopped    what is there is not run again
 *     machines share it without knowing of each other    `--shard i/n`, all into one place
 *     whoever comes last sees all of it                  `sweep.json` and `sweep/report.html` beside the folders
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileReason, makeDirectory } from '../../files.ts';
import type { Check, Sweep } from '../../lab.ts';
import { type Estimate, estimateOf } from '../../results/confidence.ts';
import { type Source, sourceOfThisPackage } from '../../results/run.ts';
import { type SweepParts, writeSweepReport, writeWhole } from '../../results/sweep-report.ts';
import { CommandError, type Console, counted, green, red } from '../console.ts';
import type { CellOutcome } from './cell.ts';
import { shortly } from './lab-text.ts';
import type { Options } from './options.ts';
import { type Plan, type Shard, shareOf } from './plan.ts';
import { jobsFor, type KeepOptions, type Place, placeOf, Running, valueText } from './running.ts';
import { type Verdict, verdictsOf } from './verdict.ts';

export interface SweepOptions extends KeepOptions {
  /** Where the folders go; without it nothing is kept. */
  out?: string;
  /** Cells at a time. */
  jobs?: number;
  shard?: Shard;
}

/** What `sweep.json` and the last line tell of a cell. */
type Row = Pick<CellOutcome, 'seed' | 'nodes' | 'pass' | 'traceHash'> & {
  run: string;
  varied: Options;
  failed: string[];
  checks: readonly Check[];
  values: Record<string, number>;
};

/** Cells that differ in nothing but the seed. */
interface Group {
  config: string;
  varied: Options;
  seeds: number;
  /** Runs all of whose checks passed by themselves. */
  pass: number;
  /** Each check over all of them. */
  verdicts: Verdict[];
  estimates: Record<string, Estimate>;
}

/** What the table at the end shows; `sweep.json` has everything. */
const SHOWN = ['hopsMean', 'rpcsMean', 'successRate', 'exactRate', 'latencyMs.p50'];
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
  if (out !== undefined) {
    writeWhole(join(out, 'sweep.json'), `${JSON.stringify(summary, null, 2)}\n`);
    writeSweepReport(join(out, 'sweep'), partsOf(plan, places, rows, groups));
  }
  showGroups(groups, console);
  if (out !== undefined) console.say(`${join(out, 'sweep', 'report.html')} has the figures`);
  console.emit('sweep', summary);
  if (status !== 0) return status;
  return mine.every(({ run }) => rows.has(run)) && groups.every(isAgreed) ? 0 : 1;
}

function makeFolder(folder: string): void {
  try {
    makeDirectory(folder);
  } catch (error) {
    throw new CommandError(`cannot write ${folder}: ${fileReason(error)}`, 2, 'WRITE');
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
    checks,
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
    verdicts: verdictsOf(rows),
    estimates: estimatesOf(rows),
  }));
}

/** Does what was measured agree with what is known, over all seeds? */
function isAgreed({ verdicts }: Group): boolean {
  return verdicts.every(({ pass }) => pass);
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
    pass: done.length === places.length && groups.every(isAgreed),
    cells: places.length,
    done: done.length,
    groups,
    runs: done,
  };
}

/** What the report draws: what is asked of every run, and what this experiment checks. */
function partsOf(
  { experiment }: Plan,
  places: readonly Place[],
  rows: ReadonlyMap<string, Row>,
  groups: readonly Group[],
): SweepParts {
  const done = places.filter(({ run }) => rows.has(run));
  const checked = groups.flatMap(({ verdicts }) => verdicts.map(({ name }) => name));
  return {
    experiment: experiment.name,
    cells: places.length,
    done: done.length,
    pass: done.length === places.length && groups.every(isAgreed),
    names: [...new Set([...SHOWN, ...checked])],
    groups: groups.map(({ config, varied, estimates, verdicts }) => {
      const folders = done.filter((place) => place.config === config).map(({ folder }) => folder!);
      const summaries = folders.map((folder) =>
        JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')),
      ) as { sweeps?: Sweep[]; latencyCurveMs?: (number | null)[] }[];
      return {
        ...{ varied, estimates },
        expected: Object.fromEntries(verdicts.map(({ name, expected }) => [name, expected])),
        sweeps: summaries.map(({ sweeps = [] }) => sweeps),
        curves: summaries.map(({ latencyCurveMs = [] }) => latencyCurveMs),
      };
    }),
  };
}

function showGroups(groups: readonly Group[], console: Console): void {
  const varied = [...new Set(groups.flatMap((group) => Object.keys(group.varied)))];
  const rows = groups.map((group) => [
    ...varied.map((path) => valueText(group.varied[path])),
    `${group.pass}/${group.seeds}`,
    ...SHOWN.map((name) => estimateText(group.estimates[name])),
  ]);
  console.say();
  console.table([[...varied, 'pass', ...SHOWN], ...rows]);
  for (const group of groups) showVerdicts(group, varied, console);
  console.say();
  console.say(
    `${groups.every(isAgreed) ? green('pass') : red('FAIL')}; means over seeds ± half the 95 % confidence interval`,
  );
}

/** Every check over all seeds; of many groups only what disagrees. */
function showVerdicts(group: Group, varied: readonly string[], console: Console): void {
  const { verdicts, seeds } = group;
  const shown = varied.length === 0 ? verdicts : verdicts.filter(({ pass }) => !pass);
  if (shown.length === 0 || seeds < 2) return;
  console.say();
  const which = varied.map((path) => `${path} ${valueText(group.varied[path])}`).join(', ');
  if (which !== '') console.say(which);
  console.table(shown.map(verdictRow));
}

export function verdictRow(verdict: Verdict): string[] {
  const { name, expected, allowed, measured, ci95, passed, runs, pass } = verdict;
  return [
    pass ? green('pass') : red('FAIL'),
    name,
    `measured ${shortly(measured)} ± ${shortly(+ci95.toPrecision(2))}`,
    `expected ${shortly(expected)}${allowed > 0 ? ` ± ${shortly(+allowed.toPrecision(3))}` : ''}`,
    `${passed} of ${runs} seeds alone`,
  ];
}

function estimateText(estimate: Estimate | undefined): string {
  if (!estimate || estimate.n === 0) return '-';
  const { mean, ci95 } = estimate;
  return Number.isNaN(ci95) ? shortly(mean) : `${shortly(mean)} ± ${shortly(+ci95.toPrecision(2))}`;
}
