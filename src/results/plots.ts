/**
 * The figures of a run, drawn from its tables. A figure whose table has nothing to show is left out.
 * Where a check says what was to be expected, it is drawn as a dashed line.
 *
 * Failures stand beside latency, never inside it: a plot of the times of those that succeeded makes
 * the network that gives up early look like the fast one.
 */
import * as Plot from '@observablehq/plot';
import type { Check, ExperimentResult, Table, TableName } from '../lab.ts';
import {
  axisNumber,
  COLOURS,
  expectedLine,
  type Figure,
  GRID_Y,
  type Panel,
  percent,
  shortNumber,
  svgOf,
  WIDTH,
} from './figure.ts';

const HEIGHT = 300;
/** Steps of a curve and bars of a histogram at most: finer than print. */
const CURVE_STEPS = 400;
const BARS = 40;
/** Points of a rate over time at most: shorter windows show single rounds of requests. */
const WINDOWS = 40;

/** All figures that the tables of a run have something for. */
export function figuresOf(
  result: Pick<ExperimentResult, 'checks'>,
  tables: readonly Table[],
): Figure[] {
  const { checks } = result;
  return [
    latencyFigure(tables, checks),
    countsFigure(tables, HOPS, checks),
    countsFigure(tables, RPCS, checks),
    tableFillFigure(tables),
    messagesFigure(tables),
    overTimeFigure(tables),
  ].filter((figure) => figure !== null);
}

// Reading tables.

function tableNamed(tables: readonly Table[], name: TableName): Table {
  return tables.find((table) => table.name === name)!;
}

/** A column as numbers; true is 1 and null is NaN. */
function numbers(table: Table, column: string): Float64Array {
  const { values } = table.columns.find(({ name }) => name === column)!;
  return Float64Array.from({ length: table.rows }, (_, row) =>
    Number(values.at(row) ?? Number.NaN),
  );
}

function expected(checks: readonly Check[], name: string): number | null {
  return checks.find((check) => check.name === name)?.expected ?? null;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

// Latency.

function latencyFigure(tables: readonly Table[], checks: readonly Check[]): Figure | null {
  const lookups = tableNamed(tables, 'lookups');
  if (lookups.rows === 0) return null;
  const failed = numbers(lookups, 'failed');
  const times = numbers(lookups, 'latency_ms')
    .filter((_, row) => failed[row] === 0)
    .sort();
  const failedShare = 1 - times.length / lookups.rows;
  const at = (share: number): string => `${shortNumber(times[rankOf(share, times.length)]!)} ms`;
  const quantiles =
    times.length === 0
      ? ''
      : `${at(0.5)}, ${at(0.9)}, ${at(0.99)} at 50, 90, 99 % of those answered; `;
  const wanted = expected(checks, 'latencyMs.p50');
  const aside = 110;
  const y = { domain: [0, 100], percent: true, ticks: 5, nice: false } as const;
  const svg = svgOf(
    'How long lookups take',
    `${quantiles}${percent(failedShare)} failed${wanted === null ? '' : `; expected median ${shortNumber(wanted)} ms (dashed)`}`,
    [
      {
        ...{ x: 0, y: 0, width: WIDTH - aside, height: HEIGHT },
        plot: {
          x: {
            label: 'latency, virtual ms',
            labelAnchor: 'center',
            labelArrow: 'none',
            nice: true,
          },
          y: { ...y, label: 'lookups ended by then, %', labelArrow: 'none' },
          marks: [
            GRID_Y,
            Plot.ruleY([0]),
            ...(wanted === null ? [] : [expectedLine('x', wanted)]),
            Plot.line(shareUpTo(times, lookups.rows), {
              ...{ x: 'x', y: 'y', curve: 'step-after', strokeWidth: 2 },
              stroke: COLOURS.measured,
            }),
          ],
        },
      },
      {
        ...{ x: WIDTH - aside, y: 0, width: aside, height: HEIGHT },
        plot: {
          marginLeft: 16,
          x: { label: null, domain: ['failed'], padding: 0.25 },
          y: { ...y, axis: null },
          marks: [
            GRID_Y,
            Plot.barY([{ x: 'failed', y: failedShare }], {
              ...{ x: 'x', y: 'y', fill: COLOURS.failed },
            }),
            Plot.ruleY([0]),
            Plot.text([{ x: 'failed', y: failedShare, text: percent(failedShare) }], {
              ...{ x: 'x', y: 'y', text: 'text', dy: -8 },
            }),
          ],
        },
      },
    ],
  );
  return {
    name: 'latency',
    title: 'How long lookups take',
    caption:
      'The curve counts all lookups, so it ends as far below 100 % as the red bar is high. A step ' +
      'is a round of requests; a long tail is time spent waiting for nodes that do not answer.',
    svg,
  };
}

function rankOf(share: number, count: number): number {
  return Math.floor((count - 1) * share);
}

/** Points of the curve "share of `all` that are at most x", thinned to what can be seen. */
function shareUpTo(sorted: Float64Array, all: number): { x: number; y: number }[] {
  const points = [{ x: 0, y: 0 }];
  const least = all / CURVE_STEPS;
  let drawn = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (sorted[i] === sorted[i + 1]) continue;
    if (i + 1 - drawn < least && i + 1 < sorted.length) continue;
    drawn = i + 1;
    points.push({ x: sorted[i]!, y: drawn / all });
  }
  return points;
}

