/** The experiments there are; to add one is to add an entry. */
import { z } from 'zod';
import {
  ATTACKS_DEFAULTS,
  attacks,
  CHURN_PVC_DEFAULTS,
  CRAWL_ERROR_DEFAULTS,
  churnPvc,
  crawlError,
  DETECTORS_DEFAULTS,
  detectors,
  KAD_HOPS_DEFAULTS,
  kadHops,
  MDHT_LOOKUP_LATENCY_DEFAULTS,
  mdhtLookupLatency,
  NAT_REACH_DEFAULTS,
  natReach,
  REPLICA_SURVIVAL_DEFAULTS,
  replicaSurvival,
  SIZE_ESTIMATE_DEFAULTS,
  SYBIL_ECLIPSE_DEFAULTS,
  sizeEstimate,
  sybilEclipse,
  TIMEOUT_POLICY_DEFAULTS,
  timeoutPolicy,
} from '../../lab.ts';
import { CommandError } from '../console.ts';
import { didYouMean } from '../did-you-mean.ts';
import { type Experiment, entry } from './experiment.ts';
import {
  alpha,
  duration,
  k,
  latency,
  lookups,
  manyNodes,
  names,
  nodes,
  numbers,
  seed,
  share,
  whole,
} from './fields.ts';
import { footprintOf } from './memory.ts';
import { moduleExperiment } from './module-experiment.ts';
import { RING_EXPERIMENTS } from './ring-experiments.ts';
import { scenarioExperiment } from './scenario-experiment.ts';

const hops = KAD_HOPS_DEFAULTS;
const size = SIZE_ESTIMATE_DEFAULTS;
const survival = REPLICA_SURVIVAL_DEFAULTS;

const kadHopsEntry = entry({
  name: 'kad-hops',
  about: 'length and exactness of lookups in a converged network, against ideal tables',
  checks: [
    'exactRate: lookups end at exactly the k closest nodes, but for 1 of 1,000 (without loss)',
    'hopsMean, rpcsMean: those of a static calculation on ideal tables, ± 4 % (alpha 3, k 8 or 20, 1,000 … 1,000,000 nodes)',
  ],
  options: z.strictObject({
    seed: seed.default(hops.seed),
    nodes: nodes.default(hops.nodes),
    lookups: lookups.default(hops.lookups),
    k: k.default(hops.k),
    alpha: alpha.default(hops.alpha),
    latency: latency.default(hops.latency),
    loss: share('share of the datagrams that are lost').default(hops.loss),
  }),
  quick: { nodes: 1000, lookups: 400 },
  run: kadHops,
  footprint: ({ nodes, k, lookups }) => footprintOf({ nodes, k, lookups, upkeep: false }),
});

const sizeEstimateEntry = entry({
  name: 'size-estimate',
  about: 'how large is the network: by the density of ids, and by counting a zone',
  checks: [
    'deviation of 1 … 16: 0.281 × L^−0.529 of N for the mean of L lookups (k 20)',
    'mean of 16: 6 % too high (k 20)',
    'zone, plain count and corrected: what is lost is missed, and known nodes tell how much',
  ],
  options: z.strictObject({
    seed: seed.default(size.seed),
    nodes: manyNodes.default(size.nodes),
    lookups: lookups.default(size.lookups),
    k: k.default(size.k),
    zones: whole(1, 100_000, 'zones that are crawled').default(size.zones),
    loss: share('share of the datagrams that are lost while zones are crawled').default(size.loss),
  }),
  quick: { nodes: 3000, lookups: 1000, zones: 20 },
  run: sizeEstimate,
  // Two worlds, one after the other; the first may still be there.
  footprint: ({ nodes, k, lookups, zones }) =>
    footprintOf({ nodes: 2 * nodes, k, lookups: lookups + 4 * zones, upkeep: false }),
});

