import { expect, test } from 'vitest';
import { messagesFigure } from '../../../src/results/figures/load.ts';
import { named, rows, tables } from './drawn.ts';

test('the load is told by its mean, its median, its 99th percentile and its most', () => {
  const received = rows('nodes').map((row) => Number(row['messages_received']));
  const most = Math.max(...received).toLocaleString('en');
  expect(named('messages-per-node').svg).toMatch(
    new RegExp(`mean [\\d.,]+, median [\\d.,]+, 99th percentile [\\d.,]+, most ${most} messages`),
  );
});

test('where nobody heard anything there is no figure', () => {
  const nodes = tables.find(({ name }) => name === 'nodes')!;
  const columns = nodes.columns.map((column) => {
    if (column.name !== 'messages_received') return column;
    return { ...column, values: { length: nodes.rows, at: () => 0 } };
  });
  expect(messagesFigure([{ ...nodes, columns }])).toBeNull();
});