// Hops and RPCs.

interface Counted {
  name: string;
  column: string;
  title: string;
  label: string;
  check: string;
  /** Those that failed have no hops, but did cost requests. */
  answeredOnly: boolean;
  caption: string;
}

const HOPS: Counted = {
  name: 'hops',
  column: 'hops',
  title: 'How far the closest node is away',
  label: 'hops to the closest node found',
  check: 'hopsMean',
  answeredOnly: true,
  caption:
    'How many nodes stand in the chain that led to the closest one. It grows with the logarithm of ' +
    'the network: ten times the nodes are about two thirds of a hop more at k = 8.',
};

const RPCS: Counted = {
  name: 'rpcs',
  column: 'rpcs',
  title: 'What a lookup costs',
  label: 'requests sent by a lookup',
  check: 'rpcsMean',
  answeredOnly: false,
  caption:
    'At least k requests: a lookup ends when the k closest have answered. What is beyond them went ' +
    'to nodes on the way and, under loss or churn, to nodes that were not there.',
};

function countsFigure(
  tables: readonly Table[],
  what: Counted,
  checks: readonly Check[],
): Figure | null {
  const lookups = tableNamed(tables, 'lookups');
  const failed = numbers(lookups, 'failed');
  const values = numbers(lookups, what.column).filter(
    (_, row) => !what.answeredOnly || failed[row] === 0,
  );
  if (values.length === 0) return null;
  const wanted = expected(checks, what.check);
  const beside = wanted === null ? '' : `, expected ${shortNumber(wanted)} (dashed)`;
  const svg = svgOf(
    what.title,
    `mean ${shortNumber(mean(values))}${beside}; ${values.length.toLocaleString('en')} lookups`,
    [histogram(values, what.label, 'share of lookups, %', wanted)],
  );
  return { name: what.name, title: what.title, caption: what.caption, svg };
}

// Routing tables.

function tableFillFigure(tables: readonly Table[]): Figure | null {
  const neighbors = tableNamed(tables, 'snapshots_neighbors');
  if (neighbors.rows === 0) return null;
  const { values } = neighbors.columns.find(({ name }) => name === 'peer_discovery_id_prefix')!;
  const peers = new Set<unknown>();
  for (let row = 0; row < neighbors.rows; row++) peers.add(values.at(row));
  const buckets = numbers(neighbors, 'bucket');
  const alive = numbers(neighbors, 'alive');
  const bars: { bucket: number; contacts: number; alive: boolean }[] = [];
  const deepest = buckets.reduce((most, bucket) => Math.max(most, bucket), 0);
  const sums = [new Float64Array(deepest + 1), new Float64Array(deepest + 1)];
  for (let row = 0; row < neighbors.rows; row++) sums[alive[row]!]![buckets[row]!]!++;
  for (let bucket = 0; bucket <= deepest; bucket++) {
    bars.push({ bucket, contacts: sums[1]![bucket]! / peers.size, alive: true });
    if (sums[0]![bucket]! > 0) {
      bars.push({ bucket, contacts: sums[0]![bucket]! / peers.size, alive: false });
    }
  }
  const dead = alive.reduce((count, is) => count + 1 - is, 0);
  const title = 'Who is in the routing tables';
  const svg = svgOf(
    title,
    `${shortNumber(neighbors.rows / peers.size)} contacts in a table, ` +
      `${percent(dead / neighbors.rows)} of them gone (red); ${peers.size.toLocaleString('en')} tables`,
    [
      {
        ...{ x: 0, y: 0, width: WIDTH, height: HEIGHT },
        plot: {
          x: {
            label: 'bucket (0 is the far half of all ids)',
            labelAnchor: 'center',
            labelArrow: 'none',
            type: 'band',
            padding: 0.15,
          },
          y: { label: 'contacts per table, mean', labelArrow: 'none', nice: true },
          marks: [
            GRID_Y,
            Plot.barY(bars, {
              x: 'bucket',
              y: 'contacts',
              fill: ({ alive }: { alive: boolean }) => (alive ? COLOURS.measured : COLOURS.failed),
            }),
            Plot.ruleY([0]),
          ],
        },
      },
    ],
  );
  return {
    name: 'table-fill',
    title,
    caption:
      'A bucket holds at most k contacts. The far ones are full in every table; the last ones, near ' +
      'the own id, hold whoever there is, and how many buckets there are grows with log2 of the ' +
      'number of nodes.',
    svg,
  };
}

