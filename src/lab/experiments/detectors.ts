/**
 * The experiment `detectors`: how well can whoever looks something up tell that Sybils sit beside it? Every
 * detector (attacks/alarms.ts) turns what a lookup found into one number, its suspicion; whoever uses it
 * draws a line. This draws all lines at once: of the keys that are attacked, the share above the line,
 * against the share of those that nobody attacks (a receiver operating characteristic, ROC).
 *
 *     attacked keys      ·   ·  · ·│· ··· ··      right alarms: what lies behind the line
 *     other keys     ··· ·· ·· ·  ·│ ·            false alarms
 *                    suspicion ────┴────────▶
 *
 * Of s Sybils among the k closest, the k-th closest is the honest one of rank k − s. On paper N·d of it has a
 * gamma law of k − s, and of k where nobody attacks: the curve of `density` follows from these two alone.
 */
import {
  closestSuspicion,
  densitySuspicion,
  divergenceSuspicion,
  type Suspicion,
  sizeSeenFrom,
} from '../attacks/alarms.ts';
import { honestSettings, SETTLE_MS, Trial } from '../attacks/attack.ts';
import { gammaBelow, gammaQuantile } from '../attacks/likelihood.ts';
import type { Stage } from '../attacks/stage.ts';
import {
  type Check,
  check,
  type ExperimentResult,
  type Sweep,
  shareError,
  type Watch,
} from '../results/experiment.ts';
import { type Grade, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { TraceHash } from '../trace-hash.ts';

export interface DetectorsOptions {
  seed: number;
  /** Honest nodes of each network. */
  nodes: number;
  /** Sybils beside each attacked key: a network for each number. */
  sybils: readonly number[];
  /** Bits that a Sybil shares with its key. */
  bits: number;
  /** Keys that are attacked in each network. */
  keys: number;
  /** Keys that nobody attacks, in a network of its own. */
  trials: number;
}

export const DETECTORS_DEFAULTS: DetectorsOptions = {
  seed: 1,
  nodes: 2000,
  sybils: [2, 4, 6, 8],
  bits: 13,
  keys: 25,
  trials: 250,
};

const K = 8;

const DETECTORS: Readonly<Record<string, { title: string; suspicion: Suspicion }>> = {
  density: { title: 'the k-th closest is too close', suspicion: densitySuspicion },
  divergence: { title: 'too many shared bits', suspicion: divergenceSuspicion },
  closest: { title: 'the closest is too close', suspicion: closestSuspicion },
};

/** Shares of false alarms at which curves have a point. */
const FALSE_ALARMS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1];
/** Those that are figures, in percent. */
const TOLD_PERCENT = [1, 5];

/** Suspicions of one network, by detector. */
type Suspicions = Readonly<Record<string, readonly number[]>>;

export function detectors(
  options: DetectorsOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const run = new Run(options, watch, recorder);
  const clean = run.network(0);
  const attacked = new Map(options.sybils.map((count) => [count, run.network(count)]));
  const figures: Record<string, number> = {};
  const checks = [lawOf(options, clean)];
  for (const [count, seen] of attacked) {
    for (const name of Object.keys(DETECTORS)) {
      figures[`${name}Area${count}`] = areaOf(clean[name], seen[name]);
      for (const percent of TOLD_PERCENT) {
        figures[`${name}${count}at${percent}`] = rightAt(clean[name], seen[name], percent / 100);
      }
    }
    figures[`densityPaper${count}`] = areaOnPaper(count);
    checks.push(densityCheck(options, count, figures[`densityArea${count}`]));
  }
  const { hash, grades, messages, virtualMs } = run;
  return {
    experiment: 'detectors',
    ...{ seed: options.seed, nodes: options.nodes, checks, figures, messages, virtualMs },
    pass: checks.every(({ pass }) => pass),
    traceHash: hash.toString(),
    metrics: summaryOf(grades),
    sweeps: Object.keys(DETECTORS).map((name) => curvesOf(name, clean, attacked)),
  };
}

class Run {
  readonly grades: Grade[] = [];
  readonly hash = new TraceHash();
  messages = 0;
  virtualMs = 0;
  readonly #options: DetectorsOptions;
  readonly #watch: Watch;
  readonly #recorder: Recorder | null;
  #done = 0;

  constructor(options: DetectorsOptions, watch: Watch, recorder: Recorder | null) {
    this.#options = options;
    this.#watch = watch;
    this.#recorder = recorder;
  }

