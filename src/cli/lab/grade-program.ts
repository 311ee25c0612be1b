/**
 * The command `ringlight lab grade` and its options: a program of somebody else, which is run as it would be
 * typed, and the exam that it sits.
 */
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { fileReason } from '../../files.ts';
import type { ChurnModel, Step } from '../../world.ts';
import {
  CONSISTENCIES,
  churnFrom,
  EXAM_DEFAULTS,
  EXAM_NODES_LIMIT,
  type ExamOptions,
  FAULTS,
  type Fault,
  OWNERS,
  TASKS,
} from '../../world.ts';
import { duration, latency, oneOf, share, wholeNumberIn } from '../arguments.ts';
import { openConsole } from '../console.ts';
import { type GradeOptions, grade } from './grade.ts';

interface Given extends Omit<GradeOptions, 'seeds'> {
  json: boolean;
  seeds: number;
  latency: ReturnType<typeof latency>;
  loss: number;
  for: number;
  join: number;
  calm: number;
  every: number;
  answerWithin: number;
}

const SEEDS_MAX = 100_000;

/** `loss,crash`. */
export function faultsOf(text: string): Fault[] {
  const faults = text === 'all' ? [...FAULTS] : text.split(',').filter((word) => word !== '');
  const wrong = faults.find((fault) => !(FAULTS as readonly string[]).includes(fault));
  if (wrong === undefined) return faults as Fault[];
  throw new InvalidArgumentError(`Expected all, or some of ${FAULTS.join(',')}; got ${wrong}.`);
}

/** A preset, or laws as JSON. */
export function churnOf(text: string): ChurnModel {
  try {
    const choice: unknown = text.startsWith('{') ? JSON.parse(text) : text;
    return churnFrom(choice, EXAM_NODES_LIMIT) as ChurnModel;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** A file of steps. */
export function scheduleOf(path: string): Step[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Step[];
  } catch (error) {
    throw new InvalidArgumentError(`${path}: ${fileReason(error).split('\n')[0]}`);
  }
}

export function gradeCommand(group: Command): void {
  const { nodes, seed, joinMs, forMs, calmMs, everyMs, keys } = EXAM_DEFAULTS;
  group
    .command('grade')
    .description('programs in any language as nodes, and a verdict; exit status 1 when they fail')
    .argument('<program...>', 'what to run for each node; after -- with options of its own')
    .option('--task <name>', 'what they are tried for', oneOf(...TASKS), EXAM_DEFAULTS.task)
    .option('--nodes <n>', 'how many', wholeNumberIn(1, EXAM_NODES_LIMIT), nodes)
    .option('--seed <n>', 'the same seed, the same run', wholeNumberIn(0, 2 ** 31), seed)
    .option('--seeds <n>', 'so many exams, until one fails', wholeNumberIn(1, SEEDS_MAX), 1)
    .option('--faults <list>', `${FAULTS.join(',')} or all`, faultsOf, [])
    .option('--churn <law>', 'nodes come and go: a preset, or laws as JSON', churnOf)
    .option('--schedule <file>', 'what befalls the nodes, as JSON', scheduleOf)
    .option('--latency <ms>', 'one way: ms, a range, or king', latency, latency('20'))
    .option('--loss <share>', 'of messages', share, 0)
    .option('--owner <rule>', 'whose a key is, for lookup', oneOf(...OWNERS), EXAM_DEFAULTS.owner)
    .option(
      '--consistency <level>',
      'what is promised of values, for kv',
      oneOf(...CONSISTENCIES),
      EXAM_DEFAULTS.consistency,
    )
    .option('--keys <n>', 'keys in use at a time, for kv', wholeNumberIn(1, 1000), keys)
    .option('--join <duration>', 'time to begin', duration, joinMs)
    .option('--for <duration>', 'time of questions and faults', duration, forMs)
    .option('--calm <duration>', 'time to recover before the last questions', duration, calmMs)
    .option('--every <duration>', 'between two questions', duration, everyMs)
    .option('--answer-within <duration>', 'real time for one line', duration, 10_000)
    .option('--log <file>', 'all that is said, as JSON lines')
    .option('--json', 'one JSON object per line', false)
    .action(async (words: string[], given: Given) => {
      process.exitCode = await grade(words, optionsOf(given), openConsole(given.json));
    });
}

function optionsOf(given: Given): GradeOptions {
  const { json: _, latency, loss, for: forMs, join, calm, every, answerWithin, ...others } = given;
  const exam: ExamOptions = {
    ...{ forMs, joinMs: join, calmMs: calm, everyMs: every },
    network: { latency, loss },
  };
  return { ...others, ...exam, answerWithinMs: answerWithin };
}
