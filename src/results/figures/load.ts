/**
 * How the load is shared: what reached each node.
 */
import type { Table } from '../../lab.ts';
import { type Figure, shortNumber, svgOf } from './figure.ts';
import { barsCsv, histogram } from './marks.ts';
import { mean, numbers, rankOf, tableNamed } from './reading.ts';

export function messagesFigure(tables: readonly Table[]): Figure | null {
  const nodes = tableNamed(tables, 'nodes');
  if (nodes.rows === 0) return null;
  const received = numbers(nodes, 'messages_received');
  const title = 'How the load is shared';
  const sorted = received.slice().sort();
  const most = sorted[sorted.length - 1]!;
  if (most === 0) return null;
  const svg = svgOf(
    title,
    `mean ${shortNumber(mean(received))}, ` +
      `median ${shortNumber(sorted[rankOf(0.5, sorted.length)]!)}, ` +
      `99th percentile ${shortNumber(sorted[rankOf(0.99, sorted.length)]!)}, ` +
      `most ${shortNumber(most)} messages`,
    [histogram(received, 'messages received by a node', 'share of nodes, %', null)],
  );
  return {
    name: 'messages-per-node',
    title,
    caption:
      'Queries and replies that reached each node. Every lookup of its own brings a node as many ' +
      'replies as it sent requests, so each hump to the right is one lookup more.',
    svg,
    numbers: barsCsv(received, 'messages'),
  };
}
