/**
 * The commands below `ringlight lab`, their options and help. The options of `lab run` are those of
 * the experiment, so they are known only when its name has been read: the words are gone through
 * twice, first for the name, then for everything else.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { LAB_WORKERS_LIMIT, SOAK_NODES_MIN } from '../../lab.ts';
import { duration, oneOf, wholeNumberIn } from '../arguments.ts';
import { CommandError, openConsole } from '../console.ts';
import { complaint, fitted } from '../terminal.ts';
import type { Experiment } from './experiment.ts';
import { EXPERIMENTS } from './experiments.ts';
import { gradeCommand } from './grade-program.ts';
import { listExperiments, replay, runFrom, runOne, runToSave, showExperiment } from './lab.ts';
import { isModule } from './module-experiment.ts';
import { defaultOf, flagOf, isToggle, metaOf, type Options, typed } from './options.ts';
import { writePdfs } from './pdf.ts';
import { bringModuleOf, planOf, requestFrom, type Shard } from './plan.ts';
import { query } from './query.ts';
import { type RecordOptions, recordRun } from './record.ts';
import { valueText } from './running.ts';
import { runSoak, type SoakCommandOptions } from './soak.ts';
import { runSweep } from './sweep.ts';
import { type VerifyOptions, verify } from './verify.ts';

interface Json {
  json: boolean;
}

interface RunOptions extends Json {
  out?: string;
  csv?: boolean;
  sample?: number;
  seeds?: string;
  jobs?: number;
  shard?: Shard;
  at?: number;
  save?: string;
  workers?: number;
}

/** Of `verify`: five minutes on two cores are enough. */
const VERIFY_MS = 600_000;
const USAGE = '<experiment|file.json|module.mjs> [options]';

/** Words and counters of one trial; each command of its programs is followed by an act on one of them. */
const REGISTERS_MAX = 64;
const soakNodes = wholeNumberIn(SOAK_NODES_MIN, 100_000);

/** Any name is let through here: what is said of a wrong one is said by the experiments. */
const experimentName = Object.assign((text: string) => text, {
  choices: EXPERIMENTS.map(({ name }) => name),
});

/** The options of each experiment, as "ringlight lab run NAME --help" shows them. */
export function experimentCommands(): Command[] {
  return EXPERIMENTS.map(commandOf);
}

/** @param version of this package, for lines that bring a failure back. */
export function labCommands(group: Command, version: string): void {
  runCommands(group);
  soakCommand(group, version);
  gradeCommand(group);
  recordCommand(group);
  resultCommands(group);
}

function runCommands(group: Command): void {
  group
    .command('list')
    .description('the experiments there are')
    .option('--json', 'one JSON object per line', false)
    .action((options: Json) => listExperiments(openConsole(options.json)));

  group
    .command('show')
    .description('an experiment: its options, their defaults, what it checks')
    .argument('<experiment>', 'its name', experimentName)
    .option('--json', 'one JSON object per line', false)
    .action((name: string, options: Json) => showExperiment(name, openConsole(options.json)));

  group
    .command('run')
    .description('run an experiment or a file; exit status 1 when a check fails')
    .usage(USAGE)
    .argument('[words...]')
    .helpOption(false)
    .allowUnknownOption()
    .action((words: string[]) => run(words));

  group
    .command('verify')
    .description(
      'every experiment, small, over seeds that follow from a text; exit status 1 on a fail',
    )
    .argument('[experiments...]', 'their names (default: all)')
    .requiredOption('--seeds-from <text>', 'such as the hash of a commit')
    .option('--seeds <n>', 'seeds of each', wholeNumberIn(2, 1000), 20)
    .option('--jobs <n>', 'runs at a time (default: all cores)', wholeNumberIn(1, 1024))
    .option('--within <duration>', 'begin no experiment later than this', duration, VERIFY_MS)
    .option('--json', 'one JSON object per line', false)
    .action(async (names: string[], { json, ...options }: VerifyOptions & Json) => {
      process.exitCode = await verify(names, options, openConsole(json));
    });

  group
    .command('replay')
    .description('run a recorded run again; exit status 1 when it differs')
    .argument('<run>', 'its folder, summary.json, or the line that a failed check printed')
    .option('--module <file>', 'of an experiment of your own: where it is')
    .option('--json', 'one JSON object per line', false)
    .action(async (target: string, { json, module }: Json & { module?: string }) => {
      process.exitCode = await replay(target, module, openConsole(json));
    });
}

