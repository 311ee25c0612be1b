/**
 * The experiment `size-estimate`: how large is a network that nobody can see whole? Two ways that are
 * used on the real one, against a world that knows the answer.
 *
 * **By density.** Ids are spread evenly, so the i-th closest node to any target lies at about i / N of
 * the circle. A line through the 20 distances that a lookup finds anyway has the slope 1 / N:
 *
 *     N = Σ i² / Σ i·d(i)         averaged over L lookups
 *
 * Published for it (documentation of pubky's mainline, 2 million simulated ids): 6 % too high on
 * average, and a standard deviation of 0.281 × L^−0.529 of N. On paper, with exponential gaps, it is 6.1 %
 * and 0.271 × L^−0.5, so that the published fit is 4 % too wide for one lookup and 4 % too narrow for 16.
 *
 * **By a zone.** Count the nodes under one prefix and multiply (Wang and Kangasharju, P2P 2013). What
 * is lost on the way is missed, so the plain count is too small; nodes known beforehand tell by how
 * much, and the corrected count is right.
 */

import { ID_BYTES, prefixOf } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import { settingsFrom } from '../../mainline/choices.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import { Campaigns } from '../mainline/campaign.ts';
import { type MainlineOverlay, mainlineWorld } from '../mainline/mainline-overlay.ts';
import { RecordedMainline } from '../mainline/recorded-mainline.ts';
import {
  type Check,
  check,
  type ExperimentResult,
  shareError,
  type Watch,
  within,
} from '../results/experiment.ts';
import { summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';
import { nodesOfZone, ZoneCrawl } from './zone-crawl.ts';

export interface SizeEstimateOptions {
  seed: number;
  nodes: number;
  /** Lookups of the density estimate in all; they are used in groups of 1, 2, 4, 8 and 16. */
  lookups: number;
  /** Contacts per bucket and reply: as many distances an estimate has. The published value is for 20. */
  k: number;
  /** Zones crawled. */
  zones: number;
  /** Datagrams lost while zones are crawled, 0..1. */
  loss: number;
}

export const SIZE_ESTIMATE_DEFAULTS: SizeEstimateOptions = {
  seed: 1,
  nodes: 10_000,
  lookups: 4000,
  k: 20,
  zones: 60,
  loss: 0.1,
};

const GROUPS = [1, 2, 4, 8, 16];
/** Nodes that a zone has at least, on average. */
const ZONE_NODES = 128;
/** Nodes of a zone that are known beforehand. */
const INJECTED = 32;

export function sizeEstimate(
  options: SizeEstimateOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const density = byDensity(options, watch, recorder);
  const zone = byZone(options, watch);
  const checks = [...density.checks, ...zone.checks];
  return {
    experiment: 'size-estimate',
    seed: options.seed,
    nodes: options.nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: `${density.overlay.world.traceHash}-${zone.overlay.world.traceHash}`,
    checks,
    metrics: summaryOf(density.grades),
    messages: density.overlay.world.delivered + zone.overlay.world.delivered,
    virtualMs: density.overlay.world.elapsedMs + zone.overlay.world.elapsedMs,
    figures: { ...density.figures, ...zone.figures },
  };
}

/** What one lookup says of the number of nodes; NaN when nobody answered. */
function densityEstimate(lookup: Lookup): number {
  let squares = 0;
  let products = 0;
  let i = 0;
  lookup.closestAnswered(lookup.k, (row) => {
    i++;
    squares += i * i;
    products += i * distanceShare(lookup, row);
  });
  return squares / products;
}

/** Distance from the target as a share of the circle, from the first 64 bits. */
function distanceShare(lookup: Lookup, row: number): number {
  const start = lookup.idStart(row);
  const high = (prefixOf(lookup.bytes, start) ^ prefixOf(lookup.target, 0)) >>> 0;
  const low = (prefixOf(lookup.bytes, start + 4) ^ prefixOf(lookup.target, 4)) >>> 0;
  return (high + low / 0x100000000) / 0x100000000;
}

/** This half is the one that is recorded: its lookups are those of `metrics`. */
function byDensity(
  { seed, nodes, lookups, k }: SizeEstimateOptions,
  watch: Watch,
  recorder: Recorder | null,
) {
  const campaigns = new Campaigns(seed, recorder);
  const overlay = worldFor(seed, nodes, k, 0, campaigns);
  recorder?.begin(new RecordedMainline(overlay));
  const ratios: number[] = [];
  const grades = campaigns.run(overlay, {
    lookups,
    watch,
    // An asker never finds itself.
    onEnd: (lookup) => ratios.push(densityEstimate(lookup) / (nodes - 1)),
  });
  recorder?.finish();
  const figures: Record<string, number> = {};
  const checks: Check[] = [];
  // Two lookups into the same neighbourhood say the same: a world has no more of them than this.
  const witnesses = Math.min(ratios.length, nodes / k);
  for (const size of GROUPS.filter((size) => size <= ratios.length)) {
    const { mean, deviation } = spreadOf(groupMeans(ratios, size));
    figures[`densityMean${size}`] = mean;
    figures[`densityDeviation${size}`] = deviation;
    if (k !== 20) continue;
    const published = PUBLISHED_DEVIATION[size];
    // Of a deviation, for a law with the fourth moment that this one has.
    const error = published * Math.sqrt((kurtosisOf(size) - 1) / 4 / (witnesses / size));
    const tolerance = { reason: FIT, allowed: FIT_APART * published, error };
    checks.push(check(`deviation of ${size}`, published, tolerance, deviation));
  }
  if (k === 20 && figures['densityMean16'] !== undefined) {
    const error = PUBLISHED_DEVIATION[1] / Math.sqrt(witnesses);
    const mean = { reason: 'published to a hundredth', allowed: 0.005, error };
    checks.push(check('mean of 16', 1.06, mean, figures['densityMean16']));
  }
  return { overlay, grades, figures, checks };
}

const FIT = 'the published fit lies 4 % beside the law on paper';
const FIT_APART = 0.05;
/** Of one estimate, on paper; that of a mean of many comes nearer to 3, a normal law's. */
const KURTOSIS = 5.1;

function kurtosisOf(size: number): number {
  return 3 + (KURTOSIS - 3) / size;
}

/** 0.281 × L^−0.529. */
const PUBLISHED_DEVIATION: Record<number, number> = {
  1: 0.281,
  2: 0.1947,
  4: 0.135,
  8: 0.0935,
  16: 0.0648,
};

function byZone({ seed, nodes, k, zones, loss }: SizeEstimateOptions, watch: Watch) {
  const crawl = new ZoneCrawl();
  const overlay = worldFor(seed, nodes, k, loss, crawl);
  const random = new SeededRandom(seed, SeedStream.lookups);
  let bits = 0;
  while (nodes / 2 ** (bits + 1) >= ZONE_NODES) bits++;
  const raw: number[] = [];
  const corrected: number[] = [];
  for (let done = 0; done < zones; done++) {
    const zone = new Uint8Array(ID_BYTES);
    fillRandom(random, zone, 0, ID_BYTES);
    crawl.run(overlay, randomBelow(random, nodes), zone, bits);
    const inside = nodesOfZone(overlay, zone, bits);
    const seen = shareSeen(random, inside, crawl.answered);
    // Against the truth of this zone: zones differ in size by chance, which no crawl can know.
    raw.push(crawl.answered.size / inside.length);
    corrected.push(crawl.answered.size / seen / inside.length);
    const { delivered: messages, elapsedMs: virtualMs } = overlay.world;
    watch({ unit: 'zone', done: done + 1, of: zones, messages, virtualMs });
  }
  const answering = (1 - loss) * (1 - loss);
  const { mean: rawMean } = spreadOf(raw);
  const { mean, deviation } = spreadOf(corrected);
  return {
    overlay,
    figures: { zoneBits: bits, zoneRaw: rawMean, zoneCorrected: mean, zoneDeviation: deviation },
    checks: [
      // Both the query and the reply must come through; nodes nobody named are missed on top.
      within(
        'zone, plain count',
        answering - 0.1,
        answering,
        {
          reason: 'a tenth may never have been named',
          error: shareError(answering, zones * ZONE_NODES),
        },
        rawMean,
      ),
      check(
        'zone, corrected',
        1,
        {
          reason: 'one over a share that is measured on 32 nodes is too high on average',
          allowed: 0.02,
          error: shareError(answering, INJECTED * zones) / answering,
        },
        mean,
      ),
    ],
  };
}

/** Of the nodes known beforehand, the share that the crawl saw. */
function shareSeen(random: SeededRandom, inside: number[], answered: Set<number>): number {
  let seen = 0;
  const known = Math.min(INJECTED, inside.length);
  for (let i = 0; i < known; i++) {
    const other = i + randomBelow(random, inside.length - i);
    const node = inside[other];
    inside[other] = inside[i];
    inside[i] = node;
    if (answered.has(node)) seen++;
  }
  return Math.max(1, seen) / known;
}

function worldFor(
  seed: number,
  nodes: number,
  k: number,
  loss: number,
  observer: MainlineObserver,
): MainlineOverlay {
  const open = { onePerIp: false, inbound: false, outbound: false } as const;
  // Nobody looks after the tables, so all crawls must be over before contacts go stale at 15 min.
  const settings = settingsFrom({ k, alpha: 3, timeoutMs: 1000, ...open });
  const network = { latency: { kind: 'constant', ms: 50 }, loss } as const;
  return mainlineWorld({ seed, nodes, network, settings, upkeep: false, sha1 }, observer);
}

function groupMeans(values: readonly number[], size: number): number[] {
  const means: number[] = [];
  for (let start = 0; start + size <= values.length; start += size) {
    let sum = 0;
    for (let i = start; i < start + size; i++) sum += values[i];
    means.push(sum / size);
  }
  return means;
}

function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
