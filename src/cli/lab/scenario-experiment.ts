/**
 * The fields of a scenario. What the lab can check by itself it checks; here are the ranges, the
 * defaults, what each field is about, and what hangs on other fields: steps and traces on how many
 * nodes there are, looking at everything on whether there are NATs.
 */
import { z } from 'zod';
import {
  type AdversaryModel,
  CHURN_PRESETS,
  type ChurnChoice,
  checkAdversaries,
  checkNetwork,
  checkSchedule,
  checkStart,
  churnFrom,
  durationMs,
  type NetworkModel,
  type NodeChoices,
  SCENARIO_DEFAULTS,
  SCENARIO_METRICS,
  type Step,
  scenario,
  scenarioOnWorkers,
} from '../../lab.ts';
import { type Experiment, entry } from './experiment.ts';
import {
  alpha,
  choice,
  duration,
  k,
  latencyFrom,
  read,
  real,
  seed,
  share,
  toggle,
  whole,
} from './fields.ts';
import { footprintOf } from './memory.ts';

const free = SCENARIO_DEFAULTS;
const HOUR_MS = 3_600_000;
/** Every node of a scenario looks after its table, which takes an object each. */
const NODES_LIMIT = 1_000_000;

const node = z
  .strictObject({
    k: k.exactOptional(),
    alpha: alpha.exactOptional(),
    shortTimeoutMs: whole(1, HOUR_MS, 'a lookup goes on after this').exactOptional(),
    shortTimeoutMsMin: whole(1, HOUR_MS, 'where that begins').exactOptional(),
    timeoutMs: whole(1, HOUR_MS, 'a request has failed after this').exactOptional(),
    secureIds: toggle('BEP 42').exactOptional(),
    onePerIp: toggle('one contact for an IP address').exactOptional(),
    onePerNetwork: toggle('one contact for a /24').exactOptional(),
    paths: whole(1, 16, 'disjoint paths of a lookup').exactOptional(),
    expectedDistance: toggle('stores go as far as honest nodes would lie').exactOptional(),
  })
  .meta({ about: 'what every node is like', placeholder: 'json' });

const perMinute = (about: string) => real(0, 1_000_000, about);
const workload = z
  .strictObject({
    findNode: perMinute('lookups of ids').default(free.workload.findNode),
    getPeers: perMinute('lookups of peers').default(free.workload.getPeers),
    announce: perMinute('announces').default(free.workload.announce),
    infoHashes: whole(1, 1_000_000, 'what is announced and looked for').default(
      free.workload.infoHashes,
    ),
  })
  .meta({ about: 'calls of programs in a virtual minute, over all nodes', placeholder: 'json' });

const healed = z
  .strictObject({
    exactShare: share('exact lookups, of all, at least').default(free.healed.exactShare),
    deadShare: share('dead contacts in tables, of all, at most').default(free.healed.deadShare),
  })
  .meta({ about: 'what must hold again after healing', placeholder: 'json' });

const expectation = z.strictObject({
  metric: choice(SCENARIO_METRICS, 'what was measured'),
  expected: z.number().meta({ expected: 'a number' }),
  tolerance: z.number().min(0).meta({ expected: 'a number of 0 or more' }),
});

/** Text stands for the latency alone, or for its model. */
function networkFrom(value: unknown): NetworkModel {
  if (typeof value === 'string') return { latency: latencyFrom(value, 'network') };
  const { latency } = (value ?? {}) as { latency?: unknown };
  if (typeof latency !== 'string' && typeof latency !== 'number') return checkNetwork(value);
  return checkNetwork({ ...(value as object), latency: latencyFrom(latency, 'network.latency') });
}

const fields = z.strictObject({
  seed: seed.default(free.seed),
  nodes: whole(1, NODES_LIMIT, 'how many nodes').default(free.nodes),
  node: node.default(free.node as object),
  network: read(
    'latency, loss, NATs, family (4, 6, both) and more',
    'model|json',
    networkFrom,
  ).default(free.network),
  start: read('warm, protocol, or more about it', 'kind|json', (value) =>
    checkStart(value),
  ).default(free.start),
  churn: read(
    `${Object.keys(CHURN_PRESETS).join(', ')}; or laws, or a trace`,
    'name|json',
    (value) => value as ChurnChoice | null,
  ).default(free.churn),
  schedule: read('what befalls the network, and when', 'json', (value) => value as Step[]).default(
    [],
  ),
  adversaries: read(
    'who attacks, with how many nodes, and when',
    'json',
    (value) => value as AdversaryModel[],
  ).default([]),
  workload: workload.prefault({}),
  faultsMs: duration('faultsMs', 1000, 'how long programs work and things go wrong').default(
    free.faultsMs,
  ),
  healingMs: duration('healingMs', 0, 'how long all is left in peace after that').default(
    free.healingMs,
  ),
  safety: toggle(
    'look at everything all the time; by default unless there are NATs or both families',
  ).optional(),
  healed: healed.prefault({}),
  expect: z
    .array(expectation)
    .max(1000)
    .meta({ about: 'values that have to come out', placeholder: 'json', expected: 'an array' })
    .default([]),
});

