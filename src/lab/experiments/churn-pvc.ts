/**
 * The experiment `churn-pvc`: performance against cost, under churn. A DHT has many settings, each of which
 * buys speed with traffic, and none of them says how good the DHT is; the best that any setting gives for a
 * price does. Li, Stribling, Morris, Kaashoek and Gil (INFOCOM 2005) draw each as a point, and the convex hull
 * beneath them:
 *
 *     latency │ ·   ·
 *             │  ╲    ·        points: one setting each
 *             │    ╲___ ·      line: the hull, what can be had for a price
 *             └────────────── bytes per node and second
 *
 * 1,024 nodes of the King network live for an hour on average and are followed by newcomers. Each looks up
 * every ten minutes (churn costs most) or every nine seconds (lookups do). The paper counts 20 bytes a
 * message and 4 for each address in it; we count the bytes of Mainline's datagrams, which are some five
 * times as many, so that its prices are not ours, and its orders are.
 */
import { SCENARIO_DEFAULTS, scenario } from '../mainline/scenario.ts';
import {
  type Check,
  check,
  type ExperimentResult,
  type Sweep,
  type SweepPoint,
  type Watch,
  within,
} from '../results/experiment.ts';
import type { Recorder } from '../results/recorder.ts';
import { TraceHash } from '../trace-hash.ts';

export interface ChurnPvcOptions {
  seed: number;
  nodes: number;
  /** Bucket sizes, and requests under way at a time: every pair is a setting. */
  k: readonly number[];
  alpha: readonly number[];
  /** Lookups of each setting at least. */
  lookups: number;
}

export const CHURN_PVC_DEFAULTS: ChurnPvcOptions = {
  seed: 1,
  nodes: 1024,
  k: [4, 8, 16],
  alpha: [1, 2, 4, 8],
  lookups: 500,
};

/** A shorter time says nothing of upkeep. */
const LEAST_MS = 60_000;

/** Seconds between two lookups of a node, on average. */
const WORKLOADS = { churn: 600, lookups: 9 } as const;
type Workload = keyof typeof WORKLOADS;

interface Cell extends SweepPoint {
  k: number;
  alpha: number;
}

export function churnPvc(
  options: ChurnPvcOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes, k, alpha } = options;
  const figures: Record<string, number> = {};
  const checks: Check[] = [];
  const sweeps: Sweep[] = [];
  const hash = new TraceHash();
  let messages = 0;
  let virtualMs = 0;
  let done = 0;
  let last: ExperimentResult | null = null;
  const workloads = Object.keys(WORKLOADS) as Workload[];
  const of = workloads.length * k.length * alpha.length;
  for (const workload of workloads) {
    const cells: Cell[] = [];
    for (const size of k) {
      for (const many of alpha) {
        const isLast = done === of - 1;
        last = world(options, workload, size, many, isLast ? recorder : null);
        const x = last.figures['bytesPerNodeSecond'];
        const y = last.metrics.latencyMs.p50;
        cells.push({ k: size, alpha: many, x, y });
        const name = `${workload}K${size}A${many}`;
        figures[`${name}Bytes`] = x;
        figures[`${name}Ms`] = y;
        hash.addHash(last.traceHash);
        messages += last.messages;
        virtualMs += last.virtualMs;
        watch({ unit: 'world', done: ++done, of, messages, virtualMs });
      }
    }
    checks.push(...checksOf(workload, cells));
    if (workload === 'churn') checks.push(...publishedOf(nodes, cells));
    sweeps.push(sweepOf(workload, cells, k));
  }
  return {
    experiment: 'churn-pvc',
    ...{ seed, nodes, checks, figures, messages, virtualMs, traceHash: hash.toString() },
    pass: checks.every(({ pass }) => pass),
    metrics: last!.metrics,
    sweeps,
  };
}

/** One setting, in a network of its own. */
function world(
  { seed, nodes, lookups }: ChurnPvcOptions,
  workload: Workload,
  k: number,
  alpha: number,
  recorder: Recorder | null,
): ExperimentResult {
  const findNode = Math.round((nodes * 60) / WORKLOADS[workload]);
  const faultsMs = Math.max(LEAST_MS, Math.ceil((lookups * 60_000) / findNode));
  return scenario(
    {
      ...SCENARIO_DEFAULTS,
      ...{ seed, nodes, node: { k, alpha }, faultsMs, safety: false, churn: 'li' },
      workload: { findNode, getPeers: 0, announce: 0, infoHashes: 1 },
    },
    () => {},
    recorder,
  );
}