function soakCommand(group: Command, version: string): void {
  group
    .command('soak')
    .description(
      'random trials with faults, one seed after the other; exit status 1 when one fails',
    )
    .option('--for <duration>', 'stop after this long, such as 10m', duration)
    .option('--runs <count>', 'stop after so many trials', wholeNumberIn(1, 2 ** 31), 2 ** 31)
    .option('--seed <number>', 'the first seed', wholeNumberIn(0, 2 ** 31), 1)
    .option(
      '--overlay <name>',
      'whose nodes: mainline or ring',
      oneOf('mainline', 'ring'),
      'mainline',
    )
    .option('--nodes <count>', 'nodes of each trial (default: its seed decides)', soakNodes)
    .option(
      '--registers <count>',
      'keys of atomic acts in each trial of a ring; what came of them has to be linearizable',
      wholeNumberIn(0, REGISTERS_MAX),
      0,
    )
    .option('--short', 'small rings for a short time: many more trials for the same CPU', false)
    .option('--json', 'one JSON object per line', false)
    .action(({ json, ...options }: SoakCommandOptions & Json) =>
      runSoak(options, version, openConsole(json)),
    );
}

function recordCommand(group: Command): void {
  group
    .command('record')
    .description('run a world of the studio and write it down, to be played on the page')
    .argument('<file>', 'the recording')
    .option('--config <file>', 'the world as JSON: overlay, nodes, seed, k, latencyMs, churn, …')
    .option('--overlay <name>', 'whose nodes: ring or mainline', oneOf('ring', 'mainline'))
    .option('--nodes <count>', 'how many nodes', wholeNumberIn(1, 100_000))
    .option('--seed <number>', 'the seed', wholeNumberIn(0, Number.MAX_SAFE_INTEGER))
    .option('--acts <file>', 'what is done to it, as JSON: [{"atMs": 5000, "act": {…}}, …]')
    .option('--until <duration>', 'virtual time at which it ends', duration, 60_000)
    .option('--json', 'one JSON object per line', false)
    .action((file: string, options: RecordOptions & Json) =>
      recordRun(file, options, openConsole(options.json)),
    );
}

function resultCommands(group: Command): void {
  group
    .command('pdf')
    .description('the figures of one run or many as PDF (needs pdfkit and svg-to-pdfkit)')
    .argument('<folder>', 'of a run, or one with runs below it')
    .option('--json', 'one JSON object per line', false)
    .action((folder: string, options: Json) => writePdfs(folder, openConsole(options.json)));

  group
    .command('query')
    .description('ask the results of one run or many by SQL (needs @duckdb/node-api)')
    .argument('<folder>', 'of a run, one with runs below it, or a pattern such as "results/*"')
    .argument('[sql]', 'about the tables; without it they are listed')
    .option('--json', 'one JSON object per line', false)
    .action((folder: string, sql: string | undefined, options: Json) =>
      query(folder, sql, openConsole(options.json)),
    );
}

