/**
 * The experiment `kad-hops`: how long are Kademlia's ways, and do they end at the right place? Lookups
 * of random ids from random nodes of a converged network without churn, graded by the oracle, against
 * the values that a static calculation on ideal tables gives (1,000 lookups each):
 *
 *     hops   length of the chain that discovered the closest node
 *     rpcs   requests until the k closest have answered
 *
 * The calculation knows no time, so neither should the comparison: by default every datagram takes
 * 100 ms. With King's latencies a few nodes answer after the short time-out and are left out.
 */

import { settingsFrom } from '../../mainline/choices.ts';
import { Campaigns } from '../mainline/campaign.ts';
import { mainlineWorld } from '../mainline/mainline-overlay.ts';
import { RecordedMainline } from '../mainline/recorded-mainline.ts';
import type { LatencyModel } from '../network/latency.ts';
import {
  type Check,
  check,
  type ExperimentResult,
  shareError,
  type Watch,
  within,
} from '../results/experiment.ts';
import { type Grade, type Summary, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { sha1 } from '../sha1.ts';
import { standardError } from '../statistics.ts';

export interface KadHopsOptions {
  seed: number;
  nodes: number;
  lookups: number;
  k: number;
  alpha: number;
  latency: LatencyModel;
  loss: number;
}

export const KAD_HOPS_DEFAULTS: KadHopsOptions = {
  seed: 1,
  nodes: 10_000,
  lookups: 2000,
  k: 8,
  alpha: 3,
  latency: { kind: 'constant', ms: 100 },
  loss: 0,
};

/** Ideal tables, alpha 3: [k, nodes, hops, rpcs]. */
const IDEAL: readonly (readonly [k: number, nodes: number, hops: number, rpcs: number])[] = [
  [8, 1_000, 2.27, 10.9],
  [8, 10_000, 2.85, 12.8],
  [8, 100_000, 3.54, 14.8],
  [8, 1_000_000, 4.19, 16.7],
  [20, 1_000, 1.9, 21.6],
  [20, 10_000, 2.44, 22.9],
  [20, 100_000, 2.94, 24.6],
  [20, 1_000_000, 3.47, 26.1],
];
/** Five standard errors of the ideal values, which are themselves means of 400 to 1,000 lookups. */
const ALLOWED = 0.04;
/**
 * One of the k closest may stand in a bucket that is fuller than k, and so in none of the tables that are
 * asked. On paper, with ideal tables of 1,000 nodes, 4 of 10,000 lookups end so, and none misses the closest.
 */
const MISSED_MOST = 0.001;
const MISSED = 'one of the k closest may be in none of the tables that are asked';
const REASON = 'the calculation had 400 to 1,000 lookups itself';

export function kadHops(
  options: KadHopsOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes, lookups, k, alpha, latency, loss } = options;
  // Nodes of a lab have an address each and no strangers.
  const settings = settingsFrom({ k, alpha, onePerIp: false, inbound: false, outbound: false });
  const campaigns = new Campaigns(seed, recorder);
  const overlay = mainlineWorld(
    { seed, nodes, network: { latency, loss }, settings, upkeep: false, sha1 },
    campaigns,
  );
  recorder?.begin(new RecordedMainline(overlay));
  const grades = campaigns.run(overlay, { lookups, watch });
  const metrics = summaryOf(grades);
  recorder?.finish();
  const { world } = overlay;
  const checks = checksOf(options, metrics, grades);
  return {
    experiment: 'kad-hops',
    seed,
    nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: world.traceHash,
    checks,
    metrics,
    messages: world.delivered,
    virtualMs: world.elapsedMs,
    figures: {},
  };
}

/** Without loss and at a size that was calculated there is something to compare with. */
function checksOf(
  { k, alpha, lookups, nodes, loss }: KadHopsOptions,
  metrics: Summary,
  grades: readonly Grade[],
): Check[] {
  if (loss > 0) return [];
  const checks = [
    within(
      'exactRate',
      1 - MISSED_MOST,
      1,
      { reason: MISSED, error: shareError(MISSED_MOST, lookups), jump: 1 / lookups },
      metrics.exactRate,
    ),
  ];
  const ideal = IDEAL.find((row) => row[0] === k && row[1] === nodes);
  if (!ideal || alpha !== 3) return checks;
  const [, , hops, rpcs] = ideal;
  const compare = (name: 'hops' | 'rpcs', expected: number, measured: number) => {
    const error = standardError(grades.map((grade) => grade[name]));
    const tolerance = { reason: REASON, allowed: expected * ALLOWED, error };
    checks.push(check(`${name}Mean`, expected, tolerance, measured));
  };
  compare('hops', hops, metrics.hopsMean);
  compare('rpcs', rpcs, metrics.rpcsMean);
  return checks;
}
