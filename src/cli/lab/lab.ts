/**
 * `ringlight lab`: experiments on the product's own nodes under virtual time. A run prints what was
 * measured beside what was to be expected, and its trace hash; the same seed prints the same again.
 */

import { bold, type Console, counted, dim, green, red } from '../console.ts';
import { type Cell, type CellOutcome, type Keep, runCell } from './cell.ts';
import { runApart } from './cell-process.ts';
import { goOn, savedWorldIn, saveRun } from './checkpoint.ts';
import { type Experiment, pageOf } from './experiment.ts';
import { EXPERIMENTS, experimentNamed } from './experiments.ts';
import { lengthText, progressText, showOutcome } from './lab-text.ts';
import { checkMemory, heapMbFor } from './memory.ts';
import { bringModule } from './module-experiment.ts';
import { defaultOf, flagOf, metaOf, type Options } from './options.ts';
import { otherCode, recordedFrom } from './replay.ts';
import { valueText } from './running.ts';

export function listExperiments(console: Console): void {
  for (const experiment of EXPERIMENTS) {
    const { name, about } = experiment;
    console.emit('experiment', { name, about, page: pageOf(experiment) });
  }
  console.table(EXPERIMENTS.map(({ name, about }) => [bold(name), about]));
}

/** One experiment: what it checks and what can be chosen. */
export function showExperiment(name: string, console: Console): void {
  const experiment = experimentNamed(name);
  const { about, checks } = experiment;
  const page = pageOf(experiment);
  const options = fieldsOf(experiment);
  console.emit('experiment', { name, about, page, checks, options });
  console.say(`${bold(name)}  ${about}`);
  console.say();
  for (const check of checks) console.say(`  ${check}`);
  console.say();
  console.table(
    options.map(({ flag, placeholder, default: value, about, expected }) => [
      `${flag} ${dim(placeholder)}`,
      value === undefined ? '' : valueText(value),
      [about, expected].filter(Boolean).join('; '),
    ]),
  );
  console.say();
  if (experiment.module === undefined) console.say(`${page} tells what to notice.`);
}

function fieldsOf({ options: { shape } }: Experiment) {
  return Object.entries(shape).map(([name, schema]) => {
    const { about = '', expected = '', placeholder = '' } = metaOf(schema);
    return { name, flag: flagOf(name), about, expected, placeholder, default: defaultOf(schema) };
  });
}

/** Runs one cell, tells what came out. Resolves with the exit status. */
export async function runOne(cell: Cell, console: Console): Promise<number> {
  return concluded(await run(cell, console), cell.keep, console);
}

function concluded(outcome: CellOutcome, keep: Keep | null, console: Console): number {
  showOutcome(outcome, console);
  if (keep) {
    console.say();
    console.say(`${keep.folder}/report.html has it all`);
  }
  console.emit('result', outcome);
  return outcome.pass ? 0 : 1;
}

/** Runs up to a moment, and puts the world aside. Resolves with the exit status. */
export async function runToSave(
  cell: Cell,
  where: { folder: string; atMs: number; sample?: number },
  console: Console,
): Promise<number> {
  const { bytes, ...world } = await stoppable((signal) =>
    saveRun(cell, where, {
      signal,
      report: (progress) => console.progress(progressText(progress)),
    }),
  );
  console.progress('');
  const { atMs, experiment, messages } = world;
  const { folder } = where;
  console.say(
    `${bold(experiment)} rests at ${lengthText(atMs)}, ${counted(messages, 'message')} delivered; ` +
      `${folder} takes ${Math.ceil(bytes / 1e6)} MB`,
  );
  console.say(`ringlight lab run --from ${folder} goes on`);
  console.emit('saved', { ...world, bytes, folder });
  return 0;
}

/** Goes on with a world that was put aside. Resolves with the exit status. */
export async function runFrom(
  folder: string,
  keep: Keep | null,
  console: Console,
): Promise<number> {
  const { experiment, atMs } = savedWorldIn(folder);
  console.progress(`${experiment} goes on at ${lengthText(atMs)} …`);
  const outcome = await stoppable((signal) =>
    goOn(folder, keep, { signal, report: (progress) => console.progress(progressText(progress)) }),
  );
  console.progress('');
  return concluded(outcome, keep, console);
}

/** Ctrl-C ends the process that works, and then this one, with nothing half-written. */
async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await work(abort.signal);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** Runs a recorded run once more and compares. Resolves with the exit status. */
export async function replay(
  target: string,
  module: string | undefined,
  console: Console,
): Promise<number> {
  if (module !== undefined) await bringModule(module);
  const recorded = recordedFrom(target);
  const { experiment, options, traceHash: expected } = recorded;
  const warning = otherCode(recorded.source);
  const outcome = await run({ experiment, options, keep: null, module }, console);
  const isSame = outcome.traceHash === expected;
  showOutcome(outcome, console);
  console.say();
  if (warning !== null) console.say(`${red('note')}  ${warning}`);
  if (isSame) console.say(`${green('same')}  trace hash ${expected}`);
  else console.say(`${red('DIFFERENT')}  trace hash ${outcome.traceHash}, expected ${expected}`);
  console.emit('replay', { ...outcome, same: isSame, expectedTraceHash: expected, warning });
  return isSame ? 0 : 1;
}

/** Here, or in a process with a larger heap where this one's is too small. */
async function run(cell: Cell, console: Console): Promise<CellOutcome> {
  const { nodes } = cell.options as Options & { nodes: number };
  const footprint = experimentNamed(cell.experiment).footprint(cell.options);
  checkMemory(footprint, nodes);
  console.progress(`filling the tables of ${counted(nodes, 'node')} …`);
  const heapMb = heapMbFor(footprint);
  const report = (progress: Parameters<typeof progressText>[0]): void =>
    console.progress(progressText(progress));
  const outcome =
    heapMb === null ? await runCell(cell, report) : await runApart(cell, { heapMb, report });
  console.progress('');
  return outcome;
}
