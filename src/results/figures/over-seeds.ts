/**
 * Figures of many runs: what was measured for each setting, as the mean over all seeds with its 95 %
 * confidence interval as a band, and families of latency curves.
 *
 *     groups      settings that differ in nothing but the seed
 *     valueSweeps one figure a value: x is the first option that was varied by numbers, a line for each
 *                 choice of the others
 *     mergedSweeps the sweeps that an experiment draws itself, over its seeds
 *     curves      how many lookups had ended by then, a line a setting
 */
import * as Plot from '@observablehq/plot';
import type { Sweep, SweepPoint } from '../../lab.ts';
import { type Estimate, estimateOf } from '../confidence.ts';
import { COLOURS, type Figure, GRID_Y, svgOf, WIDTH } from './figure.ts';
import { HEIGHT } from './marks.ts';
import { csvOf } from './reading.ts';

/** Runs of one setting, as a sweep has them. */
export interface SeedGroup {
  varied: Readonly<Record<string, unknown>>;
  estimates: Readonly<Record<string, Estimate>>;
  /** What each value is held against, by name. */
  expected: Readonly<Record<string, number>>;
  sweeps: readonly (readonly Sweep[])[];
  /** See `latencyCurveMs` of summary.json. */
  curves: readonly (readonly (number | null)[])[];
}

/** Lines of one plot at most: as many as there are colours. */
const SERIES_MAX = COLOURS.series.length;
const BAND = 'band: 95 % confidence interval over the seeds';

/** What is drawn of every run, with its unit; of other values there is the name. */
const LABELS: Readonly<Record<string, string>> = {
  hopsMean: 'hops, mean',
  rpcsMean: 'requests, mean',
  successRate: 'lookups answered, share',
  exactRate: 'lookups exact, share',
  'latencyMs.p50': 'median latency, virtual ms',
};