// Load.

function messagesFigure(tables: readonly Table[]): Figure | null {
  const nodes = tableNamed(tables, 'nodes');
  if (nodes.rows === 0) return null;
  const received = numbers(nodes, 'messages_received');
  const title = 'How the load is shared';
  const sorted = received.slice().sort();
  const most = sorted[sorted.length - 1]!;
  if (most === 0) return null;
  const svg = svgOf(
    title,
    `mean ${shortNumber(mean(received))}, ` +
      `median ${shortNumber(sorted[rankOf(0.5, sorted.length)]!)}, ` +
      `99th percentile ${shortNumber(sorted[rankOf(0.99, sorted.length)]!)}, ` +
      `most ${shortNumber(most)} messages`,
    [histogram(received, 'messages received by a node', 'share of nodes, %', null)],
  );
  return {
    name: 'messages-per-node',
    title,
    caption:
      'Queries and replies that reached each node. Every lookup of its own brings a node as many ' +
      'replies as it sent requests, so each hump to the right is one lookup more.',
    svg,
  };
}

// Time.

function overTimeFigure(tables: readonly Table[]): Figure | null {
  const metrics = tableNamed(tables, 'metrics');
  if (metrics.rows < 3) return null;
  const seconds = numbers(metrics, 'at_ms').map((ms) => ms / 1000);
  const alive = numbers(metrics, 'nodes_alive');
  const messages = numbers(metrics, 'messages_delivered');
  const done = numbers(metrics, 'lookups_done');
  const failed = numbers(metrics, 'lookups_failed');
  const exact = numbers(metrics, 'lookups_exact');
  const rate: Point[] = [];
  const answered: Point[] = [];
  const right: Point[] = [];
  const least = seconds[metrics.rows - 1]! / WINDOWS;
  let since = 0;
  for (let row = 1; row < metrics.rows; row++) {
    const x = seconds[row]!;
    const took = x - seconds[since]!;
    if (took < least && row < metrics.rows - 1) continue;
    if (took > 0) rate.push({ x, y: (messages[row]! - messages[since]!) / took });
    const ended = done[row]! - done[since]!;
    if (ended > 0) {
      answered.push({ x, y: 1 - (failed[row]! - failed[since]!) / ended });
      right.push({ x, y: (exact[row]! - exact[since]!) / ended });
    }
    since = row;
  }
  const height = 150;
  const x = { domain: [0, seconds[metrics.rows - 1]!], nice: false } as const;
  const panels: [string, Plot.ScaleOptions, Plot.Markish[]][] = [
    [
      'nodes alive',
      { zero: true, nice: true },
      [area(Array.from(seconds, (x, row) => ({ x, y: alive[row]! })))],
    ],
    [
      'lookups that ended answered (blue) and exact (ochre), %',
      { domain: [0, 100], percent: true },
      [line(answered, COLOURS.series[0], 3.5), line(right, COLOURS.series[1])],
    ],
    ['messages per virtual second', { zero: true, nice: true }, [area(rate)]],
  ];
  const title = 'The run over time';
  const svg = svgOf(
    title,
    `${shortNumber(seconds[metrics.rows - 1]!)} virtual seconds, ` +
      `${messages[metrics.rows - 1]!.toLocaleString('en')} messages delivered, ` +
      `${alive[metrics.rows - 1]!.toLocaleString('en')} nodes alive at the end`,
    panels.map(([label, y, marks], i) => ({
      ...{ x: 0, y: i * height, width: WIDTH, height: height + (i === 2 ? 14 : 0) },
      plot: {
        marginBottom: i === 2 ? 42 : 28,
        x: {
          ...x,
          label: i === 2 ? 'virtual seconds' : null,
          labelAnchor: 'center',
          labelArrow: 'none',
        },
        y: { ...y, label, labelArrow: 'none', ticks: 4, tickFormat: axisNumber },
        marks: [GRID_Y, Plot.ruleY([0]), ...marks],
      },
    })),
  );
  return {
    name: 'over-time',
    title,
    caption:
      'Read the three together: what a fall in the first line does to the second, how long the ' +
      'second takes to come back, and what that costs in the third.',
    svg,
  };
}

