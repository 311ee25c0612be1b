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

/** Of those within a few pixels of a place, itself among them, the nearest along the circle, in its order. */
export function crowdAround(
  { positions, circle, shown }: Pickable,
  p: Projection,
  place: number,
  { reach, isRing, room }: { reach: number; isRing: boolean; room: number },
): { places: number[]; count: number } {
  const { order, sorted, rankOf } = circle;
  const spread = reach / p.scaleX / (isRing ? 2 * Math.PI * CROWDED_AT : 2);
  const isNear = (other: number) => {
    const dx = (positions[2 * other] - positions[2 * place]) * p.scaleX;
    const dy = (positions[2 * other + 1] - positions[2 * place + 1]) * p.scaleY;
    return shown(other) && Math.hypot(dx, dy) <= reach;
  };
  const found: number[][] = [[], []];
  for (const [side, by] of [-1, 1].entries()) {
    for (let step = 1; step < order.length; step++) {
      const rank = (rankOf[place] + by * step + order.length) % order.length;
      const way = Math.abs(sorted[rank] - sorted[rankOf[place]]);
      if (Math.min(way, 1 - way) > spread) break;
      if (isNear(order[rank])) found[side].push(order[rank]);
    }
  }
  const [before, after] = found;
  const ahead = Math.max(room >> 1, room - 1 - before.length);
  const later = after.slice(0, ahead);
  const earlier = before.slice(0, room - 1 - later.length).reverse();
  return { places: [...earlier, place, ...later], count: 1 + before.length + after.length };
}

/** Those that are stacked inside the circle stand no deeper, in radii: the nearer the wider an angle. */
const CROWDED_AT = 0.5;

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