  /** A network with so many Sybils beside each of its keys, and what lookups of these look like; 0: of any. */
  network(count: number): Suspicions {
    const { seed, nodes, bits, keys: wanted, trials } = this.#options;
    const trial = new Trial(seed, nodes, trials, this.#recorder, `${count} Sybils`);
    const keys = Array.from({ length: count === 0 ? trials : wanted }, () => trial.key());
    const adversaries = keys.map((key) => ({ kind: 'sybils' as const, at: { key }, count, bits }));
    const stage = trial.stage({
      adversaries: count === 0 ? [] : adversaries,
      settings: honestSettings({ k: K }),
    });
    stage.run(SETTLE_MS);
    const size = sizeSeenFrom(stage);
    const found = keys.map((key) => stage.getPeers(stage.someone(), key));
    const seen: Record<string, number[]> = {};
    for (const [name, { suspicion }] of Object.entries(DETECTORS)) {
      seen[name] = keys.map((key, i) => suspicion(key, found[i], size));
    }
    this.#count(stage);
    return seen;
  }

  #count({ world, grades }: Stage): void {
    this.messages += world.delivered;
    this.virtualMs += world.elapsedMs;
    this.hash.addHash(world.traceHash);
    this.grades.push(...grades);
    const { messages, virtualMs } = this;
    const of = this.#options.sybils.length + 1;
    this.#watch({ unit: 'world', done: ++this.#done, of, messages, virtualMs });
  }
}

/** Right alarms, where the line lets through no more than this share of false ones. */
export function rightAt(
  clean: readonly number[],
  attacked: readonly number[],
  falseShare: number,
): number {
  const falling = [...clean].sort((a, b) => b - a);
  const line = falling[Math.floor(falseShare * clean.length)] ?? -Infinity;
  return attacked.filter((suspicion) => suspicion > line).length / attacked.length;
}

/** How often an attacked key is the more suspicious one of two: 1 tells all, 0.5 nothing. */
export function areaOf(clean: readonly number[], attacked: readonly number[]): number {
  let above = 0;
  for (const one of attacked) {
    for (const other of clean) above += one > other ? 1 : one === other ? 0.5 : 0;
  }
  return above / (clean.length * attacked.length);
}

/** The same of `density` on paper: k − s gaps of a Poisson process end before k of another. */
export function areaOnPaper(count: number): number {
  const needed = Math.max(0, K - count);
  let sum = 0;
  let term = 1 / 2 ** needed;
  for (let others = 0; others < K; others++) {
    sum += term;
    term *= (needed + others) / (others + 1) / 2;
  }
  return sum;
}

/** Right alarms of `density` on paper. */
function rightOnPaper(count: number, falseShare: number): number {
  if (falseShare >= 1 || count >= K) return 1;
  return gammaBelow(K - count, gammaQuantile(K, falseShare));
}

function curvesOf(
  name: string,
  clean: Suspicions,
  attacked: ReadonlyMap<number, Suspicions>,
): Sweep {
  const isDensity = name === 'density';
  return {
    name: `roc-${name}`,
    title: `Right and false alarms: ${DETECTORS[name].title}`,
    subtitle: isDensity ? 'dashed: gamma laws of k and k − s, on paper' : 'k = 8',
    caption:
      'Each point is a line drawn somewhere: further to the right it lets more attacked keys be seen, ' +
      'and more of the others be suspected. A detector that knows nothing has as many right alarms as false ones.',
    x: { label: 'false alarms, of the keys that nobody attacks', log: true },
    y: { label: 'right alarms, of the attacked keys' },
    series: [...attacked].slice(0, 4).map(([count, seen]) => ({
      name: `s = ${count}`,
      points: FALSE_ALARMS.map((x) => ({ x, y: rightAt(clean[name], seen[name], x) })),
      ...(isDensity && { expected: FALSE_ALARMS.map((x) => ({ x, y: rightOnPaper(count, x) })) }),
    })),
  };
}

/** N is estimated from 16 lookups, 7 % off; at 5 % of a gamma law of 8 that moves the share by so much. */
const SIZE_ERROR = 0.016;
const RARE_SHARE = 0.05;

/** Two keys with the same eight nodes around them say the same. */
function witnesses({ nodes, trials }: DetectorsOptions): number {
  return Math.min(trials, nodes / K);
}

/** Where nobody attacks, what is called as rare as 5 % is so rare. */
function lawOf(options: DetectorsOptions, clean: Suspicions): Check {
  const rare = clean.density.filter((suspicion) => suspicion > -RARE_SHARE).length;
  const ofSample = shareError(RARE_SHARE, witnesses(options));
  const chance = {
    reason: 'nobody knows N, and some keys have their neighbours in common',
    allowed: 0.01,
    error: Math.sqrt(ofSample * ofSample + SIZE_ERROR * SIZE_ERROR),
    jump: 1 / witnesses(options),
  };
  return check('density, other keys below 5 %', RARE_SHARE, chance, rare / clean.density.length);
}

function densityCheck(options: DetectorsOptions, count: number, area: number): Check {
  const paper = areaOnPaper(count);
  const least = Math.min(options.keys, witnesses(options));
  const chance = {
    reason: 'Sybils are not infinitely close, and not all who are near a key are found beside them',
    allowed: 0.04,
    error: shareError(paper, least),
    jump: 1 / least,
  };
  return check(`density, area of ${count} Sybils`, paper, chance, area);
}
