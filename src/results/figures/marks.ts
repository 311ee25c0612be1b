/**
 * What several figures are drawn with: lines and areas through points, and bars of whole numbers.
 */
import * as Plot from '@observablehq/plot';
import { COLOURS, expectedLine, GRID_Y, type Panel, WIDTH } from './figure.ts';

export const HEIGHT = 300;
/** Bars of a histogram at most: finer than print. */
const BARS = 40;

export interface Point {
  x: number;
  y: number;
}

export function line(points: readonly Point[], stroke: string, strokeWidth = 1.75): Plot.Markish {
  return Plot.line(points, { x: 'x', y: 'y', stroke, strokeWidth });
}

export function area(points: readonly Point[]): Plot.Markish {
  const colour = COLOURS.measured;
  return Plot.areaY(points, { x: 'x', y: 'y', fill: colour, fillOpacity: 0.18, stroke: colour });
}

/** Whole numbers as bars: one each, or, when there are too many, some together. */
export function histogram(
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