const replicaSurvivalEntry = entry({
  name: 'replica-survival',
  about: 'how many copies does a value need to outlive the next hour',
  checks: [
    'r of 8 copies: 1 − (share of the dead)^r',
    'alive: 2^−(after / half-life)',
    'found by lookups: as many as have a living copy',
  ],
  options: z.strictObject({
    seed: seed.default(survival.seed),
    nodes: manyNodes.default(survival.nodes),
    values: whole(1, 1_000_000, 'values that are announced').default(survival.values),
    halfLifeMs: duration('halfLifeMs', 1000, 'time in which half of the nodes go').default(
      survival.halfLifeMs,
    ),
    afterMs: duration('afterMs', 1000, 'when the values are looked for').default(survival.afterMs),
  }),
  quick: { nodes: 500, values: 150 },
  run: replicaSurvival,
  footprint: ({ nodes }) => footprintOf({ nodes, k: 8, upkeep: true }),
});

const mdht = MDHT_LOOKUP_LATENCY_DEFAULTS;

const mdhtLookupLatencyEntry = entry({
  name: 'mdht-lookup-latency',
  about: 'from over a minute in 2007 to a tenth of a second in 2011, step by step',
  checks: [
    '2007: half of the lookups end after more than a minute (Crosby and Wallach, TR07-04)',
    '2011: the first peer after 100 to 200 ms, 95 % within a second, all found (Jimenez et al., P2P 2011)',
  ],
  options: z.strictObject({
    seed: seed.default(mdht.seed),
    nodes: manyNodes.default(mdht.nodes),
    lookups: lookups.default(mdht.lookups),
    infoHashes: whole(1, 1_000_000, 'info-hashes that peers are announced for').default(
      mdht.infoHashes,
    ),
    peers: whole(1, 1000, 'peers of each info-hash').default(mdht.peers),
    deadShare: share('dead contacts where nobody looks after tables').default(mdht.deadShare),
    liveDeadShare: share('dead contacts where they are looked after').default(mdht.liveDeadShare),
    timeoutMs: duration('timeoutMs', 1, 'how long a node of 2007 waits').default(mdht.timeoutMs),
  }),
  quick: { nodes: 4000, lookups: 100, infoHashes: 25 },
  run: mdhtLookupLatency,
  // Five worlds, of which two may be there at a time; wide buckets hold 240 contacts more.
  footprint: ({ nodes }) => footprintOf({ nodes: 2 * nodes, k: 20, upkeep: false }),
});

const reach = NAT_REACH_DEFAULTS;

const natReachEntry = entry({
  name: 'nat-reach',
  about: 'what nodes that strangers cannot call cost, and which rule keeps that away',
  checks: [
    'reciprocity, transitivity, persistence fail: 20, 40, 44 % (Jimenez et al., P2P 2009)',
    'unanswered: 40 to 44 % where tables trust, to 50 % where they verify, at most 1 % where the unreachable are read-only',
    'read-only: 99 % of the values are found, in half of the time',
  ],
  options: z.strictObject({
    seed: seed.default(reach.seed),
    nodes: manyNodes.default(reach.nodes),
    lookups: lookups.default(reach.lookups),
    settleMs: duration('settleMs', 0, 'from the last join to the measurement').default(
      reach.settleMs,
    ),
  }),
  quick: { nodes: 300, lookups: 60, settleMs: '20 min' },
  run: natReach,
  // Four worlds, one after the other.
  footprint: ({ nodes }) => footprintOf({ nodes: 2 * nodes, k: 8, upkeep: true }),
});

const crawlDefaults = CRAWL_ERROR_DEFAULTS;

const crawlErrorEntry = entry({
  name: 'crawl-error',
  about:
    'how wrong is a crawl? the crawler of "ringlight mainline crawl" in a network whose truth is known',
  checks: [
    'population: nodes that answered are within 5 % of those that can be called',
    'found: 90 % and more of those that can be called',
    'reachability: within 0.15 of the truth; guarded nodes are named less often',
    'session: within 15 % of the mean; who is back looks as if he had stayed',
  ],
  options: z.strictObject({
    seed: seed.default(crawlDefaults.seed),
    nodes: manyNodes.default(crawlDefaults.nodes),
    sessionMs: duration('sessionMs', 1000, 'mean of the sessions').default(crawlDefaults.sessionMs),
    awayMs: duration('awayMs', 1000, 'mean of the time between two of a node').default(
      crawlDefaults.awayMs,
    ),
    firewalled: share('nodes behind a firewall').default(crawlDefaults.firewalled),
    loss: share('datagrams lost').default(crawlDefaults.loss),
    crawls: whole(3, 1000, 'crawls, one after the other').default(crawlDefaults.crawls),
    everyMs: duration('everyMs', 1000, 'from one crawl to the next').default(crawlDefaults.everyMs),
    endpointsPerSecond: whole(1, 100_000, 'new endpoints asked per second').default(
      crawlDefaults.endpointsPerSecond,
    ),
    questions: whole(1, 16, 'questions to each node').default(crawlDefaults.questions),
  }),
  quick: { nodes: 700, crawls: 4 },
  run: crawlError,
  footprint: ({ nodes }) => footprintOf({ nodes, k: 8, upkeep: true }),
});

