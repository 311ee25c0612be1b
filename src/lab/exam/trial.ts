/**
 * What an exam is made of: how many programs, on what network, for how long, and what befalls them. Faults
 * have names, as the levels of a course have them; whoever wants others gives a schedule.
 *
 *     loss       one datagram of twenty is lost
 *     partition  a third of the nodes is cut off for 5 s
 *     pause      a node stands still for 3 s, memory intact
 *     crash      a process is killed, and 5 s later there is a new one with what it had kept
 *     wipe       the same, and nothing is kept
 *
 * They take turns, one every 10 s of the trial; whom they befall is drawn from the seed.
 */
import { checkNames, shown, wholeNumber } from '../../core/argument.ts';
import type { ChurnModel } from '../life/churn.ts';
import { churnFrom } from '../life/churn-model.ts';
import { checkSchedule, type Step } from '../life/schedule.ts';
import { checkNetwork, type NetworkModel } from '../network/network-model.ts';
import { OWNERS, type OwnerRule } from './asked.ts';
import { CONSISTENCIES, type Consistency } from './judging.ts';
import { TASKS, type Task } from './turns.ts';

export const FAULTS = ['loss', 'partition', 'pause', 'crash', 'wipe'] as const;
export type Fault = (typeof FAULTS)[number];

export interface ExamOptions {
  task?: Task;
  /** The same seed and the same answers are the same run. Default 1. */
  seed?: number;
  /** Programs. Default 5. */
  nodes?: number;
  /** Default: a constant 20 ms each way. */
  network?: NetworkModel;
  faults?: readonly Fault[];
  schedule?: readonly Step[];
  churn?: ChurnModel | null;
  /** Who has a key, in `lookup`. Default `successor`. */
  owner?: OwnerRule;
  /** What is promised of values, in `kv`. Default `eventual`. */
  consistency?: Consistency;
  /** All have begun after half of it, one after the other. Default 10 s. */
  joinMs?: number;
  /** Questions and faults. Default 60 s. */
  forMs?: number;
  /** Time to recover before the last questions. Default 30 s. */
  calmMs?: number;
  /** Between two questions. Default 200 ms. */
  everyMs?: number;
  /** Time for the last answers. Default 10 s. */
  patienceMs?: number;
  /** Keys in use at a time, in `kv`: after 10 s there are others. Default 8. */
  keys?: number;
  /** Lines that programs are told in all: the end of whoever floods. Default 1,000,000. */
  turnsMax?: number;
}

export type Trial = Required<ExamOptions>;

export const EXAM_DEFAULTS: Trial = {
  ...{ task: 'kv', seed: 1, nodes: 5, network: { latency: { kind: 'constant', ms: 20 } } },
  ...{ faults: [], schedule: [], churn: null, owner: 'successor', consistency: 'eventual' },
  ...{ joinMs: 10_000, forMs: 60_000, calmMs: 30_000, everyMs: 200, patienceMs: 10_000 },
  ...{ keys: 8, turnsMax: 1_000_000 },
};

/** Programs of one exam at most: each is a process of its own. */
export const EXAM_NODES_LIMIT = 100;
const DAY_MS = 86_400_000;
const LOSS = 0.05;
/** From one fault to the next; so long a key is in use, too. */
export const FAULT_EVERY_MS = 10_000;
const OUTAGE_MS = 5000;

/** @throws TypeError or RangeError that names the option. */
export function trialFrom(options: ExamOptions): Trial {
  checkNames(options, 'options', 'an exam', Object.keys(EXAM_DEFAULTS));
  const trial = { ...EXAM_DEFAULTS, ...options };
  oneOf(trial.task, 'task', TASKS);
  oneOf(trial.owner, 'owner', OWNERS);
  oneOf(trial.consistency, 'consistency', CONSISTENCIES);
  wholeNumber(trial.seed, 'seed', 0, Number.MAX_SAFE_INTEGER);
  wholeNumber(trial.nodes, 'nodes', 1, EXAM_NODES_LIMIT);
  for (const name of ['joinMs', 'forMs', 'calmMs', 'everyMs', 'patienceMs'] as const) {
    wholeNumber(trial[name], name, 1, DAY_MS);
  }
  wholeNumber(trial.keys, 'keys', 1, 1000);
  wholeNumber(trial.turnsMax, 'turnsMax', 1, 1e9);
  if (!Array.isArray(trial.faults)) {
    throw new TypeError(`"faults" expected an array, got ${shown(trial.faults)}`);
  }
  for (const [i, fault] of trial.faults.entries()) oneOf(fault, `faults[${i}]`, FAULTS);
  checkNetwork(trial.network);
  checkSchedule(trial.schedule, trial.nodes);
  if (trial.churn === null) return trial;
  const churn = churnFrom(trial.churn, trial.nodes);
  if ('trace' in churn)
    throw new TypeError('"churn" expected a preset or laws; a trace is a schedule');
  return { ...trial, churn };
}

function oneOf(value: unknown, name: string, known: readonly string[]): void {
  if (known.includes(value as string)) return;
  throw new TypeError(`"${name}" expected ${known.join(', ')}, got ${shown(value)}`);
}

export function networkOf({ network, faults }: Trial): NetworkModel {
  return faults.includes('loss') ? { ...network, loss: LOSS } : network;
}

/** What befalls the world, and when. */
export function stepsOf({ faults, schedule, joinMs, forMs, nodes }: Trial): Step[] {
  const steps: Step[] = [];
  // All begin one after the other, so that each finds somebody.
  for (let node = 1; node < nodes; node++) {
    steps.push({ at: Math.round((joinMs / 2) * (node / nodes)), join: { nodes: [node] } });
  }
  const turns = faults.filter((fault) => fault !== 'loss');
  const last = joinMs + forMs - OUTAGE_MS;
  for (
    let at = joinMs + FAULT_EVERY_MS / 2, i = 0;
    turns.length > 0 && at < last;
    at += FAULT_EVERY_MS, i++
  ) {
    steps.push(...faultSteps(turns[i % turns.length], at));
  }
  return [...steps, ...schedule];
}

function faultSteps(fault: Fault, at: number): Step[] {
  const back = at + OUTAGE_MS;
  switch (fault) {
    case 'partition':
      return [{ at, partition: { share: 1 / 3, for: OUTAGE_MS } }];
    case 'pause':
      return [{ at, pause: { count: 1, for: 3000 } }];
    case 'crash':
      return [
        { at, crash: { count: 1 } },
        { at: back, join: { share: 1, rejoin: 'memory' } },
      ];
    case 'wipe':
      return [
        { at, crash: { count: 1 } },
        { at: back, join: { share: 1 } },
      ];
    default:
      return [];
  }
}