type Timeouts = Pick<NodeChoices, 'shortTimeoutMsMin' | 'shortTimeoutMs' | 'timeoutMs'>;

/** @throws TypeError or RangeError that names the field. */
function completed(options: z.output<typeof fields>): z.output<typeof fields> {
  const { nodes, churn, schedule, start, faultsMs, healingMs, network } = options;
  checkTimeouts(options.node);
  if (churn !== null) churnFrom(churn, nodes);
  checkSchedule(schedule, nodes);
  const hasNats = network.nat !== undefined;
  const isBesieged = checkAdversaries(options.adversaries, nodes).length > 0;
  const { family = 4 } = network;
  const hasBoth = family === 'both';
  const safety = options.safety ?? !(hasNats || isBesieged || hasBoth);
  if (isBesieged && family !== 4) {
    throw new TypeError(`"adversaries" are of worlds of IPv4, and "network.family" is ${family}`);
  }
  if (isBesieged && safety) {
    throw new TypeError('"safety" expected false where there are adversaries, got true');
  }
  if (isBesieged && healingMs > 0) {
    throw new RangeError(`"healingMs" expected 0 where there are adversaries, got ${healingMs}`);
  }
  if (hasBoth && safety) {
    throw new TypeError('"safety" expected false where nodes have both families, got true');
  }
  if (hasBoth && healingMs > 0) {
    throw new RangeError(`"healingMs" expected 0 where nodes have both families, got ${healingMs}`);
  }
  if (hasNats && safety) {
    throw new TypeError('"safety" expected false where there are NATs, got true');
  }
  if (hasNats && healingMs > 0) {
    throw new RangeError(`"healingMs" expected 0 where there are NATs, got ${healingMs}`);
  }
  const joinsPerSecond = start.kind === 'protocol' ? (start.joinsPerSecond ?? 10) : Infinity;
  const endMs = faultsMs + (nodes * 1000) / joinsPerSecond;
  for (const [i, { at }] of schedule.entries()) {
    if (durationMs(at) <= endMs) continue;
    throw new RangeError(`"schedule[${i}].at" expected a time before the faults end, got ${at}`);
  }
  return { ...options, safety };
}

/** Each is within the next; those that are not given adapt. */
function checkTimeouts({ shortTimeoutMsMin, shortTimeoutMs, timeoutMs = 6000 }: Timeouts): void {
  if (shortTimeoutMs !== undefined && shortTimeoutMs > timeoutMs) {
    const expected = `at most timeoutMs, which is ${timeoutMs}`;
    throw new RangeError(`"node.shortTimeoutMs" expected ${expected}, got ${shortTimeoutMs}`);
  }
  const mostMs = shortTimeoutMs ?? Math.min(1000, timeoutMs);
  if (shortTimeoutMsMin !== undefined && shortTimeoutMsMin > mostMs) {
    const expected = `at most shortTimeoutMs, which is ${mostMs}`;
    throw new RangeError(`"node.shortTimeoutMsMin" expected ${expected}, got ${shortTimeoutMsMin}`);
  }
}

export const scenarioExperiment: Experiment = entry({
  name: 'scenario',
  about: 'whatever a file describes: network, churn, faults, healing, workload, expectations',
  checks: [
    'violations: safety all the time, and what must hold again after healing',
    'whatever `expect` asks for',
  ],
  options: fields,
  quick: {
    ...{ nodes: 150, faultsMs: '10 min', churn: 'bt-flatout' },
    network: { latency: { kind: 'king' }, loss: 0.02 },
    schedule: [
      { at: '1 min', pause: { share: 0.2, for: '40 s' } },
      { at: '3 min', crash: { share: 0.2 } },
    ],
    expect: [{ metric: 'successRate', expected: 1, tolerance: 0.02 }],
  },
  complete: completed,
  run: (options, watch, recorder) =>
    scenario({ ...options, safety: options.safety === true }, watch, recorder),
  runOnWorkers: (options, workers, watch) =>
    scenarioOnWorkers({ ...options, safety: options.safety === true }, workers, watch),
  footprint: ({ nodes, node, safety, network }) =>
    footprintOf({
      nodes: network.family === 'both' ? 2 * nodes : nodes,
      ...{ k: node.k ?? 8, upkeep: true, isInspected: safety !== false },
    }),
});