interface Point {
  x: number;
  y: number;
}

function line(points: readonly Point[], stroke: string, strokeWidth = 1.75): Plot.Markish {
  return Plot.line(points, { x: 'x', y: 'y', stroke, strokeWidth });
}

function area(points: readonly Point[]): Plot.Markish {
  const colour = COLOURS.measured;
  return Plot.areaY(points, { x: 'x', y: 'y', fill: colour, fillOpacity: 0.18, stroke: colour });
}

// Sweeps.

export interface Series {
  name: string;
  points: readonly Point[];
  /** What was published or computed: drawn dashed. */
  expected?: readonly Point[];
}

export interface XyOptions {
  name: string;
  title: string;
  subtitle: string;
  caption: string;
  x: { label: string; log?: boolean };
  y: { label: string };
  /** At most four; each is named at its last point. */
  series: readonly Series[];
}

/** A sweep: what came out for each setting, beside what was to be expected. */
export function xyFigure(options: XyOptions): Figure {
  const { name, title, subtitle, caption, x, y, series } = options;
  const colourOf = (i: number): string => COLOURS.series[i % COLOURS.series.length]!;
  const svg = svgOf(title, subtitle, [
    {
      ...{ x: 0, y: 0, width: WIDTH, height: 340 },
      plot: {
        marginRight: 90,
        x: {
          label: x.label,
          labelAnchor: 'center',
          labelArrow: 'none',
          ...(x.log ? { type: 'log', tickFormat: axisNumber } : { nice: true }),
        },
        y: { label: y.label, labelArrow: 'none', nice: true, zero: true },
        marks: [
          GRID_Y,
          Plot.ruleY([0]),
          ...series.map(({ expected = [] }) =>
            Plot.line(expected, {
              ...{ x: 'x', y: 'y', stroke: 'currentColor', strokeWidth: 1.5 },
              strokeDasharray: '5 4',
            }),
          ),
          ...series.flatMap(({ name, points }, i) => [
            line(points, colourOf(i)),
            Plot.dot(points, { x: 'x', y: 'y', r: 3.5, fill: colourOf(i) }),
            Plot.text(points.slice(-1), {
              ...{ x: 'x', y: 'y', text: () => name, dx: 8, textAnchor: 'start' },
              fill: colourOf(i),
            }),
          ]),
        ],
      },
    },
  ]);
  return { name, title, caption, svg };
}

// Histograms.

/** Whole numbers as bars: one each, or, when there are too many, some together. */
function histogram(
  values: Float64Array,
  xLabel: string,
  yLabel: string,
  wanted: number | null,
): Panel {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  const step = Math.max(1, Math.ceil((high - low + 1) / BARS));
  const first = Math.floor(low / step) * step;
  const counts = new Float64Array(Math.floor((high - first) / step) + 1);
  for (const value of values) counts[Math.floor((value - first) / step)]!++;
  // A bar stands around its number when it is of one, and from its first number on otherwise.
  const shift = step === 1 ? 0.5 : 0;
  const bars = Array.from(counts, (count, i) => ({
    x1: first + i * step - shift,
    x2: first + (i + 1) * step - shift,
    y: count / values.length,
  }));
  const ends = [first - shift, first + counts.length * step - shift];
  const axis = step === 1 && counts.length <= 20 ? { ticks: counts.length } : {};
  return {
    ...{ x: 0, y: 0, width: WIDTH, height: HEIGHT },
    plot: {
      x: { label: xLabel, labelAnchor: 'center', labelArrow: 'none', domain: ends, ...axis },
      y: { label: yLabel, labelArrow: 'none', percent: true, nice: true },
      marks: [
        GRID_Y,
        Plot.rectY(bars, { x1: 'x1', x2: 'x2', y: 'y', fill: COLOURS.measured, inset: 1 }),
        Plot.ruleY([0]),
        ...(wanted === null ? [] : [expectedLine('x', wanted)]),
      ],
    },
  };
}
