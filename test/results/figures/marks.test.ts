import { expect, test } from 'vitest';
import { COLOURS } from '../../../src/results/figures/figure.ts';
import { figuresOf } from '../../../src/results/figures/figures.ts';
import { barsCsv, histogram } from '../../../src/results/figures/marks.ts';
import { bars, named, run, tables } from './drawn.ts';

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

test('bars of few are pale, and the numbers are those that are drawn', () => {
  const values = Float64Array.from([...new Array(20).fill(3), ...new Array(4).fill(5)]);
  expect(barsCsv(values, 'hops')).toBe(
    'hops_from,hops_to,count,share\n3,3,20,0.8333333333333334\n4,4,0,0\n5,5,4,0.16666666666666666\n',
  );
  const { plot } = histogram(values, 'hops', 'share', null);
  expect(plot.x!.label).toBe('hops (pale: fewer than 5)');
  expect(histogram(values.subarray(0, 20), 'hops', 'share', null).plot.x!.label).toBe('hops');
});
