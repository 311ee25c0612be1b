/**
 * What came out for each setting of a sweep, beside what was to be expected.
 */
import * as Plot from '@observablehq/plot';
import { axisNumber, COLOURS, type Figure, GRID_Y, svgOf, WIDTH } from './figure.ts';
import { line, type Point } from './marks.ts';

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
