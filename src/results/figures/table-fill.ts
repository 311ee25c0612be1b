/**
 * Who is in the routing tables, bucket by bucket: the living, and upon them those who are gone.
 */
import * as Plot from '@observablehq/plot';
import type { Table } from '../../lab.ts';
import { COLOURS, type Figure, GRID_Y, percent, shortNumber, svgOf, WIDTH } from './figure.ts';
import { HEIGHT } from './marks.ts';
import { csvOf, isRing, numbers, tableNamed } from './reading.ts';

const MAINLINE = {
  title: 'Who is in the routing tables',
  label: 'bucket (0 is the far half of all ids)',
  caption:
    'A bucket holds at most k contacts. The far ones are full in every table; the last ones, near ' +
    'the own id, hold whoever there is, and how many buckets there are grows with log2 of the ' +
    'number of nodes.',
};
const RING = {
  title: 'Whom members know',
  label: 'binary digits by which the way to it is shorter than the circle',
  caption:
    'Fingers stand about one on each digit, as each reaches half as far as the one before it. Successors ' +
    'are far to the right; to predecessors it is almost a whole circle, so they are at 0.',
};

export function tableFillFigure(tables: readonly Table[]): Figure | null {
  const neighbors = tableNamed(tables, 'snapshots_neighbors');
  if (neighbors.rows === 0) return null;
  const { values } = neighbors.columns.find(({ name }) => name === 'peer_discovery_id_prefix')!;
  const peers = new Set<unknown>();
  for (let row = 0; row < neighbors.rows; row++) peers.add(values.at(row));
  const buckets = numbers(neighbors, 'bucket');
  const alive = numbers(neighbors, 'alive');
  const bars: { bucket: number; contacts: number; alive: boolean }[] = [];
  const deepest = buckets.reduce((most, bucket) => Math.max(most, bucket), 0);
  const sums = [new Float64Array(deepest + 1), new Float64Array(deepest + 1)];
  for (let row = 0; row < neighbors.rows; row++) sums[alive[row]!]![buckets[row]!]!++;
  for (let bucket = 0; bucket <= deepest; bucket++) {
    bars.push({ bucket, contacts: sums[1]![bucket]! / peers.size, alive: true });
    if (sums[0]![bucket]! > 0) {
      bars.push({ bucket, contacts: sums[0]![bucket]! / peers.size, alive: false });
    }
  }
  const dead = alive.reduce((count, is) => count + 1 - is, 0);
  const { title, label, caption } = isRing(tables) ? RING : MAINLINE;
  const svg = svgOf(
    title,
    `${shortNumber(neighbors.rows / peers.size)} contacts in a table, ` +
      `${percent(dead / neighbors.rows)} of them gone (red); ${peers.size.toLocaleString('en')} tables`,
    [
      {
        ...{ x: 0, y: 0, width: WIDTH, height: HEIGHT },
        plot: {
          x: {
            label,
            labelAnchor: 'center',
            labelArrow: 'none',
            type: 'band',
            padding: 0.15,
          },
          y: { label: 'contacts per table, mean', labelArrow: 'none', nice: true },
          marks: [
            GRID_Y,
            Plot.barY(bars, {
              x: 'bucket',
              y: 'contacts',
              fill: ({ alive }: { alive: boolean }) => (alive ? COLOURS.measured : COLOURS.failed),
            }),
            Plot.ruleY([0]),
          ],
        },
      },
    ],
  );
  return {
    name: 'table-fill',
    title,
    caption,
    svg,
    numbers: csvOf(
      ['bucket', 'contacts_alive', 'contacts_gone'],
      Array.from(sums[1]!, (count, bucket) => [
        bucket,
        count / peers.size,
        sums[0]![bucket]! / peers.size,
      ]),
    ),
  };
}