const attacked = ATTACKS_DEFAULTS;
/** Sybils need a few who are not, and a lookup wants eight. */
const HONEST_LEAST = 100;
const HONEST_MOST = 100_000;

const attacksEntry = entry({
  name: 'attacks',
  about: 'every known attack on a Mainline DHT, with its defence and without',
  checks: [
    'each attack works where its defence is left out, and does not where it is not',
    'alarms go off for keys that are attacked, and for no more than a few others',
  ],
  options: z.strictObject({
    seed: seed.default(attacked.seed),
    nodes: whole(HONEST_LEAST, HONEST_MOST, 'how many honest nodes').default(attacked.nodes),
    trials: whole(1, 100_000, 'trials that a share is measured on').default(attacked.trials),
    only: names('only', attacked.only, 'the attacks that are made').default(attacked.only),
  }),
  quick: { nodes: 200, trials: 25 },
  run: attacks,
  // One world at a time, with half as many attackers at most; the last may still be there.
  footprint: ({ nodes }) => footprintOf({ nodes: 4 * nodes, k: 8, upkeep: true }),
});

const eclipse = SYBIL_ECLIPSE_DEFAULTS;
const LIARS_MOST = 0.9;
const PATHS_MOST = 16;
const SYBILS_MOST = 1000;

const sybilEclipseEntry = entry({
  name: 'sybil-eclipse',
  about:
    'liars spread over a network, against disjoint paths; Sybils beside a key, against three defences',
  checks: [
    'f, d: as many are found as on paper or more; with eight paths 99 % at f 0.3, 85 % at 0.5 (S/Kademlia)',
    'Sybils beside a key: all is lost without a defence, and nothing with BEP 42 or expected distances',
    'alarms: for keys that are attacked, and for no more than a few others',
  ],
  options: z.strictObject({
    seed: seed.default(eclipse.seed),
    nodes: manyNodes.default(eclipse.nodes),
    shares: numbers('shares', 0, LIARS_MOST, 'shares of the nodes that lie').default(
      eclipse.shares,
    ),
    paths: numbers('paths', 1, PATHS_MOST, 'disjoint paths', true).default(eclipse.paths),
    lookups: lookups.default(eclipse.lookups),
    sybils: numbers('sybils', 1, SYBILS_MOST, 'Sybils beside a key', true).default(eclipse.sybils),
    honest: whole(HONEST_LEAST, HONEST_MOST, 'honest nodes around a key').default(eclipse.honest),
    trials: whole(1, 100_000, 'lookups of that key').default(eclipse.trials),
  }),
  quick: {
    ...{ nodes: 400, shares: [0.3, 0.5], paths: [1, 8], lookups: 100 },
    ...{ sybils: [20], honest: 120, trials: 40 },
  },
  run: sybilEclipse,
  footprint: ({ nodes, honest }) => footprintOf({ nodes: nodes + 3 * honest, k: 16, upkeep: true }),
});

const watchers = DETECTORS_DEFAULTS;
/** An id has 160 bits, and 48 of them are a key's place among the others. */
const SHARED_MOST = 48;

