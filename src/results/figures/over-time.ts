/**
 * The run over time, in three panels one below the other: who is alive, what became of lookups, and
 * what was sent.
 */
import * as Plot from '@observablehq/plot';
import type { Table } from '../../lab.ts';
import { axisNumber, COLOURS, type Figure, GRID_Y, shortNumber, svgOf, WIDTH } from './figure.ts';
import { area, line, type Point } from './marks.ts';
import { csvOf, numbers, tableNamed } from './reading.ts';

/** Points of a rate over time at most: shorter windows show single rounds of requests. */
const WINDOWS = 40;

export function overTimeFigure(tables: readonly Table[]): Figure | null {
  const metrics = tableNamed(tables, 'metrics');
  if (metrics.rows < 3) return null;
  const seconds = numbers(metrics, 'at_ms').map((ms) => ms / 1000);
  const alive = numbers(metrics, 'nodes_alive');
  const messages = numbers(metrics, 'messages_delivered');
  const done = numbers(metrics, 'lookups_done');
  const failed = numbers(metrics, 'lookups_failed');
  const exact = numbers(metrics, 'lookups_exact');
  const { rate, answered, right } = ratesOf(seconds, { messages, done, failed, exact });
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
    numbers: csvOf(
      [
        'seconds',
        'nodes_alive',
        'messages_delivered',
        'lookups_done',
        'lookups_failed',
        'lookups_exact',
      ],
      Array.from(seconds, (at, row) => [
        at,
        ...[alive, messages, done, failed, exact].map((column) => column[row]!),
      ]),
    ),
  };
}

interface Counters {
  messages: Float64Array;
  done: Float64Array;
  failed: Float64Array;
  exact: Float64Array;
}

/** What counters that only grow came to between one window's end and the next. */
function ratesOf(
  seconds: Float64Array,
  { messages, done, failed, exact }: Counters,
): { rate: Point[]; answered: Point[]; right: Point[] } {
  const rate: Point[] = [];
  const answered: Point[] = [];
  const right: Point[] = [];
  const last = seconds.length - 1;
  const least = seconds[last]! / WINDOWS;
  let since = 0;
  for (let row = 1; row <= last; row++) {
    const x = seconds[row]!;
    const took = x - seconds[since]!;
    if (took < least && row < last) continue;
    if (took > 0) rate.push({ x, y: (messages[row]! - messages[since]!) / took });
    const ended = done[row]! - done[since]!;
    if (ended > 0) {
      answered.push({ x, y: 1 - (failed[row]! - failed[since]!) / ended });
      right.push({ x, y: (exact[row]! - exact[since]!) / ended });
    }
    since = row;
  }
  return { rate, answered, right };
}