async function run(words: readonly string[]): Promise<void> {
  if (words.some((word) => /^--from(=|$)/.test(word))) return goOnFrom(words);
  const name = nameAmong(words);
  if (name === null) {
    if (words.length > 0 && !words.includes('--help') && !words.includes('-h')) {
      throw new CommandError(
        '"run" expected the name of an experiment or a file first',
        2,
        'USAGE',
      );
    }
    process.stdout.write(`${generalHelp()}\n`);
    return;
  }
  await bringModuleOf(name);
  const request = requestFrom(name);
  const { experiment } = request;
  const command = commandOf(experiment);
  const given = parsed(command, words, experiment.name);
  if (given === null) return;
  const { json, out, csv, sample, seeds, jobs, shard, at, save, workers, ...fields } = given;
  const { shape } = experiment.options;
  const values: Options = { ...request.values };
  for (const [field, text] of Object.entries(fields)) {
    values[field] = typeof text === 'string' ? typed(shape[field]!, text) : text;
  }
  if (workers !== undefined) checkWorkers(given, experiment, values);
  const plan = planOf(
    { ...request, values, seeds: seeds ?? request.seeds },
    new Set([...Object.keys(fields), ...(seeds === undefined ? [] : ['seeds'])]),
  );
  const console = openConsole(json);
  const keeping = { csv: csv === true, ...(sample && { sample }) };
  if (plan.isSweep && workers !== undefined) {
    throw new CommandError(`--workers is for one run, this is a sweep: see --jobs`, 2, 'USAGE');
  }
  if (plan.isSweep) {
    const sharing = { ...(jobs && { jobs }), ...(shard && { shard }), ...(out && { out }) };
    process.exitCode = await runSweep(plan, { ...keeping, ...sharing }, console);
    return;
  }
  if (shard || jobs) {
    throw new CommandError(
      `--${shard ? 'shard' : 'jobs'} is for sweeps, this is one run`,
      2,
      'USAGE',
    );
  }
  const keep = out === undefined ? null : { folder: out, ...keeping };
  const { options } = plan.cells[0]!;
  if (save !== undefined || at !== undefined) {
    const where = placeToSave(save, at, out);
    const cell = { experiment: experiment.name, options, keep: null };
    process.exitCode = await runToSave(cell, { ...where, ...(sample && { sample }) }, console);
    return;
  }
  const { name: called, module } = experiment;
  const cell = { experiment: called, options, keep, module, workers };
  process.exitCode = await runOne(cell, console);
}

/** What `--workers` does not go with; nobody looks at everything all the time unless it was asked for. */
function checkWorkers(given: RunOptions, experiment: Experiment, values: Options): void {
  const fail = (message: string): never => {
    throw new CommandError(message, 2, 'USAGE');
  };
  if (experiment.runOnWorkers === undefined) {
    fail(`--workers is for scenario; the worlds of ${experiment.name} have one thread each`);
  }
  for (const name of ['out', 'save', 'seeds'] as const) {
    if (given[name] !== undefined) fail(`--${name} does not go with --workers: ${WHOLE[name]}`);
  }
  values['safety'] ??= false;
}

const WHOLE = {
  out: 'one thread writes down what is in tables',
  save: 'one thread is put aside',
  seeds: 'a sweep has one process for each of its runs, see --jobs',
} as const;

function placeToSave(
  folder: string | undefined,
  atMs: number | undefined,
  out: string | undefined,
): { folder: string; atMs: number } {
  const fail = (message: string): never => {
    throw new CommandError(message, 2, 'USAGE');
  };
  if (folder === undefined) return fail('--at expected --save as well: where the world is put');
  if (atMs === undefined) return fail('--save expected --at as well: the moment, such as 2h');
  if (out !== undefined) return fail('--out is for the run that goes on, by --from');
  return { folder, atMs };
}

/** `run --from FOLDER`: what is run was said when the world was saved. */
async function goOnFrom(words: readonly string[]): Promise<void> {
  const command = new Command('ringlight lab run')
    .description('go on with a saved world')
    .requiredOption('--from <folder>', 'the world')
    .configureOutput({ writeErr() {} })
    .exitOverride();
  addKeepOptions(command).option('--json', 'one JSON object per line', false);
  const given = parsed(command, words, '--from');
  if (given === null) return;
  const { from, out, csv, json } = given;
  const keep = out === undefined ? null : { folder: out, csv: csv === true };
  process.exitCode = await runFrom(String(from), keep, openConsole(json));
}

