/**
 * What came out for each setting of a sweep, beside what was to be expected.
 */
import * as Plot from '@observablehq/plot';
import type { Sweep } from '../../lab.ts';
import { axisNumber, COLOURS, type Figure, GRID_Y, SYMBOLS, svgOf, WIDTH } from './figure.ts';
import { line } from './marks.ts';

/** The numbers under a sweep, as CSV; a value is missing where only the other is known. */
export function sweepCsv({ series }: Sweep): string {
  const hasBands = series.some(({ points }) => points.some(({ low }) => low !== undefined));
  const lines = [`series,x,measured,${hasBands ? 'low,high,' : ''}expected`];
  for (const { name, points, expected = [] } of series) {
    const xs = [...new Set([...points, ...expected].map(({ x }) => x))].sort((a, b) => a - b);
    for (const x of xs) {
      const point = points.find((one) => one.x === x);
      const band = hasBands ? `${point?.low ?? ''},${point?.high ?? ''},` : '';
      const wanted = expected.find((one) => one.x === x)?.y ?? '';
      lines.push(`"${name}",${x},${point?.y ?? ''},${band}${wanted}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Of the figure's height, what the axis of y is long, and a line of text is high; in pixels. */
const AXIS_HEIGHT = 270;
const LINE_HEIGHT = 13;

/** How far each series' name is moved up from its last point, so that none lies on another; in pixels. */
export function nameShifts({ series }: Pick<Sweep, 'series'>): number[] {
  const ys = series
    .flatMap(({ points, expected = [] }) => [...points, ...expected])
    .map(({ y }) => y);
  const scale = AXIS_HEIGHT / (Math.max(...ys) || 1);
  const shifts = series.map(() => 0);
  const ends = series.map(({ points }, i) => ({ i, at: (points.at(-1)?.y ?? 0) * scale }));
  let free = -Infinity;
  const placed = ends
    .sort((a, b) => a.at - b.at)
    .map(({ i, at }) => {
      const to = Math.max(at, free);
      free = to + LINE_HEIGHT;
      return { i, at, to };
    });
  // None is above the plot: those below it make room.
  let top = AXIS_HEIGHT;
  for (const { i, at, to } of placed.reverse()) {
    const low = Math.min(to, top);
    shifts[i] = low - at;
    top = low - LINE_HEIGHT;
  }
  return shifts;
}

/** Where the mean over all seeds lies, with 95 % confidence. */
function band(points: Sweep['series'][number]['points'], fill: string): Plot.Markish {
  const known = points.filter(({ low }) => low !== undefined);
  return Plot.areaY(known, { x: 'x', y1: 'low', y2: 'high', fill, fillOpacity: 0.18 });
}

/** A sweep: what came out for each setting, beside what was to be expected. */
export function xyFigure(options: Sweep): Figure {
  const { name, title, subtitle, caption, x, y, series } = options;
  const shifts = nameShifts(options);
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
            ...(points.some(({ low }) => low !== undefined) ? [band(points, colourOf(i))] : []),
            line(points, colourOf(i)),
            Plot.dot(points, {
              ...{ x: 'x', y: 'y', r: 3.5, fill: colourOf(i) },
              symbol: SYMBOLS[i % SYMBOLS.length]!,
            }),
            Plot.text(points.slice(-1), {
              ...{ x: 'x', y: 'y', text: () => name, dx: 8, textAnchor: 'start' },
              dy: -shifts[i]!,
              fill: colourOf(i),
            }),
          ]),
        ],
      },
    },
  ]);
  return { name, title, caption, svg, numbers: sweepCsv(options) };
}
