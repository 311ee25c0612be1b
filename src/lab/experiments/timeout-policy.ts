/**
 * The experiment `timeout-policy`: how long should a node wait for an answer, where others come and go all the
 * time? Rhea, Geels, Roscoe and Kubiatowicz (Handling Churn in a DHT, USENIX 2004) let 1,000 nodes of a ring
 * live for 1.4 to 170 minutes (the median): a fixed time-out of five seconds more than doubled the mean
 * latency against one that follows the round trips, AVG + 4 × VAR as TCP has it.
 *
 *     fixed      five seconds for everybody
 *     follows    mean round trip + 4 × its deviation, 250 ms to 5 s: what our nodes do, but for the upper end
 *     ours       the same, never longer than a second; who is late still counts
 *
 * Each policy meets the same network, the same comings and goings and the same lookups; once more where
 * uplinks are narrow, so that a question too many makes all others wait. Time-outs by virtual coordinates and
 * repair as an answer to failure, which the paper compares as well, are not among what our nodes do.
 */
import type { NodeChoices } from '../../mainline/choices.ts';
import { SCENARIO_DEFAULTS, scenario } from '../mainline/scenario.ts';
import {
  type Check,
  type ExperimentResult,
  type Sweep,
  type Watch,
  within,
} from '../results/experiment.ts';
import type { Recorder } from '../results/recorder.ts';
import { TraceHash } from '../trace-hash.ts';

export interface TimeoutPolicyOptions {
  seed: number;
  nodes: number;
  /** Medians of the sessions, in minutes. */
  sessions: readonly number[];
  /** Lookups in a virtual minute, over all nodes. */
  perMinute: number;
  /** How long they are measured. */
  forMs: number;
  /** Of each uplink where they are narrow. */
  uplinkBytesPerSecond: number;
}

export const TIMEOUT_POLICY_DEFAULTS: TimeoutPolicyOptions = {
  seed: 1,
  nodes: 300,
  sessions: [1.4, 4.7, 23, 170],
  perMinute: 120,
  forMs: 5 * 60_000,
  uplinkBytesPerSecond: 4000,
};

const FIXED_MS = 5000;
const LEAST_MS = 250;
const POLICIES: Readonly<Record<string, Pick<NodeChoices, Timeout>>> = {
  fixed: { timeoutMs: FIXED_MS, shortTimeoutMs: FIXED_MS, shortTimeoutMsMin: FIXED_MS },
  follows: { timeoutMs: FIXED_MS, shortTimeoutMs: FIXED_MS, shortTimeoutMsMin: LEAST_MS },
  ours: {},
};
type Timeout = 'timeoutMs' | 'shortTimeoutMs' | 'shortTimeoutMsMin';

/** Rhea et al.: fixed against one that follows, in the mean, where sessions are short. */
const PUBLISHED_RATIO = 2;
/** Where everybody waits for lines as well, less of the wait is for the dead; the paper has no number of it. */
const NARROW_RATIO = 1.5;
/** The session at which the paper compares policies (Fig. 9 begins there). */
const COMPARED_MINUTES = 23;
/** A lookup with a dead node on its way waits five seconds, and half of them meet several. */
const RATIO_MOST = 12;

export function timeoutPolicy(
  options: TimeoutPolicyOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes, sessions, uplinkBytesPerSecond } = options;
  const figures: Record<string, number> = {};
  const checks: Check[] = [];
  const hash = new TraceHash();
  const lines = { '': 0, Narrow: uplinkBytesPerSecond };
  let messages = 0;
  let virtualMs = 0;
  let done = 0;
  let last: ExperimentResult | null = null;
  const of = sessions.length * Object.keys(POLICIES).length * 2;
  for (const [line, bytesPerSecond] of Object.entries(lines)) {
    for (const minutes of sessions) {
      for (const [policy, node] of Object.entries(POLICIES)) {
        const isLast = done === of - 1;
        last = world(options, minutes, node, bytesPerSecond, isLast ? recorder : null);
        figures[`${policy}${line}${minutes}`] = last.figures['latencyMeanMs'];
        figures[`${policy}${line}Failed${minutes}`] = 1 - last.metrics.successRate;
        hash.addHash(last.traceHash);
        messages += last.messages;
        virtualMs += last.virtualMs;
        watch({ unit: 'world', done: ++done, of, messages, virtualMs });
      }
      const ratio = figures[`fixed${line}${minutes}`] / figures[`follows${line}${minutes}`];
      figures[`ratio${line}${minutes}`] = ratio;
      if (minutes > COMPARED_MINUTES) continue;
      const where = line === '' ? '' : ', narrow uplinks';
      const reason =
        line === ''
          ? '“more than doubles”, and no bound is given'
          : 'no number is published; half as much again at least';
      const name = `sessions of ${minutes} min${where}: fixed, over one that follows`;
      const least = line === '' ? PUBLISHED_RATIO : NARROW_RATIO;
      checks.push(within(name, least, RATIO_MOST, { reason }, ratio));
    }
  }
  return {
    experiment: 'timeout-policy',
    ...{ seed, nodes, checks, figures, messages, virtualMs, traceHash: hash.toString() },
    pass: checks.every(({ pass }) => pass),
    metrics: last!.metrics,
    sweeps: [sweepOf(sessions, figures)],
  };
}

/** Nodes that live so long, until others come in their place. */
function world(
  { seed, nodes, perMinute, forMs }: TimeoutPolicyOptions,
  minutes: number,
  node: Pick<NodeChoices, Timeout>,
  bytesPerSecond: number,
  recorder: Recorder | null,
): ExperimentResult {
  const meanMs = Math.round((minutes * 60_000) / Math.LN2);
  return scenario(
    {
      ...SCENARIO_DEFAULTS,
      ...{ seed, nodes, node, faultsMs: forMs, safety: false },
      network: {
        latency: { kind: 'king' },
        ...(bytesPerSecond > 0 && { uplinks: [{ bytesPerSecond }] }),
      },
      churn: { up: { kind: 'exponential', meanMs }, rejoin: 'newcomer' },
      workload: { findNode: perMinute, getPeers: 0, announce: 0, infoHashes: 1 },
    },
    () => {},
    recorder,
  );
}

function sweepOf(sessions: readonly number[], figures: Readonly<Record<string, number>>): Sweep {
  return {
    name: 'timeouts',
    title: 'How long lookups take where nodes come and go',
    subtitle: 'means of those that were answered',
    caption:
      'Shorter lives, more dead nodes on the way, and each costs a time-out. One that follows the round ' +
      'trips costs little more than an answer.',
    x: { label: 'median session, minutes', log: true },
    y: { label: 'latency, virtual ms' },
    series: Object.keys(POLICIES).map((name) => ({
      name,
      points: sessions.map((x) => ({ x, y: figures[`${name}${x}`] })),
    })),
  };
}