/** The first word that is neither an option nor the value of one, whatever experiment it is of. */
function nameAmong(words: readonly string[]): string | null {
  const any = addRunOptions(new Command())
    .allowUnknownOption()
    .helpOption(false)
    .configureOutput({ writeErr() {} })
    .exitOverride();
  const flags = new Map<string, string>();
  for (const { options } of EXPERIMENTS) {
    for (const [name, schema] of Object.entries(options.shape)) {
      flags.set(flagOf(name), isToggle(schema) ? '' : ' <value>');
    }
  }
  for (const [flag, value] of flags) any.option(flag + value);
  const isName = (word: string): boolean =>
    word.endsWith('.json') || isModule(word) || EXPERIMENTS.some(({ name }) => name === word);
  try {
    const [first] = any.parseOptions([...words]).operands;
    if (first !== undefined) return first;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  // Something is wrong with an option: what it is can be told when it is known whose it is.
  return words.find(isName) ?? null;
}

function addKeepOptions(command: Command): Command {
  return command
    .option('--out <folder>', 'write tables, plots and a report there')
    .option('--csv', 'with --out: tables as CSV too');
}

function addRunOptions(command: Command): Command {
  return addKeepOptions(command)
    .option(
      '--sample <n>',
      'with --out: record the requests of one lookup in n (default: 10)',
      wholeNumberIn(1, 2 ** 31),
    )
    .option('--seeds <list>', 'a verdict over so many seeds, or those of 1..20 or 1,2,3')
    .option(
      '--jobs <n>',
      'of a sweep: cells at a time (default: all cores)',
      wholeNumberIn(1, 1024),
    )
    .option('--shard <i/n>', 'of a sweep: only the i-th of n shares', shardOf)
    .option(
      '--workers <n>',
      'of scenario: its one world on so many cores, with the same trace hash',
      wholeNumberIn(1, LAB_WORKERS_LIMIT),
    )
    .option(
      '--save <folder>',
      'with --at: put the world aside there; --from FOLDER goes on',
      String,
    )
    .option('--at <duration>', 'with --save: the moment, in virtual time', duration)
    .option('--json', 'one JSON object per line', false);
}

function commandOf(experiment: Experiment): Command {
  const command = new Command(`ringlight lab run ${experiment.name}`)
    .description(experiment.about)
    .usage('[options]')
    .argument('<name>')
    .configureOutput({ writeErr() {} })
    .exitOverride();
  command.configureHelp({ visibleArguments: () => [] });
  for (const [name, schema] of Object.entries(experiment.options.shape)) {
    const { about = '', expected, placeholder = 'value' } = metaOf(schema);
    const value = defaultOf(schema);
    const range = expected?.startsWith('a ')
      ? [expected.replace(/^a (?:whole )?number in /, '')]
      : [];
    const preset = value === undefined ? [] : [`default: ${valueText(value)}`];
    const more = isToggle(schema) ? preset : [...range, ...preset];
    const help = more.length === 0 ? about : `${about} (${more.join('; ')})`;
    if (isToggle(schema))
      command.option(flagOf(name), help).option(`--no-${flagOf(name).slice(2)}`);
    else command.option(`${flagOf(name)} <${placeholder}>`, help);
  }
  return addRunOptions(command);
}

/**
 * What was given, by name; null when help was asked for and has been shown.
 * @param about whose options they are.
 */
function parsed(
  command: Command,
  words: readonly string[],
  about: string,
): (RunOptions & Record<string, unknown>) | null {
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    const message = complaint(error.message);
    const known = command.options.map(({ long }) => long).join(', ');
    const more = error.code === 'commander.unknownOption' ? `; ${about} has ${known}` : '';
    throw new CommandError(message + more, 2, 'USAGE');
  }
  return command.opts();
}

/** `2/8`. */
export function shardOf(text: string): Shard {
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (index !== undefined && of !== undefined && index >= 1 && index <= of) return { index, of };
  throw new InvalidArgumentError('Expected i/n with i in 1..n, such as 2/8.');
}

function generalHelp(): string {
  const common = addRunOptions(
    new Command(`ringlight lab run ${USAGE}`).usage(' ').helpOption(false),
  );
  const names = fitted(EXPERIMENTS.map(({ name, about }) => [name, about])).join('\n');
  const [, options = ''] = common.helpInformation().split('Options:');
  return (
    `Usage: ringlight lab run ${USAGE}\n\nExperiments:\n${names}\n\nOptions of all:${options}\n` +
    'Those of one: ringlight lab run NAME --help, or ringlight lab show NAME'
  );
}
