/**
 * The experiment `mdht-lookup-latency`: the same network, the same nodes, once with the settings of
 * 2007 and once with those of 2011, step by step.
 *
 *     2007      Crosby and Wallach (TR07-04) met medians of over a minute on both Mainline and Azureus,
 *               and blamed dead contacts and long time-outs
 *     2011      Jimenez, Osmani and Knutsson (P2P 2011) came to medians of 100 to 200 ms, "consistently
 *               sub-second": short time-outs, live tables, four wide buckets (128, 64, 32, 16) that
 *               prefer short round trips, four requests at a time
 *
 * What is timed is what a user waits for: in 2007 the end of the lookup, in 2011 the first peer. Both
 * are told for each step. A lookup that finds no peer is a failure, told beside the times.
 */

import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import { Campaigns } from '../mainline/campaign.ts';
import { type MainlineOverlay, mainlineWorld } from '../mainline/mainline-overlay.ts';
import { RecordedMainline } from '../mainline/recorded-mainline.ts';
import {
  check,
  type ExperimentResult,
  shareError,
  type Watch,
  within,
} from '../results/experiment.ts';
import { type Summary, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';

export interface MdhtLookupLatencyOptions {
  seed: number;
  nodes: number;
  lookups: number;
  /** Info-hashes that peers were announced for; all are looked for in turn. */
  infoHashes: number;
  /** Peers of each info-hash. */
  peers: number;
  /** Share of all contacts that are dead where nobody looks after tables. */
  deadShare: number;
  /** The same where they are looked after. */
  liveDeadShare: number;
  /** How long a node of 2007 waits for an answer. */
  timeoutMs: number;
}

export const MDHT_LOOKUP_LATENCY_DEFAULTS: MdhtLookupLatencyOptions = {
  seed: 1,
  nodes: 10_000,
  lookups: 2000,
  infoHashes: 200,
  peers: 5,
  deadShare: 0.4,
  liveDeadShare: 0.05,
  timeoutMs: 20_000,
};

const OPEN: NodeChoices = { onePerIp: false, inbound: false, outbound: false };
/** Jimenez' NR128: the four farthest buckets; each place goes to the nearest of so many. */
const WIDE = [128, 64, 32, 16];
const DRAWS = 8;

interface Step {
  name: string;
  choices: NodeChoices;
  deadShare: number;
  draws: number;
}

/** Each step keeps what the one before it brought. */
function stepsOf({ deadShare, liveDeadShare, timeoutMs }: MdhtLookupLatencyOptions): Step[] {
  const patient = { shortTimeoutMs: timeoutMs, shortTimeoutMsMin: timeoutMs, timeoutMs };
  const old = { ...OPEN, ...patient, alpha: 3 };
  const quick = { ...OPEN, alpha: 3 };
  return [
    { name: 'old', choices: old, deadShare, draws: 1 },
    { name: 'shortTimeouts', choices: quick, deadShare, draws: 1 },
    { name: 'liveTables', choices: quick, deadShare: liveDeadShare, draws: 1 },
    { name: 'alpha4', choices: { ...quick, alpha: 4 }, deadShare: liveDeadShare, draws: 1 },
    {
      name: 'nr128',
      choices: { ...quick, alpha: 4, wideBuckets: WIDE },
      deadShare: liveDeadShare,
      draws: DRAWS,
    },
  ];
}

export function mdhtLookupLatency(
  options: MdhtLookupLatencyOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const steps = stepsOf(options);
  const measured = steps.map((step, i) =>
    // The last one is recorded whole: `metrics` are of it.
    measure(options, step, watch, recorder, i === steps.length - 1),
  );
  const figures: Record<string, number> = {};
  for (const { name, firstPeerMs, summary, foundShare, overMinuteShare } of measured) {
    figures[`${name}FirstPeerP50Ms`] = firstPeerMs.p50;
    figures[`${name}FirstPeerP95Ms`] = firstPeerMs.p95;
    figures[`${name}EndP50Ms`] = summary.latencyMs.p50;
    figures[`${name}OverMinuteShare`] = overMinuteShare;
    figures[`${name}Rpcs`] = summary.rpcsMean;
    figures[`${name}Found`] = foundShare;
  }
  // Lookups of one world meet the same dead, so they count for half as many.
  const error = shareError(0.5, options.lookups / 2);
  // Each info-hash is looked for again and again: it is found or not.
  const jump = 1 / options.infoHashes;
  const rare = shareError(0.001, options.infoHashes);
  const first = measured[0];
  const last = measured.at(-1)!;
  const checks = [
    // A median is over a minute if half of the lookups are. Times come in steps of a time-out, so that
    // the median itself would jump.
    within(
      '2007: lookups of over a minute',
      0.5,
      1,
      { reason: '"over a minute" is all that the abstract says', error, jump: 1 / options.lookups },
      first.overMinuteShare,
    ),
    within(
      '2011: first peer, median ms',
      100,
      200,
      {
        reason: 'medians from 100 to 200 ms were published',
        // Of the median of a law whose deviation is some 100 ms.
        error: 125 / Math.sqrt(options.lookups),
      },
      last.firstPeerMs.p50,
    ),
    within(
      '2011: first peer, 95 % ms',
      0,
      1000,
      { reason: '"consistently sub-second"' },
      last.firstPeerMs.p95,
    ),
    check(
      '2011: found',
      1,
      { reason: 'all five of a value may be among the dead', allowed: 0.001, error: rare, jump },
      last.foundShare,
    ),
  ];
  return {
    experiment: 'mdht-lookup-latency',
    seed: options.seed,
    nodes: options.nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: measured.map(({ overlay }) => overlay.world.traceHash).join('-'),
    checks,
    metrics: last.summary,
    messages: measured.reduce((sum, { overlay }) => sum + overlay.world.delivered, 0),
    virtualMs: measured.reduce((sum, { overlay }) => sum + overlay.world.elapsedMs, 0),
    figures,
  };
}

interface Measured {
  name: string;
  overlay: MainlineOverlay;
  /** Of the lookups that found a peer. */
  firstPeerMs: { p50: number; p95: number };
  foundShare: number;
  overMinuteShare: number;
  summary: Summary;
}

const MINUTE_MS = 60_000;

/** One world: announce everything while all live, let some die, look everything up. */
function measure(
  options: MdhtLookupLatencyOptions,
  step: Step,
  watch: Watch,
  recorder: Recorder | null,
  isWhole: boolean,
): Measured {
  const { seed, nodes, lookups, infoHashes, peers } = options;
  const campaigns = new Campaigns(seed, recorder);
  const overlay = mainlineWorld(
    {
      ...{ seed, nodes, sha1, upkeep: false, draws: step.draws },
      network: { latency: { kind: 'king' } },
      settings: settingsFrom(step.choices),
    },
    campaigns,
  );
  recorder?.enter(overlay.world, step.name);
  if (isWhole) recorder?.begin(new RecordedMainline(overlay));
  const random = new SeededRandom(seed, SeedStream.workload);
  const targets = Array.from({ length: infoHashes }, () => {
    const target = new Uint8Array(ID_BYTES);
    fillRandom(random, target, 0, ID_BYTES);
    return target;
  });
  const target = (n: number, id: Uint8Array): void => id.set(targets[n % infoHashes]);
  die(overlay, step.deadShare, new SeededRandom(seed, SeedStream.faults));
  campaigns.run(overlay, {
    ...{ lookups: infoHashes * peers, kind: LookupKind.announce, target, watch },
    announcement: { port: 6881, impliedPort: false, seed: false },
  });
  const firstPeer = new Map<number, number>();
  const grades = campaigns.run(overlay, {
    ...{ lookups, kind: LookupKind.getPeers, target, watch },
    onPeer: (n, _peer, afterMs) => {
      if (!firstPeer.has(n)) firstPeer.set(n, afterMs);
    },
  });
  if (isWhole) recorder?.finish();
  const times = Float64Array.from(firstPeer.values()).sort();
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  return {
    name: step.name,
    overlay,
    firstPeerMs: { p50: at(0.5), p95: at(0.95) },
    foundShare: firstPeer.size / lookups,
    overMinuteShare: grades.filter(({ latencyMs }) => latencyMs > MINUTE_MS).length / lookups,
    summary: summaryOf(grades),
  };
}

/** A share of all nodes is gone, and nobody's table knows. */
function die(overlay: MainlineOverlay, share: number, random: SeededRandom): void {
  for (let left = Math.round(overlay.count * share); left > 0; ) {
    const node = randomBelow(random, overlay.count);
    if (overlay.world.alive[node] === 0) continue;
    overlay.crash(node);
    left--;
  }
}
