/**
 * The experiment `scenario`: the free one. What the network is like, who comes and goes, what befalls
 * it and what programs do meanwhile is plain data, so that an experiment can be a file.
 *
 *     ├─ joining ─┼───── faults ─────────────────────┼───── healing ──────────────┤
 *       protocol    churn, steps, losses; programs     nobody comes or goes,        everybody looks
 *       start only  look up and announce               nothing is lost              something up
 *                   └ these are measured               who is down stays down
 *
 * What must never happen is looked for all the time (checks.ts), what must hold again at the end when
 * there is a time of healing (liveness.ts); a value that was to come out in a certain way is an
 * `expect`. A few nodes are *routers*, as real networks have them: everybody has their addresses, and
 * somebody looks after them, so that one that fell is up again after a minute.
 */

import type { Address } from '../../core/address.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import type { AdversaryModel } from '../adversaries/adversary.ts';
import type { Cast } from '../adversaries/cast.ts';
import { type ChurnChoice, churnFrom } from '../life/churn-model.ts';
import type { Life } from '../life/life.ts';
import { follow, type Step } from '../life/schedule.ts';
import type { NetworkModel } from '../network/network-model.ts';
import {
  type Check,
  check,
  EXACT,
  type ExperimentResult,
  type Progress,
  type Steps,
  type Watch,
  walk,
} from '../results/experiment.ts';
import { type Grade, type Summary, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { sha1 } from '../sha1.ts';
import { mean } from '../statistics.ts';
import { Violation } from '../violation.ts';
import type { World } from '../world.ts';
import { lookupBoundMs, Safety } from './checks.ts';
import { type Expected, Liveness } from './liveness.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';
import { appointRouters } from './routers.ts';
import { scenarioWorld } from './scenario-world.ts';
import type { StartModel } from './start.ts';
import { soughtAndFound, Workload, type WorkloadModel } from './workload.ts';

export interface ScenarioOptions {
  seed: number;
  nodes: number;
  node: Pick<
    NodeChoices,
    | ('k' | 'alpha' | 'shortTimeoutMs' | 'shortTimeoutMsMin' | 'timeoutMs')
    | ('secureIds' | 'onePerIp' | 'onePerNetwork' | 'paths' | 'expectedDistance')
  >;
  network: NetworkModel;
  start: StartModel;
  /** A preset, laws, or a trace; null: nobody comes or goes but by a step. */
  churn: ChurnChoice | null;
  schedule: readonly Step[];
  /** Who attacks. Then not everything is looked at, and there is no healing. */
  adversaries: readonly AdversaryModel[];
  workload: WorkloadModel;
  /** How long programs work and things befall the network, after all have joined. */
  faultsMs: number;
  /** How long it is left in peace afterwards; 0: there is no such time, and nothing to hold again. */
  healingMs: number;
  /** Is everything looked at all the time? Not where there are NATs: addresses are not nodes there. */
  safety: boolean;
  /** What must hold again after healing. */
  healed: Expected;
  expect: readonly Expectation[];
}

export interface Expectation {
  metric: ScenarioMetric;
  expected: number;
  tolerance: number;
}

export const SCENARIO_DEFAULTS: ScenarioOptions = {
  seed: 1,
  nodes: 1000,
  node: {},
  network: { latency: { kind: 'king' } },
  start: { kind: 'warm' },
  churn: null,
  schedule: [],
  adversaries: [],
  workload: { findNode: 60, getPeers: 60, announce: 20, infoHashes: 12 },
  faultsMs: 600_000,
  healingMs: 0,
  safety: true,
  healed: { exactShare: 0.9, deadShare: 0.02 },
  expect: [],
};

/** What a scenario can expect something of. */
export type ScenarioMetric =
  | 'successRate'
  | 'exactRate'
  | 'recall'
  | 'hopsMean'
  | 'rpcsMean'
  | 'latencyMs.p50'
  | 'latencyMs.p90'
  | 'latencyMs.p99'
  | 'foundRate'
  | 'interruptedRate'
  | 'upAtEnd';
type Figures = Readonly<Record<string, number>>;

const METRICS: Readonly<Record<ScenarioMetric, (metrics: Summary, figures: Figures) => number>> = {
  successRate: ({ successRate }) => successRate,
  exactRate: ({ exactRate }) => exactRate,
  recall: ({ recall }) => recall,
  hopsMean: ({ hopsMean }) => hopsMean,
  rpcsMean: ({ rpcsMean }) => rpcsMean,
  'latencyMs.p50': ({ latencyMs }) => latencyMs.p50,
  'latencyMs.p90': ({ latencyMs }) => latencyMs.p90,
  'latencyMs.p99': ({ latencyMs }) => latencyMs.p99,
  foundRate: (_, figures) => figures['foundRate'],
  interruptedRate: (_, figures) => figures['interruptedRate'],
  upAtEnd: (_, figures) => figures['upAtEnd'],
};
export const SCENARIO_METRICS: readonly ScenarioMetric[] = Object.keys(METRICS) as ScenarioMetric[];

/** Rows are looked at, and progress told, this often: what goes wrong in between the wire shows. */
const INSPECT_EVERY_MS = 5000;

/** A part of a run that rests now and then. */
type Rests = Generator<Progress, void, undefined>;

export interface Measured {
  metrics: Summary;
  figures: Record<string, number>;
}

/** The options are to be checked beforehand, as `ringlight lab` does. */
export function scenario(
  options: ScenarioOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  return walk(scenarioSteps(options, recorder), watch);
}

/** The same, with a rest every few virtual seconds. */
export function scenarioSteps(options: ScenarioOptions, recorder: Recorder | null): Steps {
  return new Run(options, recorder).run();
}

class Run {
  readonly #options: ScenarioOptions;
  readonly #recorder: Recorder | null;
  readonly #world: World;
  /** One network, or that of IPv4 and that of IPv6, of the same hosts. */
  readonly #families: readonly MainlineOverlay[];
  readonly #life: Life;
  readonly #cast: Cast | null;
  readonly #workload: Workload;
  readonly #safety: Safety | null;
  readonly #liveness: Liveness | null;
  readonly #faultsEndMs: number;
  readonly #endMs: number;

  constructor(options: ScenarioOptions, recorder: Recorder | null) {
    this.#options = options;
    this.#recorder = recorder;
    const { seed, nodes, network, start, workload, faultsMs, healingMs, adversaries } = options;
    this.#workload = new Workload(workload, seed, recorder);
    const open = { onePerIp: false, inbound: false, outbound: false } as const;
    const settings = settingsFrom({ ...open, ...options.node });
    const churn = options.churn === null ? null : churnFrom(options.churn, nodes);
    const world = scenarioWorld(
      { seed, nodes, network, start, churn, settings, upkeep: true, sha1, adversaries },
      {
        onLookup: (call, lookup) => this.#ended(call, lookup),
        onPeer: (call, peer) => this.#heard(call, peer),
        onAnswer() {},
        onSilence() {},
        onJoin() {},
      },
    );
    const { families, life } = world;
    this.#world = world.world;
    this.#families = families;
    this.#cast = world.cast;
    this.#life = life;
    this.#workload.inhabit(families, life);
    recorder?.begin(world.recorded());
    this.#safety = options.safety ? new Safety(families[0], life) : null;
    this.#liveness = families.length === 1 ? new Liveness(families[0], life) : null;
    this.#workload.observer = {
      began: (call, node) => this.#safety?.began(call, node),
      ended: (call) => this.#safety?.ended(call),
      announced: (hash, node, port, atMs) => this.#liveness?.announced(hash, node, port, atMs),
    };
    appointRouters(world.families, world.life, nodes);
    const { now } = world.world;
    const boundMs = lookupBoundMs(settings);
    const workEndMs = now + world.joiningMs + faultsMs;
    // What has begun may take so long to end.
    this.#faultsEndMs = workEndMs + boundMs;
    this.#endMs = this.#faultsEndMs + (healingMs > 0 ? healingMs + 2 * boundMs : 0);
    follow(world.life, options.schedule);
    this.#workload.begin(now + world.joiningMs, workEndMs);
  }

  *run(): Steps {
    let violation = yield* violationOf(this.#runUntil(this.#faultsEndMs));
    const measured = this.#measured();
    violation ??= yield* violationOf(this.#heal());
    this.#recorder?.finish();
    return this.#result(measured, violation);
  }

  /** What programs met with; later lookups are those of the healing. */
  #measured(): Measured {
    const { delivered, elapsedMs: virtualMs } = this.#world;
    const bytesOut = this.#families.reduce((sum, { counters }) => sum + counters.bytesOut, 0);
    const { upCount } = this.#life;
    const { grades, begun, open, searches, stored } = this.#workload;
    const work = { grades, begun, open, searches, stored };
    const measured = measuredOf(
      { ...work, delivered, virtualMs, bytesOut, upCount },
      this.#options.nodes,
    );
    for (const { band, forged } of this.#cast?.actors ?? []) {
      measured.figures[`${band.model.kind}Forged`] = forged;
    }
    return measured;
  }

  *#heal(): Rests {
    const world = this.#world;
    const liveness = this.#liveness;
    const { healingMs, healed } = this.#options;
    if (healingMs === 0 || liveness === null) return;
    const boundMs = lookupBoundMs(this.#families[0].node(0).settings);
    this.#life.endChurn();
    for (let node = 0; node < world.count; node++) this.#life.resume(node);
    world.network.calm();
    yield* this.#runUntil(world.now + healingMs);
    this.#workload.announceAll();
    yield* this.#runUntil(world.now + boundMs);
    liveness.begin(this.#workload.hashes, this.#workload.random);
    yield* this.#runUntil(world.now + boundMs);
    liveness.judge(healed);
    this.#safety?.judgeCalls();
  }

  *#runUntil(untilMs: number): Rests {
    const world = this.#world;
    while (world.now < untilMs) {
      const nextMs = Math.min(untilMs, world.now + INSPECT_EVERY_MS);
      while (world.step(nextMs)) this.#recorder?.passed();
      this.#safety?.inspect();
      const { delivered: messages, elapsedMs: virtualMs } = world;
      const of = Math.round((this.#endMs - world.now + virtualMs) / 1000);
      yield { unit: 'second', done: Math.round(virtualMs / 1000), of, messages, virtualMs };
    }
  }

  #ended(call: number, lookup: Lookup): void {
    if (!this.#liveness?.ended(call, lookup)) this.#workload.onLookup(call, lookup);
  }

  #heard(call: number, peer: Address): void {
    this.#workload.onPeer(call, peer);
    this.#liveness?.found(call, peer);
  }

  #result({ metrics, figures }: Measured, violation: Violation | null): ExperimentResult {
    const world = this.#world;
    const { seed, nodes, expect, healingMs } = this.#options;
    if (this.#safety) figures['safetyChecks'] = this.#safety.made;
    const checks = expectationsOf(expect, { metrics, figures });
    if (this.#safety || healingMs > 0) {
      const detail = violation ? { detail: violation.message } : {};
      checks.push({ ...check('violations', 0, EXACT, violation ? 1 : 0), ...detail });
    }
    return {
      experiment: 'scenario',
      seed,
      nodes,
      pass: checks.every(({ pass }) => pass),
      traceHash: world.traceHash,
      checks,
      metrics,
      messages: world.delivered,
      virtualMs: world.elapsedMs,
      figures,
    };
  }
}

/** What a scenario comes to before it is looked at. */
export interface Worked
  extends Pick<Workload, 'grades' | 'begun' | 'open' | 'searches' | 'stored'> {
  delivered: number;
  virtualMs: number;
  bytesOut: number;
  upCount: number;
}

export function measuredOf(worked: Worked, nodes: number): Measured {
  const { grades, begun, open, searches, stored, delivered, virtualMs, bytesOut } = worked;
  const { sought, found } = soughtAndFound(searches, stored);
  const figures: Record<string, number> = {
    calls: begun,
    interruptedRate: begun === 0 ? 0 : open / begun,
    foundRate: sought === 0 ? Number.NaN : found / sought,
    upAtEnd: worked.upCount / nodes,
    messagesPerNodeMinute: (delivered * 60_000) / nodes / Math.max(1, virtualMs),
    bytesPerNodeSecond: (bytesOut * 1000) / nodes / Math.max(1, virtualMs),
    latencyMeanMs: meanLatencyMs(grades),
  };
  return { metrics: summaryOf(grades), figures };
}

export function expectationsOf(
  expect: readonly Expectation[],
  { metrics, figures }: Measured,
): Check[] {
  return expect.map(({ metric, expected, tolerance }) =>
    check(
      metric,
      expected,
      { reason: 'as the scenario says', allowed: tolerance },
      METRICS[metric](metrics, figures),
    ),
  );
}

/** Of those that somebody answered. */
function meanLatencyMs(grades: readonly Grade[]): number {
  const answered = grades.filter(({ failed }) => !failed);
  return mean(answered.map(({ latencyMs }) => latencyMs));
}

/** Any other error is a mistake of ours and must look like one. */
function* violationOf(act: Rests): Generator<Progress, Violation | null, undefined> {
  try {
    yield* act;
    return null;
  } catch (error) {
    if (error instanceof Violation) return error;
    throw error;
  }
}
