import { expect, test } from 'vitest';
import { COLOURS } from '../../../src/results/figures/figure.ts';
import { figuresOf } from '../../../src/results/figures/figures.ts';
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
