/**
 * Which node is under the pointer. Places are sorted by turn, so only those within a few pixels to
 * either side of the pointer's own turn are looked at; among them the nearest in the plane is meant,
 * also where a hundred thousand of them share a thousand pixels.
 */
import { type Projection, screenX, screenY, worldX, worldY } from './camera.ts';
import { type CircleOrder, ranksBelow } from './circle-order.ts';
import { turnOf } from './ring-geometry.ts';
import { turnAtTrieX } from './trie-geometry.ts';

/** What a view must know to find a place: where all of them are, in the world. */
export interface Pickable {
  readonly positions: Float32Array;
  readonly circle: CircleOrder;
  /** Places with nothing to be seen of them are not found. */
  shown(place: number): boolean;
}

/** The place nearest to a pixel of the ring, within so many pixels; -1 for none. */
export function pickOnRing(
  pickable: Pickable,
  p: Projection,
  x: number,
  y: number,
  reach: number,
): number {
  const wx = worldX(p, x);
  const wy = worldY(p, y);
  const radius = Math.hypot(wx, wy);
  const reachWorld = reach / p.scaleX;
  // In the middle every turn is near; no place stands there.
  if (radius <= reachWorld * 2) return -1;
  const spread = Math.asin(Math.min(1, reachWorld / radius)) / (2 * Math.PI);
  return nearest(pickable, p, x, y, reach, turnOf(wx, wy), spread);
}

/** The same in the trie. */
export function pickInTrie(
  pickable: Pickable,
  p: Projection,
  x: number,
  y: number,
  reach: number,
): number {
  const spread = reach / p.scaleX / 2;
  return nearest(pickable, p, x, y, reach, turnAtTrieX(worldX(p, x)), spread);
}

function nearest(
  pickable: Pickable,
  p: Projection,
  x: number,
  y: number,
  reach: number,
  turn: number,
  spread: number,
): number {
  const { order, sorted } = pickable.circle;
  const length = sorted.length;
  if (length === 0) return -1;
  const first = ranksBelow(sorted, turn - spread);
  let found = -1;
  let least = reach * reach;
  const consider = (place: number) => {
    const dx = screenX(p, pickable.positions[2 * place]) - x;
    const dy = screenY(p, pickable.positions[2 * place + 1]) - y;
    const squared = dx * dx + dy * dy;
    if (squared <= least && pickable.shown(place)) {
      least = squared;
      found = place;
    }
  };
  for (let rank = first; rank < length && sorted[rank] <= turn + spread; rank++) {
    consider(order[rank]);
  }
  // What lies beyond the top of the ring, on either side of it.
  for (let rank = 0; rank < length && sorted[rank] <= turn + spread - 1; rank++) {
    consider(order[rank]);
  }
  for (let rank = length - 1; rank >= 0 && sorted[rank] >= turn - spread + 1; rank--) {
    consider(order[rank]);
  }
  return found;
}

/** Nodes with a place on the left of a line, for a partition: the side that has fewer of them. */
export function cutByLine(
  positions: Float32Array,
  placeCount: number,
  nodeOf: Uint32Array,
  nodeCount: number,
  line: { x0: number; y0: number; x1: number; y1: number },
): number[] {
  const { x0, y0, x1, y1 } = line;
  // A node with several places belongs where most of them are.
  const balance = new Int32Array(nodeCount);
  const known = new Uint8Array(nodeCount);
  for (let place = 0; place < placeCount; place++) {
    const x = positions[2 * place];
    if (Number.isNaN(x)) continue;
    const y = positions[2 * place + 1];
    const side = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0);
    balance[nodeOf[place]] += side > 0 ? 1 : -1;
    known[nodeOf[place]] = 1;
  }
  const left: number[] = [];
  const right: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (known[node] === 1) (balance[node] > 0 ? left : right).push(node);
  }
  return left.length <= right.length ? left : right;
}
