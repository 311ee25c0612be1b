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
import { Malformed, Method } from '../../mainline/krpc/fields.ts';
import { Message } from '../../mainline/krpc/message.ts';
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
  shareError,
  type Watch,
  within,
} from '../results/experiment.ts';
import { type Grade, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';
import type { Tap } from '../world-state.ts';
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
const VERIFIED_MOST = 0.5;
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
    // `metrics` are of the verified world, and so is what is recorded whole.
    measured(options, rule, watch, recorder),
  );
  const figures: Record<string, number> = { ...probe.figures };
  for (const [i, rule] of RULES.entries()) {
    const { summary, unansweredShare, found } = worlds[i];
    figures[`${rule}UnansweredShare`] = unansweredShare;
    figures[`${rule}Found`] = found;
    figures[`${rule}LatencyP50Ms`] = summary.latencyMs.p50;
    figures[`${rule}Rpcs`] = summary.rpcsMean;
  }
  const [trusting, verified, readOnly] = worlds as [Measured, Measured, Measured];
  const checks = [
    ...probe.checks,
    // Whoever fails the transitivity test is a dead contact to strangers; after minutes of silence so is
    // whoever fails that of persistence.
    unanswered('trusting', PUBLISHED.persistence, options, trusting),
    // Small networks keep whom one node reaches and others do not for longer: 0.49 among 300 nodes.
    unanswered('verified', VERIFIED_MOST, options, verified),
    within(
      'read-only: unanswered',
      0,
      0.01,
      { reason: 'contacts that have just become silent are still asked once' },
      readOnly.unansweredShare,
    ),
    within('read-only: found', 0.99, 1, { reason: '99 % is called all' }, readOnly.found),
    within(
      'latency, read-only of verified',
      0,
      0.5,
      {
        reason: 'half as long is called much shorter',
        // Of the ratio of two medians whose law is as wide as it is high: measured 0.35 / √lookups.
        error: 0.4 / Math.sqrt(options.lookups),
      },
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

/** The share of a lookup's requests that nobody answers: as many as fail transitivity, or more. */
function unanswered(
  rule: Rule,
  most: number,
  { nodes }: NatReachOptions,
  { unansweredShare }: Measured,
): Check {
  const { transitivity } = PUBLISHED;
  // One network has a few guarded nodes more than another, however many requests there are.
  const error = shareError(transitivity, nodes);
  const reason = 'from those who fail at once to those who fail after minutes';
  return within(`${rule}: unanswered`, transitivity, most, { reason, error }, unansweredShare);
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
  probe.run(overlay, first, second);
  const figures: Record<string, number> = {};
  const checks = Object.entries(PUBLISHED).map(([question, expected], i) => {
    const failed = 1 - probe.answered[i] / probe.asked;
    figures[`${question}Fails`] = failed;
    const error = shareError(expected, probe.asked);
    const tolerance = { reason: '', error, jump: 1 / probe.asked };
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
  /** Of the questions for peers asked while values were announced and looked for. */
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
  recorder?.enter(overlay.world, rule);
  const random = new SeededRandom(seed, SeedStream.workload);
  const targets = Array.from({ length: lookups }, () => {
    const target = new Uint8Array(ID_BYTES);
    fillRandom(random, target, 0, ID_BYTES);
    return target;
  });
  const found = new Set<number>();
  const questions = new Questions();
  overlay.world.tap = questions;
  const target = (n: number, id: Uint8Array): void => id.set(targets[n]);
  campaigns.run(overlay, {
    ...{ lookups, kind: LookupKind.announce, target, watch },
    announcement: { port: 6881, impliedPort: false, seed: false },
  });
  const grades: Grade[] = campaigns.run(overlay, {
    ...{ lookups, kind: LookupKind.getPeers, target, watch },
    onPeer: (n) => found.add(n),
  });
  overlay.world.tap = null;
  if (rule === 'verified') recorder?.finish();
  const unansweredShare = 1 - questions.arrived / questions.asked;
  return { overlay, summary: summaryOf(grades), unansweredShare, found: found.size / lookups };
}

/**
 * Counts the requests of lookups, `get_peers`, and those that reach whom they are for. Announces are none
 * of them, for they go to nodes that have just answered; neither is what nodes ask to keep their tables.
 */
class Questions implements Tap {
  asked = 0;
  arrived = 0;
  readonly #message = new Message();

  sent(_from: number, _to: number, bytes: Uint8Array, length: number): void {
    if (this.#isQuestion(bytes, 0, length)) this.asked++;
  }

  arriving(_to: number, _from: number, bytes: Uint8Array, start: number, length: number): void {
    if (this.#isQuestion(bytes, start, start + length)) this.arrived++;
  }

  #isQuestion(bytes: Uint8Array, start: number, end: number): boolean {
    const message = this.#message;
    return message.read(bytes, start, end) === Malformed.fine && message.method === Method.getPeers;
  }
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
  if (rule === 'verified') recorder?.begin(new RecordedMainline(overlay));
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
