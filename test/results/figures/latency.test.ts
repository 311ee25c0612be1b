import { expect, test } from 'vitest';
import { COLOURS } from '../../../src/results/figures/figure.ts';
import { figuresOf } from '../../../src/results/figures/figures.ts';
import { finishedRun, tablesOf } from '../recorded.ts';
import { bars, drawn, named, tables } from './drawn.ts';

test('those that failed are a bar beside the curve, and the curve ends below them', () => {
  const lookups = tables.find(({ name }) => name === 'lookups')!;
  const columns = lookups.columns.map((column) => {
    if (column.name !== 'failed') return column;
    return { ...column, values: { length: 200, at: (row: number) => row % 4 === 0 } };
  });
  const failing = tables.map((table) => (table === lookups ? { ...lookups, columns } : table));
  const figure = named('latency', figuresOf({ checks: [] }, failing));
  expect(figure.svg).toContain('25.0 % failed');
  expect(bars(figure, COLOURS.failed)).toBe(1);
  const bar = drawn(figure).querySelector(`[fill="${COLOURS.failed}"] rect`)!;
  const curve = drawn(figure).querySelector(`[aria-label="line"] path`)!.getAttribute('d')!;
  const height = Number(bar.getAttribute('height'));
  const bottom = Number(bar.getAttribute('y')) + height;
  const heights = [...curve.matchAll(/,(-?[\d.]+)/g)].map(([, y]) => bottom - Number(y));
  expect(Math.max(...heights)).toBeCloseTo(height * 3, 0);
  expect(named('latency').svg).toContain('; 0 % failed');
});

test('when all lookups fail there is still a figure of that', () => {
  const lost = finishedRun({ nodes: 50, lookups: 20, loss: 1 });
  const all = figuresOf(lost.result, tablesOf(lost));
  expect(named('latency', all).svg).toContain('100 % failed');
  for (const { svg } of all) expect(svg).not.toMatch(/NaN|Infinity/);
});
