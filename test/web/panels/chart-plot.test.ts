// @vitest-environment happy-dom
import type uPlot from 'uplot';
import { expect, test } from 'vitest';
import type { Chart } from '../../../web/src/panels/chart.ts';
import { chartOptions, chartValues } from '../../../web/src/panels/chart-plot.ts';

const chart = (more: Partial<Chart>): Chart => ({
  id: 'x',
  title: 'X',
  note: '',
  kind: 'line',
  xLabel: 'ms',
  yLabel: 'share',
  shares: false,
  x: [1, 2, 3],
  series: [{ name: 'done', colour: 'route', values: [4, Number.NaN, 6] }],
  aside: null,
  ...more,
});

/** Answers with the name of the way in which lines would be drawn. */
const Plot = new Proxy(
  {},
  {
    get: () => new Proxy({}, { get: (_, kind) => () => kind }),
  },
) as unknown as typeof uPlot;

const optionsOf = (of: Chart) => chartOptions(Plot, of, document.body, 300, 150);

test('a gap is a gap to the library, too', () => {
  expect(chartValues(chart({}))).toEqual([
    [1, 2, 3],
    [4, null, 6],
  ]);
});

test('each kind of chart is drawn in its way', () => {
  const kinds = { line: 'linear', steps: 'stepped', bars: 'bars' } as const;
  for (const [kind, paths] of Object.entries(kinds)) {
    const options = optionsOf(chart({ kind: kind as Chart['kind'] }));
    expect(options.series[1]!.paths).toBe(paths);
    expect(options.series[1]!.fill !== undefined).toBe(kind === 'bars');
  }
});

test('all that is drawn is in sight: shares up to 100 %, bars with their whole width', () => {
  type Range = (plot: unknown, least: number, most: number) => [number, number];
  const yOf = (of: Chart) => optionsOf(of).scales!['y']!.range as unknown as Range;
  expect(yOf(chart({ shares: true }))(null, 0, 0.4)).toEqual([0, 1]);
  expect(yOf(chart({}))(null, 0, 40)[1]).toBeGreaterThan(40);
  expect(yOf(chart({}))(null, 0, 0)[1]).toBeGreaterThan(0);
  const x = optionsOf(chart({ kind: 'bars' })).scales!['x']!.range as unknown as (
    plot: unknown,
  ) => [number, number];
  expect(x({ data: [[1, 2, 3]] })).toEqual([0.5, 3.5]);
});
