/**
 * The experiment `nat-reach`: many nodes of the real network can be reached only by those whom they
 * called first. What does that cost, and which rule keeps it away from lookups?
 *
 *     probe      do nodes behind NATs fail as often as was measured on the real network?
 *     trusting   tables hold whoever was ever seen, as in clients that believe what they are told
 *     verified   a contact must have answered *us*, and is asked again when it was quiet (BEP 5): ours
 *     read-only  and whoever cannot be reached says so, and is nobody's contact (BEP 43)
 *
 * Announces and lookups begin at nodes of every kind: being unreachable does not keep anybody from
 * asking. The price is counted in requests that nobody answers. To verify one's own contacts turns out
 * not to lower it: a lookup lives on the contacts of others, who can reach nodes that we cannot.
 */

import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, SeededRandom } from '../../core/random.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import { DOORS } from '../life/life.ts';
import { Campaigns } from '../mainline/campaign.ts';
import { type MainlineOverlay, mainlineWorld } from '../mainline/mainline-overlay.ts';
import { RecordedMainline } from '../mainline/recorded-mainline.ts';
import { livingWorld } from '../mainline/start.ts';
import { JIMENEZ_2009, NatClass } from '../network/nats.ts';
import {
  type Check,
  check,
  type ExperimentResult,
  type Watch,
  within,
} from '../results/experiment.ts';
import { type Grade, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';
import { NatProbe } from './nat-probe.ts';

export interface NatReachOptions {
  seed: number;
  nodes: number;
  /** Values announced, and looked for once each, in each of the three worlds. */
  lookups: number;
  /** Virtual time between the last join and the measurement. */
  settleMs: number;
}

export const NAT_REACH_DEFAULTS: NatReachOptions = {
  seed: 1,
  nodes: 2000,
  lookups: 1000,
  settleMs: 40 * 60_000,
};

const NAT = JIMENEZ_2009.failures;
/** Shares of nodes that failed (P2P 2009, slides). */
const PUBLISHED = { reciprocity: 0.2, transitivity: 0.4, persistence: 0.44 };
const JOINS_PER_SECOND = 20;
const OPEN: NodeChoices = { onePerIp: false, inbound: false, outbound: false };

type Rule = 'trusting' | 'verified' | 'readOnly';
const RULES: readonly Rule[] = ['trusting', 'verified', 'readOnly'];

export function natReach(
  options: NatReachOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const probe = probed(options);
  const worlds = RULES.map((rule) =>
    // `metrics` are of the verified world, and so is what is recorded.
    measured(options, rule, watch, rule === 'verified' ? recorder : null),
  );
  const figures: Record<string, number> = { ...probe.figures };
  for (const [i, rule] of RULES.entries()) {
    const { summary, unansweredShare, found } = worlds[i]!;
    figures[`${rule}UnansweredShare`] = unansweredShare;
    figures[`${rule}Found`] = found;
    figures[`${rule}LatencyP50Ms`] = summary.latencyMs.p50;
    figures[`${rule}Rpcs`] = summary.rpcsMean;
  }
  const [trusting, verified, readOnly] = worlds as [Measured, Measured, Measured];
  const checks = [
    ...probe.checks,
    // Whoever fails the transitivity test is a dead contact to strangers.
    check('trusting: unanswered', PUBLISHED.transitivity, 0.1, trusting.unansweredShare),
    check('verified: unanswered', PUBLISHED.transitivity, 0.1, verified.unansweredShare),
    within('read-only: unanswered', 0, 0.01, readOnly.unansweredShare),
    within('read-only: found', 0.99, 1, readOnly.found),
    within(
      'latency, read-only of verified',
      0,
      0.5,
      readOnly.summary.latencyMs.p50 / verified.summary.latencyMs.p50,
    ),
  ];
  const overlays = [probe.overlay, ...worlds.map(({ overlay }) => overlay)];
  return {
    experiment: 'nat-reach',
    seed: options.seed,
    nodes: options.nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: overlays.map(({ world }) => world.traceHash).join('-'),
    checks,
    metrics: verified.summary,
    messages: overlays.reduce((sum, { world }) => sum + world.delivered, 0),
    virtualMs: overlays.reduce((sum, { world }) => sum + world.elapsedMs, 0),
    figures,
  };
}

/** The three questions, put to everybody. */
function probed({ seed, nodes }: NatReachOptions): {
  overlay: MainlineOverlay;
  figures: Record<string, number>;
  checks: Check[];
} {
  const probe = new NatProbe();
  const overlay = mainlineWorld(
    {
      ...{ seed, nodes, sha1, upkeep: false },
      network: { latency: { kind: 'king' }, nat: NAT },
      settings: { ...settingsFrom(OPEN), handler: probe },
    },
    probe,
  );
  const [first, second] = openNodes(overlay, 2);
  probe.run(overlay, first!, second!);
  const figures: Record<string, number> = {};
  const checks = Object.entries(PUBLISHED).map(([question, expected], i) => {
    const failed = 1 - probe.answered[i]! / probe.asked;
    figures[`${question}Fails`] = failed;
    // Three deviations of so many nodes.
    const tolerance = 3 * Math.sqrt((expected * (1 - expected)) / probe.asked);
    return check(`${question} fails`, expected, tolerance, failed);
  });
  return { overlay, figures, checks };
}

function openNodes(overlay: MainlineOverlay, count: number): number[] {
  const { nats } = overlay.world.network;
  const open: number[] = [];
  for (let node = 0; node < overlay.count && open.length < count; node++) {
    if (!nats || nats.classOf[node] === NatClass.open) open.push(node);
  }
  return open;
}

interface Measured {
  overlay: MainlineOverlay;
  summary: ReturnType<typeof summaryOf>;
  /** Of the requests sent while values were announced and looked for. */
  unansweredShare: number;
  /** Share of the values that were found. */
  found: number;
}

/** Values announced and looked for in a network that lives by a rule. */
function measured(
  options: NatReachOptions,
  rule: Rule,
  watch: Watch,
  recorder: Recorder | null,
): Measured {
  const { seed, lookups } = options;
  const campaigns = new Campaigns(seed, recorder);
  const overlay =
    rule === 'trusting' ? trusting(options, campaigns) : joined(options, rule, campaigns, recorder);
  const random = new SeededRandom(seed, SeedStream.workload);
  const targets = Array.from({ length: lookups }, () => {
    const target = new Uint8Array(ID_BYTES);
    fillRandom(random, target, 0, ID_BYTES);
    return target;
  });
  const found = new Set<number>();
  const { counters } = overlay;
  const before = { timeouts: counters.timeouts, queriesOut: counters.queriesOut };
  const target = (n: number, id: Uint8Array): void => id.set(targets[n]!);
  campaigns.run(overlay, {
    ...{ lookups, kind: LookupKind.announce, target, watch },
    announcement: { port: 6881, impliedPort: false, seed: false },
  });
  const grades: Grade[] = campaigns.run(overlay, {
    ...{ lookups, kind: LookupKind.getPeers, target, watch },
    onPeer: (n) => found.add(n),
  });
  recorder?.finish();
  const timeouts = counters.timeouts - before.timeouts;
  const unansweredShare = timeouts / (counters.queriesOut - before.queriesOut);
  return { overlay, summary: summaryOf(grades), unansweredShare, found: found.size / lookups };
}

/** Tables as they are where everybody counts who was ever seen: warm ones, of all nodes alike. */
function trusting({ seed, nodes }: NatReachOptions, campaigns: Campaigns): MainlineOverlay {
  const network = { latency: { kind: 'king' }, nat: NAT } as const;
  const settings = settingsFrom(OPEN);
  return mainlineWorld({ seed, nodes, sha1, network, settings, upkeep: false }, campaigns);
}

/** Everybody joins through living nodes and looks after its table for a while. */
function joined(
  { seed, nodes, settleMs }: NatReachOptions,
  rule: Rule,
  campaigns: Campaigns,
  recorder: Recorder | null,
): MainlineOverlay {
  const { overlay, life, joiningMs } = livingWorld(
    {
      ...{ seed, nodes, sha1, upkeep: true },
      network: { latency: { kind: 'king' }, nat: NAT },
      settings: settingsFrom(OPEN),
      start: { kind: 'protocol', joinsPerSecond: JOINS_PER_SECOND },
      isReadOnly: rule === 'readOnly' ? isGuarded : null,
    },
    campaigns,
  );
  recorder?.begin(new RecordedMainline(overlay));
  life.appoint(openNodes(overlay, DOORS));
  const { world } = overlay;
  const untilMs = world.now + joiningMs + settleMs;
  while (world.step(untilMs)) recorder?.passed();
  return overlay;
}

/** Behind a NAT or a firewall that lets nobody in who was not called. */
function isGuarded(overlay: MainlineOverlay, node: number): boolean {
  const { nats } = overlay.world.network;
  return nats !== null && nats.classOf[node] !== NatClass.open;
}
