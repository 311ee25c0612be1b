/**
 * How long lookups take: of all the share that had ended by then, and beside it those that failed.
 *
 *     100 % ┤      ╭───────        │ ▒ │
 *           │   ╭──╯   the curve   │ ▒ │ failed
 *         0 ┼───╯─────────── ms    └───┘
 */
import * as Plot from '@observablehq/plot';
import type { Check, Table } from '../../lab.ts';
import {
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
import { HEIGHT } from './marks.ts';
import { csvOf, expected, numbers, rankOf, tableNamed } from './reading.ts';

/** Steps of a curve at most: finer than print. */
const CURVE_STEPS = 400;

export function latencyFigure(tables: readonly Table[], checks: readonly Check[]): Figure | null {
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
  const svg = svgOf(
    'How long lookups take',
    `${quantiles}${percent(failedShare)} failed${wanted === null ? '' : `; expected median ${shortNumber(wanted)} ms (dashed)`}`,
    [curve(times, lookups.rows, wanted), failedBar(failedShare)],
  );
  return {
    name: 'latency',
    title: 'How long lookups take',
    caption:
      'The curve counts all lookups, so it ends as far below 100 % as the red bar is high. A step ' +
      'is a round of requests; a long tail is time spent waiting for nodes that do not answer.',
    svg,
    numbers: csvOf(
      ['latency_ms', 'share_ended', 'share_failed'],
      shareUpTo(times, lookups.rows).map(({ x, y }) => [x, y, failedShare]),
    ),
  };
}

/** Width of the panel of those that failed. */
const ASIDE = 110;
/** The scale that both panels have in common. */
const SHARES = { domain: [0, 100], percent: true, ticks: 5, nice: false };

function curve(times: Float64Array, all: number, wanted: number | null): Panel {
  return {
    ...{ x: 0, y: 0, width: WIDTH - ASIDE, height: HEIGHT },
    plot: {
      x: {
        label: 'latency, virtual ms',
        labelAnchor: 'center',
        labelArrow: 'none',
        nice: true,
      },
      y: { ...SHARES, label: 'lookups ended by then, %', labelArrow: 'none' },
      marks: [
        GRID_Y,
        Plot.ruleY([0]),
        ...(wanted === null ? [] : [expectedLine('x', wanted)]),
        Plot.line(shareUpTo(times, all), {
          ...{ x: 'x', y: 'y', curve: 'step-after', strokeWidth: 2 },
          stroke: COLOURS.measured,
        }),
      ],
    },
  };
}

function failedBar(failedShare: number): Panel {
  return {
    ...{ x: WIDTH - ASIDE, y: 0, width: ASIDE, height: HEIGHT },
    plot: {
      marginLeft: 16,
      x: { label: null, domain: ['failed'], padding: 0.25 },
      y: { ...SHARES, axis: null },
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
  };
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
