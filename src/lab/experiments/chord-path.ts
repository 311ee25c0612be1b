/**
 * The experiment `chord-path`: how many nodes does a lookup pass? Chord's authors found ½ log2 N on
 * average (Stoica et al., IEEE/ACM ToN 2003, §V.C and Fig. 10: N = 2^3 … 2^14): each finger at least
 * halves the way that is left, and about every second one is needed.
 *
 *     ask for an owner ──▶ finger ──▶ finger ──▶ … ──▶ the last node before the key     path
 *
 * Fingers are given by two rules. Chord's finger i is the first node *after* hash + 2^i; one that lies
 * beyond the key is of no use, and the next smaller one has to do. Ours is the last node *before* it,
 * the owner of that point, which never lies beyond: ways are 0.18 hops shorter at any size.
 *
 * Every node asks once, all at the same time, as strangers: nobody has learned from earlier lookups.
 * Small rings are made again and again until there were enough lookups.
 */

import {
  type Check,
  check,
  EXACT,
  type ExperimentResult,
  type Watch,
} from '../results/experiment.ts';
import { summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import type { FingerRule } from '../ring/calm.ts';
import { type RingGrade, RingLookups } from '../ring/ring-lookups.ts';
import { ringWorld } from '../ring/ring-overlay.ts';
import { QUIET } from '../ring/ring-settings.ts';
import { sha1 } from '../sha1.ts';
import { groupedError, mean, percentile, slopeOf } from '../statistics.ts';

export interface ChordPathOptions {
  seed: number;
  /** Of the largest ring; sizes are 8, 16, 32 … up to it. */
  nodes: number;
  /** Lookups per size and rule, at least. */
  lookups: number;
}

export const CHORD_PATH_DEFAULTS: ChordPathOptions = {
  seed: 1,
  nodes: 16_384,
  lookups: 4000,
};

/** The smallest ring has 2^3 nodes. */
const BITS_LEAST = 3;
const RULES = ['chord', 'owners'] as const;
/** What ½ log2 N leaves out: the calculation below lies up to 0.14 beneath it. */
const HALF_APART = 0.15;
/** The means are calculated to two digits, and so exact is their slope. */
const SLOPE_APART = 0.005;
/** The size whose distribution the paper draws. */
const DRAWN_BITS = 12;

/** A calculation on paper rings of random ids (40,000 lookups each), for fingers after and before. */
const CALCULATED: Readonly<Record<(typeof RULES)[number], readonly number[]>> = {
  chord: [1.42, 1.89, 2.36, 2.86, 3.36, 3.86, 4.37, 4.87, 5.36, 5.86, 6.38, 6.89],
  owners: [1.43, 1.81, 2.25, 2.71, 3.19, 3.7, 4.19, 4.7, 5.19, 5.68, 6.19, 6.7],
};
/** Of the calculation: the last digit, and three errors of 40,000 lookups. */
const CALCULATED_APART = 0.02;

export function chordPath(
  options: ChordPathOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes } = options;
  const run = new Run(options, watch, recorder);
  const checks: Check[] = [];
  const figures: Record<string, number> = {};
  for (const rule of RULES) {
    const means: number[] = [];
    let error = 0;
    for (let bits = BITS_LEAST; 2 ** bits <= nodes; bits++) {
      const rings = run.size(bits, rule);
      const paths = rings.flat();
      const path = mean(paths);
      const errorHere = groupedError(rings);
      if (errorHere > error) error = errorHere;
      means.push(path);
      figures[`${rule}Mean${2 ** bits}`] = path;
      figures[`${rule}First${2 ** bits}`] = percentile(paths, 0.01);
      figures[`${rule}Last${2 ** bits}`] = percentile(paths, 0.99);
      checks.push(...checksOf(rule, bits, path, errorHere));
      if (bits === DRAWN_BITS) Object.assign(figures, distribution(rule, paths));
    }
    if (means.length < 3) continue;
    figures[`${rule}Slope`] = slopeOf(means);
    checks.push(slopeCheck(rule, means, error));
  }
  const metrics = summaryOf(run.grades);
  checks.push(check('lookups that ended at the owner', 1, EXACT, metrics.exactRate));
  return {
    experiment: 'chord-path',
    seed,
    nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: run.traceHash,
    checks,
    metrics,
    messages: run.messages,
    virtualMs: run.virtualMs,
    figures,
  };
}

/**
 * The paper's ½ is that of large rings: in the smallest ones the last hops, which are free, weigh more, so a
 * slope is held against that of the calculation for the same sizes. Larger ones than it has are left out.
 */
