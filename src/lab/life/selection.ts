/**
 * Whom something befalls: nodes of a world, chosen by number, by chance or by where they are. A
 * selection is plain data, so that a schedule can be a file:
 *
 *     { nodes: [3, 17] }                      these
 *     { first: 100, last: 199 }               a range of numbers: neighbours by id
 *     { disc: { x: 0.2, y: 0.7, radius: 0.1 } }   a region of the plane of the `king` latencies, side 1
 *     { share: 0.2 }  { count: 50 }           by chance
 *
 * Share or count may stand beside the others: then they choose among those.
 */
import { numberIn, shown, wholeNumber } from '../../core/argument.ts';
import { type Random, randomBelow } from '../../core/random.ts';

export interface Selection {
  nodes?: readonly number[];
  first?: number;
  last?: number;
  disc?: { x: number; y: number; radius: number };
  share?: number;
  count?: number;
}

export const SELECTION_KEYS: readonly string[] = [
  'nodes',
  'first',
  'last',
  'disc',
  'share',
  'count',
];

/** Where a node lies on the plane of latencies, 0..1 each. */
export type PointOf = (node: number) => { x: number; y: number };

/**
 * The nodes selected among those for which `isCandidate` holds, ascending.
 * @param random asked only where chance decides.
 */
export function selected(
  selection: Selection,
  count: number,
  isCandidate: (node: number) => boolean,
  pointOf: PointOf,
  random: Random,
): number[] {
  const found: number[] = [];
  const { first = 0, last = count - 1, disc } = selection;
  const consider = (node: number): void => {
    if (node >= first && node <= last && isCandidate(node)) {
      if (!disc || isIn(disc, pointOf(node))) found.push(node);
    }
  };
  if (selection.nodes) for (const node of new Set(selection.nodes)) consider(node);
  else for (let node = first; node <= last; node++) consider(node);
  const wanted = selection.count ?? Math.round((selection.share ?? 1) * found.length);
  return wanted < found.length ? chosen(found, wanted, random) : found.sort((a, b) => a - b);
}

function isIn(disc: NonNullable<Selection['disc']>, point: { x: number; y: number }): boolean {
  const x = point.x - disc.x;
  const y = point.y - disc.y;
  return x * x + y * y <= disc.radius * disc.radius;
}

/** `count` of the nodes, by chance (Fisher and Yates, stopped early). */
function chosen(nodes: number[], count: number, random: Random): number[] {
  for (let i = 0; i < count; i++) {
    const other = i + randomBelow(random, nodes.length - i);
    const kept = nodes[i];
    nodes[i] = nodes[other];
    nodes[other] = kept;
  }
  nodes.length = count;
  return nodes.sort((a, b) => a - b);
}

/** @throws TypeError or RangeError that names the field. */
export function checkSelection(selection: unknown, name: string, count: number): Selection {
  if (typeof selection !== 'object' || selection === null || Array.isArray(selection)) {
    throw new TypeError(
      `"${name}" expected an object such as { share: 0.2 }, got ${shown(selection)}`,
    );
  }
  const { nodes, first, last, disc, share, count: wanted } = selection as Selection;
  if (nodes !== undefined) {
    if (!Array.isArray(nodes)) {
      throw new TypeError(`"${name}.nodes" expected an array of numbers, got ${shown(nodes)}`);
    }
    for (const [i, node] of nodes.entries()) wholeNumber(node, `${name}.nodes[${i}]`, 0, count - 1);
  }
  if (first !== undefined) wholeNumber(first, `${name}.first`, 0, count - 1);
  if (last !== undefined) wholeNumber(last, `${name}.last`, first ?? 0, count - 1);
  if (disc !== undefined) {
    for (const key of ['x', 'y', 'radius'] as const) {
      numberIn(disc?.[key], `${name}.disc.${key}`, key === 'radius' ? 2 : 1);
    }
  }
  if (share !== undefined) numberIn(share, `${name}.share`, 1);
  if (wanted !== undefined) wholeNumber(wanted, `${name}.count`, 0, count);
  if (share !== undefined && wanted !== undefined) {
    throw new TypeError(`"${name}" expected either share or count, got both`);
  }
  return selection;
}
