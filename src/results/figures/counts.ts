/**
 * What a lookup went through, in whole numbers: hops to the closest node, requests sent.
 */
import type { Check, Table } from '../../lab.ts';
import { type Figure, shortNumber, svgOf } from './figure.ts';
import { barsCsv, histogram } from './marks.ts';
import { expected, isRing, mean, numbers, tableNamed } from './reading.ts';

export interface Counted {
  name: string;
  column: string;
  title: string;
  label: string;
  check: string;
  /** Those that failed have no hops, but did cost requests. */
  answeredOnly: boolean;
  caption: string;
  /** Where the run is one of a ring. */
  ring: { title: string; label: string; caption: string };
}

export const HOPS: Counted = {
  name: 'hops',
  column: 'hops',
  title: 'How far the closest node is away',
  label: 'hops to the closest node found',
  check: 'hopsMean',
  answeredOnly: true,
  caption:
    'How many nodes stand in the chain that led to the closest one. It grows with the logarithm of ' +
    'the network: ten times the nodes are about two thirds of a hop more at k = 8.',
  ring: {
    title: 'How far the owner of a key is away',
    label: 'members that a command passes',
    caption:
      'How many members a command is passed on to before it is at the owner of its key. It grows with ' +
      'half the binary logarithm of the ring: ten times the members are about 1.7 hops more.',
  },
};

export const RPCS: Counted = {
  name: 'rpcs',
  column: 'rpcs',
  title: 'What a lookup costs',
  label: 'requests sent by a lookup',
  check: 'rpcsMean',
  answeredOnly: false,
  caption:
    'At least k requests: a lookup ends when the k closest have answered. What is beyond them went ' +
    'to nodes on the way and, under loss or churn, to nodes that were not there.',
  ring: {
    title: 'What a command costs',
    label: 'requests sent by a command',
    caption:
      'One for each member on the way, and one for each that was asked and was not there any more.',
  },
};

export function countsFigure(
  tables: readonly Table[],
  what: Counted,
  checks: readonly Check[],
): Figure | null {
  const lookups = tableNamed(tables, 'lookups');
  const failed = numbers(lookups, 'failed');
  const values = numbers(lookups, what.column).filter(
    (_, row) => !what.answeredOnly || failed[row] === 0,
  );
  if (values.length === 0) return null;
  const wanted = expected(checks, what.check);
  const beside = wanted === null ? '' : `, expected ${shortNumber(wanted)} (dashed)`;
  const { title, label, caption } = isRing(tables) ? what.ring : what;
  const svg = svgOf(
    title,
    `mean ${shortNumber(mean(values))}${beside}; ${values.length.toLocaleString('en')} lookups`,
    [histogram(values, label, 'share of lookups, %', wanted)],
  );
  return { name: what.name, title, caption, svg, numbers: barsCsv(values, what.column) };
}