const detectorsEntry = entry({
  name: 'detectors',
  about:
    'right and false alarms of every detector of Sybils beside a key, wherever the line is drawn',
  checks: [
    'density, other keys below 5 %: one in twenty, as the law says',
    'density, area of s Sybils: that of gamma laws of k and k − s',
  ],
  options: z.strictObject({
    seed: seed.default(watchers.seed),
    nodes: whole(HONEST_LEAST, HONEST_MOST, 'honest nodes').default(watchers.nodes),
    sybils: numbers('sybils', 1, SYBILS_MOST, 'Sybils beside each attacked key', true).default(
      watchers.sybils,
    ),
    bits: whole(1, SHARED_MOST, 'bits that a Sybil shares with its key').default(watchers.bits),
    keys: whole(1, 10_000, 'keys that are attacked').default(watchers.keys),
    trials: whole(1, 100_000, 'keys that nobody attacks').default(watchers.trials),
  }),
  quick: { nodes: 500, keys: 10, trials: 60, bits: 11 },
  run: detectors,
  footprint: ({ nodes, keys, sybils }) =>
    footprintOf({ nodes: 2 * (nodes + keys * Math.max(...sybils)), k: 8, upkeep: true }),
});

const policy = TIMEOUT_POLICY_DEFAULTS;
const MINUTES_LEAST = 0.5;
const MINUTES_MOST = 10_000;

const timeoutPolicyEntry = entry({
  name: 'timeout-policy',
  about:
    'how long to wait for an answer where nodes come and go: five seconds, or as round trips say',
  checks: [
    'sessions of up to 23 min: a fixed time-out more than doubles the mean latency (Rhea et al. 2004); with narrow uplinks half as much again',
  ],
  options: z.strictObject({
    seed: seed.default(policy.seed),
    nodes: manyNodes.default(policy.nodes),
    sessions: numbers(
      'sessions',
      MINUTES_LEAST,
      MINUTES_MOST,
      'medians of sessions, in minutes',
    ).default(policy.sessions),
    perMinute: whole(1, 1_000_000, 'lookups in a minute').default(policy.perMinute),
    forMs: duration('forMs', 10_000, 'how long each is measured').default(policy.forMs),
    uplinkBytesPerSecond: whole(500, 1_000_000_000, 'of each uplink where they are narrow').default(
      policy.uplinkBytesPerSecond,
    ),
  }),
  quick: { nodes: 120, sessions: [4.7], forMs: '2 min' },
  run: timeoutPolicy,
  footprint: ({ nodes }) => footprintOf({ nodes: 2 * nodes, k: 8, upkeep: true }),
});

const pvc = CHURN_PVC_DEFAULTS;
const SETTING_MOST = 64;

const churnPvcEntry = entry({
  name: 'churn-pvc',
  about:
    'performance against cost under churn: what each k and alpha gives for its bytes, and the hull of all',
  checks: [
    'alpha 8 against 1, for each k and two loads: faster, and dearer; the fastest of all has alpha 4 or 8',
    'latency at 10 bytes a second and node: 450 ± 150 ms (Li et al. 2005, 1,024 nodes)',
  ],
  options: z.strictObject({
    seed: seed.default(pvc.seed),
    nodes: manyNodes.default(pvc.nodes),
    k: numbers('k', 1, SETTING_MOST, 'bucket sizes', true).default(pvc.k),
    alpha: numbers('alpha', 1, SETTING_MOST, 'requests under way at a time', true).default(
      pvc.alpha,
    ),
    lookups: lookups.default(pvc.lookups),
  }),
  quick: { nodes: 150, k: [8], alpha: [1, 8], lookups: 150 },
  run: churnPvc,
  footprint: ({ nodes }) => footprintOf({ nodes: 2 * nodes, k: 16, upkeep: true }),
});

export const EXPERIMENTS: readonly Experiment[] = [
  kadHopsEntry,
  mdhtLookupLatencyEntry,
  natReachEntry,
  crawlErrorEntry,
  replicaSurvivalEntry,
  sizeEstimateEntry,
  timeoutPolicyEntry,
  churnPvcEntry,
  ...RING_EXPERIMENTS,
  attacksEntry,
  sybilEclipseEntry,
  detectorsEntry,
  scenarioExperiment,
];

/** @throws CommandError when there is none of that name. */
export function experimentNamed(name: string): Experiment {
  const found =
    EXPERIMENTS.find((experiment) => experiment.name === name) ?? moduleExperiment(name);
  if (found) return found;
  const known = EXPERIMENTS.map((experiment) => experiment.name);
  const meant = didYouMean(name, known);
  const message = `there is no experiment "${name}"${meant}; there are ${known.join(', ')}`;
  throw new CommandError(message, 2, 'USAGE');
}