function textOf(varied: Readonly<Record<string, unknown>>, except = ''): string {
  const words = Object.entries(varied)
    .filter(([path]) => path !== except)
    .map(([path, value]) => `${path} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  return words.join(', ');
}

/** What is left out of a plot is said. */
function atMost<T>(list: readonly T[]): { shown: readonly T[]; note: string } {
  const shown = list.slice(0, SERIES_MAX);
  const note =
    list.length > shown.length ? ` The first ${shown.length} of ${list.length} lines.` : '';
  return { shown, note };
}

function pointOf(x: number, estimate: Estimate): SweepPoint {
  const { mean, ci95 } = estimate;
  if (Number.isNaN(ci95)) return { x, y: mean };
  return { x, y: mean, low: mean - ci95, high: mean + ci95 };
}

/** One sweep for each value that was asked for; none where no option was varied by numbers. */
export function valueSweeps(groups: readonly SeedGroup[], names: readonly string[]): Sweep[] {
  const paths = Object.keys(groups[0]?.varied ?? {});
  const x = paths.find((path) => {
    const values = groups.map(({ varied }) => varied[path]);
    return values.every((value) => typeof value === 'number') && new Set(values).size > 1;
  });
  if (x === undefined) return [];
  const lines = new Map<string, SeedGroup[]>();
  for (const group of groups) {
    const name = textOf(group.varied, x);
    lines.set(name, [...(lines.get(name) ?? []), group]);
  }
  const { shown, note } = atMost([...lines]);
  return names.flatMap((name) => {
    const series = shown.map(([line, members]) => {
      const sorted = [...members].sort((a, b) => Number(a.varied[x]) - Number(b.varied[x]));
      const known = sorted.filter(({ estimates }) => (estimates[name]?.n ?? 0) > 0);
      const wanted = known.filter(({ expected }) => expected[name] !== undefined);
      return {
        name: line,
        points: known.map(({ varied, estimates }) => pointOf(Number(varied[x]), estimates[name]!)),
        expected: wanted.map(({ varied, expected }) => ({
          x: Number(varied[x]),
          y: expected[name]!,
        })),
      };
    });
    if (series.every(({ points }) => points.length === 0)) return [];
    const isCompared = series.some(({ expected }) => expected.length > 0);
    return {
      ...{
        name: `by-${x}-${name}`.replaceAll('.', '-'),
        title: `${LABELS[name] ?? name}, by ${x}`,
      },
      subtitle: `mean over seeds, ${BAND}${isCompared ? '; expected dashed' : ''}`,
      caption: `Every point is the mean of all seeds of one setting.${note}`,
      ...{ x: { label: x }, y: { label: LABELS[name] ?? name }, series },
    };
  });
}

/** The sweeps that the runs of one setting draw themselves, point by point over the seeds. */
export function mergedSweeps({ varied, sweeps }: SeedGroup): Sweep[] {
  const [first = [], ...others] = sweeps;
  return first.map((sweep, at) => {
    const series = sweep.series.map((one, i) => ({
      ...one,
      points: one.points.map(({ x, y }) => {
        const found = others.map(
          (run) => run[at]?.series[i]?.points.find((point) => point.x === x)?.y ?? Number.NaN,
        );
        return pointOf(x, estimateOf([y, ...found]));
      }),
    }));
    const setting = textOf(varied);
    const title = setting === '' ? sweep.title : `${sweep.title} (${setting})`;
    const beside = sweep.subtitle === '' ? '' : `${sweep.subtitle}; `;
    const suffix = setting === '' ? '' : `-${setting.replaceAll(/[^\w]+/g, '-')}`;
    return { ...sweep, name: sweep.name + suffix, title, subtitle: `${beside}${BAND}`, series };
  });
}

/** How many lookups had ended by then: a line a setting, with a band where there are several seeds. */
export function curveFigure(groups: readonly SeedGroup[]): Figure | null {
  const all = groups.filter(({ curves }) => curves.some(({ length }) => length > 0));
  if (all.length === 0) return null;
  const { shown, note } = atMost(all);
  const lines = shown.map(({ varied, curves }) => ({
    name: textOf(varied) || 'all seeds',
    points: curves[0]!.flatMap((_, part) => {
      // Where one of the runs had failures there is no mean time.
      const times = curves.map((curve) => curve[part] ?? null);
      if (times.includes(null)) return [];
      const { mean, ci95 } = estimateOf(times as number[]);
      const half = Number.isNaN(ci95) ? 0 : ci95;
      return {
        share: part / (curves[0]!.length - 1),
        ms: mean,
        low: Math.max(0, mean - half),
        high: mean + half,
      };
    }),
  }));
  const title = 'How long lookups take';
  const svg = svgOf(title, `by setting; ${BAND}`, [curvePanel(lines)]);
  const caption = `A curve that ends below 100 % is one of a setting in which lookups failed.${note}`;
  const rows = lines.flatMap(({ name, points }) =>
    points.map(({ share, ms, low, high }) => [`"${name}"`, share, ms, low, high]),
  );
  const numbers = csvOf(['setting', 'share_ended', 'latency_ms', 'low', 'high'], rows);
  return { name: 'latency-curves', title, caption, svg, numbers };
}

interface Curve {
  name: string;
  points: { share: number; ms: number; low: number; high: number }[];
}

function curvePanel(lines: readonly Curve[]): Parameters<typeof svgOf>[2][number] {
  const centred = { labelAnchor: 'center', labelArrow: 'none' } as const;
  return {
    ...{ x: 0, y: 0, width: WIDTH, height: HEIGHT },
    plot: {
      x: { label: 'latency, virtual ms', ...centred, nice: true, zero: true },
      y: { label: 'lookups ended by then, %', labelArrow: 'none', domain: [0, 100], percent: true },
      marks: [
        GRID_Y,
        Plot.ruleY([0]),
        ...lines.flatMap(({ name, points }, i) => {
          const stroke = COLOURS.series[i % SERIES_MAX]!;
          const dashes = ['', '8 3', '2 3', '8 3 2 3'][i % SERIES_MAX]!;
          return [
            Plot.areaX(points, {
              x1: 'low',
              x2: 'high',
              y: 'share',
              fill: stroke,
              fillOpacity: 0.18,
            }),
            Plot.line(points, {
              ...{ x: 'ms', y: 'share', stroke, strokeWidth: 1.75 },
              ...(dashes !== '' && { strokeDasharray: dashes }),
            }),
            Plot.text([name], {
              ...{ frameAnchor: 'bottom-right', text: (text: string) => text, fill: stroke },
              ...{ dx: -6, dy: -8 - 16 * (lines.length - 1 - i) },
            }),
          ] as Plot.Markish[];
        }),
      ],
    },
  };
}