function slopeCheck(rule: (typeof RULES)[number], means: readonly number[], error: number): Check {
  const calculated = CALCULATED[rule].slice(0, means.length);
  const sizes = calculated.length;
  const reason = 'the calculation has two digits';
  const tolerance = { reason, allowed: SLOPE_APART, error: error * slopeError(sizes) };
  const measured = slopeOf(means.slice(0, sizes));
  return check(`slope, ${rule}`, slopeOf(calculated), tolerance, measured);
}

class Run {
  readonly grades: RingGrade[] = [];
  messages = 0;
  virtualMs = 0;
  /** Of the largest ring. */
  traceHash = '';
  readonly #options: ChordPathOptions;
  readonly #watch: Watch;
  readonly #of: number;
  /** Keeps the largest ring whose fingers are ours whole. */
  readonly #recorder: Recorder | null;
  /** Every ring has a seed of its own. */
  #rings = 0;

  constructor(options: ChordPathOptions, watch: Watch, recorder: Recorder | null) {
    this.#options = options;
    this.#watch = watch;
    this.#recorder = recorder;
    let sizes = 0;
    while (2 ** (BITS_LEAST + sizes) <= options.nodes) sizes++;
    this.#of = sizes * RULES.length * options.lookups;
  }

  /** The paths of as many lookups as were asked for, or a few more, ring by ring. */
  size(bits: number, fingers: FingerRule): number[][] {
    const nodes = 2 ** bits;
    const { lookups } = this.#options;
    const rings: number[][] = [];
    const isLargest = fingers === 'owners' && 2 * nodes > this.#options.nodes;
    const many = Math.min(nodes, lookups);
    while (rings.length * many < lookups) {
      const isWhole = isLargest && rings.length === 0;
      rings.push(this.#ring(nodes, many, fingers, isWhole).map(({ hops }) => hops));
    }
    return rings;
  }

  #ring(nodes: number, many: number, fingers: FingerRule, isWhole: boolean): readonly RingGrade[] {
    const seed = this.#options.seed * SEEDS + this.#rings++;
    const lookups = new RingLookups(seed);
    const overlay = ringWorld(
      {
        ...{ seed, nodes, sha1, settings: QUIET },
        network: { latency: { kind: 'constant', ms: 50 } },
        // The paper's nodes know one successor, and route by nothing else but fingers.
        warm: { successors: 1, predecessors: 0, fingers },
      },
      lookups,
    );
    lookups.record(overlay, this.#recorder, `${fingers} ${nodes}`, isWhole);
    for (let i = 0; i < many; i++) lookups.begin(overlay, Math.floor((i * nodes) / many));
    const { world } = overlay;
    lookups.finish(overlay, many, () => {});
    if (isWhole) this.#recorder?.finish();
    for (const grade of lookups.grades) this.grades.push(grade);
    this.messages += world.streams.traffic.pieces;
    this.virtualMs += world.elapsedMs;
    this.traceHash = world.traceHash;
    const { messages, virtualMs } = this;
    const done = Math.min(this.grades.length, this.#of);
    this.#watch({ unit: 'lookup', done, of: this.#of, messages, virtualMs });
    return lookups.grades;
  }
}

/** Rings of one run at most. */
const SEEDS = 1_000_000;

function checksOf(
  rule: (typeof RULES)[number],
  bits: number,
  path: number,
  error: number,
): Check[] {
  const checks: Check[] = [];
  if (rule === 'chord') {
    const half = { reason: '½ log2 N is not the exact mean', allowed: HALF_APART, error };
    checks.push(check(`mean of ${2 ** bits}, ½ log2 N`, bits / 2, half, path));
  }
  const calculated = CALCULATED[rule][bits - BITS_LEAST];
  if (calculated === undefined) return checks;
  const reason = 'the calculation had 40,000 lookups itself';
  const tolerance = { reason, allowed: CALCULATED_APART, error };
  return [...checks, check(`mean of ${2 ** bits}, ${rule}`, calculated, tolerance, path)];
}

/** The error of a slope through so many values, in errors of one value. */
function slopeError(count: number): number {
  const middle = (count - 1) / 2;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (i - middle) * (i - middle);
  return 1 / Math.sqrt(squares);
}

function distribution(rule: string, paths: readonly number[]): Record<string, number> {
  const shares: Record<string, number> = {};
  for (let hops = 0; hops <= percentile(paths, 1); hops++) {
    const count = paths.filter((path) => path === hops).length;
    shares[`${rule}Share${hops}`] = count / paths.length;
  }
  return shares;
}
