import { Window } from 'happy-dom';
import { describe, expect, test } from 'vitest';
import type { Table } from '../../src/lab.ts';
import { COLOURS, type Figure } from '../../src/results/figure.ts';
import { figuresOf, xyFigure } from '../../src/results/plots.ts';
import { finishedRun, rowsOf, tablesOf } from './recorded.ts';

const window = new Window();
const run = finishedRun();
const tables = tablesOf(run);
const figures = figuresOf(run.result, tables);

function drawn(figure: Figure) {
  return new window.DOMParser().parseFromString(figure.svg, 'image/svg+xml').documentElement;
}

const named = (name: string, from = figures): Figure =>
  from.find((figure) => figure.name === name)!;
const bars = (figure: Figure, colour: string): number =>
  drawn(figure).querySelectorAll(`[fill="${colour}"] rect, rect[fill="${colour}"]`).length;
const dashed = (figure: Figure): number =>
  drawn(figure).querySelectorAll('[stroke-dasharray]').length;
const rows = (name: string) => rowsOf(tables.find((table) => table.name === name)!);

function without(name: string): Table[] {
  return tables.map((table) => (table.name === name ? { ...table, rows: 0 } : table));
}

describe('the figures of a run', () => {
  test('are six, each with title, caption, axes and no number that is none', () => {
    expect(figures.map(({ name }) => name)).toEqual([
      'latency',
      'hops',
      'rpcs',
      'table-fill',
      'messages-per-node',
      'over-time',
    ]);
    for (const figure of figures) {
      expect(figure.svg).not.toMatch(/NaN|undefined|Infinity|null/);
      expect(figure.caption.length).toBeGreaterThan(60);
      expect(drawn(figure).querySelector('title')!.textContent).toBe(figure.title);
      expect(figure.svg).toMatch(/aria-label="x-axis label"/);
      expect(figure.svg).toMatch(/aria-label="y-axis label"/);
    }
  });

  test('are the same bytes when the run is repeated', () => {
    const again = finishedRun();
    const other = finishedRun({ loss: 0.1 });
    figuresOf(other.result, tablesOf(other));
    expect(figuresOf(again.result, tablesOf(again))).toEqual(figures);
  });

  test('hops and RPCs have a bar for each number and a dashed line where a value is expected', () => {
    const numberOf = (column: string): number => {
      const values = rows('lookups').map((row) => Number(row[column]));
      return Math.max(...values) - Math.min(...values) + 1;
    };
    expect(bars(named('hops'), COLOURS.measured)).toBe(numberOf('hops'));
    expect(bars(named('rpcs'), COLOURS.measured)).toBe(numberOf('rpcs'));
    expect([dashed(named('hops')), dashed(named('rpcs'))]).toEqual([1, 1]);
    expect(named('hops').svg).toMatch(/mean 2\.\d\d, expected 2\.27 \(dashed\); 200 lookups/);
    const unknown = figuresOf({ checks: [] }, tables);
    expect([dashed(named('hops', unknown)), dashed(named('rpcs', unknown))]).toEqual([0, 0]);
  });

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

  test('tables: one bar a bucket, and dead contacts in red upon the living', () => {
    const buckets = new Set(rows('snapshots_neighbors').map((row) => row['bucket'])).size;
    expect(bars(named('table-fill'), COLOURS.measured)).toBe(buckets);
    expect(bars(named('table-fill'), COLOURS.failed)).toBe(0);
    const neighbors = tables.find(({ name }) => name === 'snapshots_neighbors')!;
    const columns = neighbors.columns.map((column) => {
      if (column.name !== 'alive') return column;
      return { ...column, values: { length: neighbors.rows, at: (row: number) => row % 2 === 0 } };
    });
    const dying = tables.map((table) => (table === neighbors ? { ...table, columns } : table));
    const figure = named('table-fill', figuresOf(run.result, dying));
    expect(bars(figure, COLOURS.failed)).toBe(buckets);
    expect(figure.svg).toContain('50.0 % of them gone');
  });

  test('what has nothing to show is left out', () => {
    const names = (from: Table[]): string[] => figuresOf(run.result, from).map(({ name }) => name);
    expect(names(without('lookups'))).not.toContain('latency');
    expect(names(without('lookups'))).not.toContain('hops');
    expect(names(without('snapshots_neighbors'))).not.toContain('table-fill');
    expect(names(without('nodes'))).not.toContain('messages-per-node');
    expect(names(without('metrics'))).not.toContain('over-time');
  });

  test('when all lookups fail there is still a figure of that', () => {
    const lost = finishedRun({ nodes: 50, lookups: 20, loss: 1 });
    const all = figuresOf(lost.result, tablesOf(lost));
    expect(named('latency', all).svg).toContain('100 % failed');
    for (const { svg } of all) expect(svg).not.toMatch(/NaN|Infinity/);
  });

  test('a histogram of many values has few bars', () => {
    const nodes = tables.find(({ name }) => name === 'nodes')!;
    const columns = nodes.columns.map((column) => {
      if (column.name !== 'messages_received') return column;
      return { ...column, values: { length: nodes.rows, at: (row: number) => row * row } };
    });
    const loaded = tables.map((table) => (table === nodes ? { ...table, columns } : table));
    const figure = named('messages-per-node', figuresOf(run.result, loaded));
    expect(bars(figure, COLOURS.measured)).toBeLessThanOrEqual(40);
  });
});

describe('a sweep', () => {
  const options = {
    name: 'sweep',
    title: 'Hops by size',
    subtitle: 'expected on ideal tables (dashed)',
    caption: 'Notice the slope.',
    x: { label: 'nodes', log: true },
    y: { label: 'hops, mean' },
    series: [
      {
        name: 'k = 8',
        points: [
          { x: 1000, y: 2.3 },
          { x: 10_000, y: 2.9 },
        ],
        expected: [
          { x: 1000, y: 2.27 },
          { x: 10_000, y: 2.85 },
        ],
      },
      {
        name: 'k = 20',
        points: [
          { x: 1000, y: 1.9 },
          { x: 10_000, y: 2.4 },
        ],
      },
    ],
  };

  test('has a line, its points and its name for each series, and what was expected dashed', () => {
    const figure = xyFigure(options);
    expect(drawn(figure).querySelectorAll('circle')).toHaveLength(4);
    expect(dashed(figure)).toBe(1);
    expect(figure.svg).toContain('k = 8');
    expect(figure.svg).toContain('k = 20');
    expect(figure.svg).not.toMatch(/NaN|undefined/);
    expect(xyFigure(options)).toEqual(figure);
  });
});
