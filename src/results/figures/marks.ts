/**
 * What several figures are drawn with: lines and areas through points, and bars of whole numbers.
 */
import * as Plot from '@observablehq/plot';
import { COLOURS, expectedLine, GRID_Y, type Panel, WIDTH } from './figure.ts';
import { csvOf } from './reading.ts';

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

/** A bar of so few says little: it is drawn pale. */
export const FEW = 5;

export interface Bar {
  x1: number;
  x2: number;
  count: number;
  /** Share of all. */
  y: number;
}

/** Whole numbers as bars: one each, or, when there are too many, some together. */
export function barsOf(values: Float64Array): { bars: Bar[]; step: number } {
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
    ...{ count, y: count / values.length },
  }));
  return { bars, step };
}

/** The numbers under a histogram. */
export function barsCsv(values: Float64Array, name: string): string {
  const { bars, step } = barsOf(values);
  const first = (bar: Bar): number => (step === 1 ? bar.x1 + 0.5 : bar.x1);
  return csvOf(
    [`${name}_from`, `${name}_to`, 'count', 'share'],
    bars.map((bar) => [first(bar), first(bar) + step - 1, bar.count, bar.y]),
  );
}

/** The same drawn, those of few pale. */
export function histogram(
  values: Float64Array,
  xLabel: string,
  yLabel: string,
  wanted: number | null,
): Panel {
  const { bars, step } = barsOf(values);
  const ends = [bars[0]!.x1, bars.at(-1)!.x2];
  const axis = step === 1 && bars.length <= 20 ? { ticks: bars.length } : {};
  const hasFew = bars.some(({ count }) => count > 0 && count < FEW);
  const label = hasFew ? `${xLabel} (pale: fewer than ${FEW})` : xLabel;
  return {
    ...{ x: 0, y: 0, width: WIDTH, height: HEIGHT },
    plot: {
      x: { label, labelAnchor: 'center', labelArrow: 'none', domain: ends, ...axis },
      y: { label: yLabel, labelArrow: 'none', percent: true, nice: true },
      marks: [
        GRID_Y,
        Plot.rectY(bars, {
          ...{ x1: 'x1', x2: 'x2', y: 'y', fill: COLOURS.measured, inset: 1 },
          fillOpacity: ({ count }: Bar) => (count < FEW ? 0.35 : 1),
        }),
        Plot.ruleY([0]),
        ...(wanted === null ? [] : [expectedLine('x', wanted)]),
      ],
    },
  };
}
