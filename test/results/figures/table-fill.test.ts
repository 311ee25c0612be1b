import { expect, test } from 'vitest';
import { COLOURS } from '../../../src/results/figures/figure.ts';
import { figuresOf } from '../../../src/results/figures/figures.ts';
import { bars, named, rows, run, tables } from './drawn.ts';

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