/**
 * The lower convex hull: the points that no other, and no mixture of two others, gives for less. From the
 * cheapest to the fastest.
 */
export function hullOf<P extends SweepPoint>(points: readonly P[]): P[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const hull: P[] = [];
  for (const point of sorted) {
    const least = hull.at(-1);
    if (least && point.y >= least.y) continue;
    while (hull.length >= 2 && isAbove(hull.at(-1)!, hull.at(-2)!, point)) hull.pop();
    hull.push(point);
  }
  return hull;
}

/** Does the middle one lie on or above the line from the first to the last? */
function isAbove(middle: SweepPoint, first: SweepPoint, last: SweepPoint): boolean {
  const rise = (last.y - first.y) * (middle.x - first.x);
  return (middle.y - first.y) * (last.x - first.x) >= rise;
}

/** How much faster the largest alpha is than the smallest, and what a lookup costs more. */
function checksOf(workload: Workload, cells: readonly Cell[]): Check[] {
  const fastest = cells.reduce((best, cell) => (cell.y < best.y ? cell : best));
  const alphas = cells.map(({ alpha }) => alpha);
  const least = Math.min(...alphas);
  const most = Math.max(...alphas);
  if (least === most) return [];
  const of = (alpha: number): Cell[] => cells.filter((cell) => cell.alpha === alpha);
  const checks: Check[] = [];
  for (const { k, x, y } of of(most)) {
    const slow = of(least).find((cell) => cell.k === k)!;
    const name = `${workload}, k ${k}`;
    checks.push(
      within(
        `${name}: latency of alpha ${most}, over ${least}`,
        0,
        0.9,
        { reason: FASTER },
        y / slow.y,
      ),
      within(
        `${name}: bytes of alpha ${most}, over ${least}`,
        0.97,
        6,
        { reason: DEARER },
        x / slow.x,
      ),
    );
  }
  const reason = 'the paper: alpha and k are what buys latency';
  checks.push(within(`${workload}: alpha of the fastest`, 4, most, { reason }, fastest.alpha));
  return checks;
}

/** Li et al.: 450 ms at 10 bytes a second and node, the only point of Kademlia that we have as a number. */
const PUBLISHED_BYTES = 10;
const PUBLISHED_MS = 450;
const PUBLISHED_NODES = 1024;
const PUBLISHED_APART_MS = 150;

function publishedOf(nodes: number, cells: readonly Cell[]): Check[] {
  const ms = atPrice(hullOf(cells), PUBLISHED_BYTES);
  if (nodes !== PUBLISHED_NODES || ms === null) return [];
  const tolerance = { reason: 'other messages, other time-outs', allowed: PUBLISHED_APART_MS };
  return [check(`churn: latency at ${PUBLISHED_BYTES} bytes`, PUBLISHED_MS, tolerance, ms)];
}

/** What a hull gives for a price: between two settings their mixture. Null where it is cheaper than all. */
export function atPrice(hull: readonly SweepPoint[], price: number): number | null {
  for (const [i, right] of hull.entries()) {
    if (right.x < price) continue;
    if (i === 0) return right.x === price ? right.y : null;
    const left = hull[i - 1];
    return left.y + ((right.y - left.y) * (price - left.x)) / (right.x - left.x);
  }
  return hull.at(-1)?.y ?? null;
}

const FASTER = 'time-outs and round trips are waited for side by side';
const DEARER = 'requests that turn out to be needless, most where alpha is more than k';

function sweepOf(workload: Workload, cells: readonly Cell[], k: readonly number[]): Sweep {
  const hull = hullOf(cells);
  return {
    name: `${workload}-hull`,
    title: `What latency costs: a lookup every ${WORKLOADS[workload] === 9 ? 'nine seconds' : 'ten minutes'}`,
    subtitle: `alpha ${[...new Set(cells.map(({ alpha }) => alpha))].join(', ')} for each k; the convex hull dashed`,
    caption:
      'Each point is one setting. What lies above the dashed line is a setting that another one beats at its ' +
      'own price.',
    x: { label: 'bytes sent by a node in a second' },
    y: { label: 'median latency, virtual ms' },
    series: k.slice(0, 4).map((size, i) => ({
      name: `k = ${size}`,
      points: cells.filter((cell) => cell.k === size),
      ...(i === 0 && { expected: hull }),
    })),
  };
}
