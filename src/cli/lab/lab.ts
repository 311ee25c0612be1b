/**
 * `ringlight lab`: experiments on the product's own nodes under virtual time. A run prints what was
 * measured beside what was to be expected, and its trace hash; the same seed prints the same again.
 */

import { bold, type Console, counted, dim, green, red } from '../console.ts';
import { type Cell, type CellOutcome, runCell } from './cell.ts';
import { runApart } from './cell-process.ts';
import { type Experiment, pageOf } from './experiment.ts';
import { EXPERIMENTS, experimentNamed } from './experiments.ts';
import { progressText, showOutcome } from './lab-text.ts';
import { checkMemory, heapMbFor } from './memory.ts';
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
  console.say(`${page} tells what to notice.`);
}

function fieldsOf({ options: { shape } }: Experiment) {
  return Object.entries(shape).map(([name, schema]) => {
    const { about = '', expected = '', placeholder = '' } = metaOf(schema);
    return { name, flag: flagOf(name), about, expected, placeholder, default: defaultOf(schema) };
  });
}

/** Runs one cell, tells what came out. Resolves with the exit status. */
export async function runOne(cell: Cell, console: Console): Promise<number> {
  const outcome = await run(cell, console);
  showOutcome(outcome, console);
  if (cell.keep) {
    console.say();
    console.say(`${cell.keep.folder}/report.html has it all`);
  }
  console.emit('result', outcome);
  return outcome.pass ? 0 : 1;
}

/** Runs a recorded run once more and compares. Resolves with the exit status. */
export async function replay(target: string, console: Console): Promise<number> {
  const recorded = recordedFrom(target);
  const { experiment, options, traceHash: expected } = recorded;
  const warning = otherCode(recorded.source);
  const outcome = await run({ experiment, options, keep: null }, console);
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
