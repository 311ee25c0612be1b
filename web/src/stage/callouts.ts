/**
 * Where a few words stand beside the thing they name: as near as there is room, on no mark, on no other
 * word, and within the picture. Each is tried in a fan of places, nearest first, on the side where
 * nothing of the picture stands: inside a circle, above the leaves of a tree.
 */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Wanted {
  /** The thing. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Which way is free, as an angle. */
  readonly angle: number;
}

/** Pixels from the thing to the nearest edge of its words, and how far that may be. */
const NEAREST = 18;
const FARTHEST = 150;
const STEP = 14;
/** Aside from the free way, in radians; straight first. */
const FAN = [0, 0.45, -0.45, 0.9, -0.9, 1.4, -1.4, 2, -2, 2.7, -2.7];
const GAP = 3;

/** Boxes for all, in their order. Where there is no room at all, the least crowded place has to do. */
export function placeCallouts(
  wanted: readonly Wanted[],
  obstacles: readonly Box[],
  bounds: Box,
): Box[] {
  const taken = [...obstacles];
  return wanted.map((one) => {
    const box = bestBox(one, taken, bounds);
    taken.push(box);
    return box;
  });
}

function bestBox(wanted: Wanted, taken: readonly Box[], bounds: Box): Box {
  let best: Box | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let away = NEAREST; away <= FARTHEST; away += STEP) {
    for (const aside of FAN) {
      const box = boxAt(wanted, wanted.angle + aside, away);
      const crowd = outside(box, bounds) * 4 + crowding(box, taken);
      // Words move only for a reason: the nearest free place wins.
      const cost = crowd === 0 ? away + Math.abs(aside) * 12 : 10_000 + crowd;
      if (cost >= least) continue;
      least = cost;
      best = box;
    }
    if (least < away) break;
  }
  return best!;
}

/** The box whose edge lies so far from the thing along an angle. */
function boxAt({ x, y, width, height }: Wanted, angle: number, away: number): Box {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const reach =
    away +
    Math.min(
      width / 2 / Math.max(0.001, Math.abs(cos)),
      height / 2 / Math.max(0.001, Math.abs(sin)),
    );
  return { x: x + cos * reach - width / 2, y: y + sin * reach - height / 2, width, height };
}

function crowding(box: Box, taken: readonly Box[]): number {
  let sum = 0;
  for (const other of taken) sum += overlap(box, other);
  return sum;
}

/** Pixels that two boxes share, a small gap between them included. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) + GAP;
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) + GAP;
  return width > 0 && height > 0 ? width * height : 0;
}

function outside(box: Box, bounds: Box): number {
  const left = Math.max(0, bounds.x - box.x);
  const right = Math.max(0, box.x + box.width - bounds.x - bounds.width);
  const top = Math.max(0, bounds.y - box.y);
  const bottom = Math.max(0, box.y + box.height - bounds.y - bounds.height);
  return (left + right) * box.height + (top + bottom) * box.width;
}

/** The point of a box that is nearest to another point: where its line begins. */
export function nearestPoint(box: Box, x: number, y: number): { x: number; y: number } {
  return {
    x: Math.min(box.x + box.width, Math.max(box.x, x)),
    y: Math.min(box.y + box.height, Math.max(box.y, y)),
  };
}
