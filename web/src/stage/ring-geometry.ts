/**
 * Where things are on the ring. Hash 0 is at the top and hashes grow clockwise; the circle has
 * radius 1, y grows downwards.
 *
 *               0 ─╮
 *          .75     .25        a node's arc begins at its own hash and ends before its successor's
 *               .5
 *
 * From some thousand nodes on there are more of them than pixels along the circle. They are then
 * spread over a band, each by the lower bits of its own id, so that every one keeps a point of its
 * own and a crowd looks like one.
 */

const TURN = 2 * Math.PI;
/** Nobody stands on another up to here, with a few pixels for each on a usual screen. */
const SPREAD_FROM = 600;
/** Width of the band, in radii, at the largest of worlds. */
const LARGEST_BAND = 0.16;
/** Those cut off by a partition stand outside the others by so much. */
export const SIDE_STEP = 0.075;

export function angleOf(turn: number): number {
  return turn * TURN - TURN / 4;
}

export function ringX(turn: number, radius: number): number {
  return radius * Math.cos(angleOf(turn));
}

export function ringY(turn: number, radius: number): number {
  return radius * Math.sin(angleOf(turn));
}

/** The turn that a point of the world points at: 0 is up, a quarter is right. */
export function turnOf(x: number, y: number): number {
  const turn = Math.atan2(x, -y) / TURN;
  return turn < 0 ? turn + 1 : turn;
}

/** How wide the band of points is for so many places, in radii: 0 for a plain circle. */
export function bandOf(places: number): number {
  if (places <= SPREAD_FROM) return 0;
  const decades = Math.log10(places / SPREAD_FROM);
  return Math.min(LARGEST_BAND, 0.03 + 0.055 * decades);
}

/** Where in the band a place stands: -0.5..0.5, evenly spread and always the same for an id. */
export function scatterOf(ids: Uint8Array, place: number): number {
  const low = (ids[place * 20 + 18]! << 8) | ids[place * 20 + 19]!;
  return (low + 0.5) / 0x10000 - 0.5;
}

/** Positions of all places, x at 2p and y at 2p + 1. Side 0 on the circle, every other outside it. */
export function placeOnRing(
  into: Float32Array,
  count: number,
  turns: Float64Array,
  ids: Uint8Array,
  sideOf: (place: number) => number,
): void {
  const band = bandOf(count);
  for (let place = 0; place < count; place++) {
    const scatter = band === 0 ? 0 : scatterOf(ids, place) * band;
    const side = sideOf(place) === 0 ? 0 : SIDE_STEP + band * 0.6;
    const radius = 1 + scatter + side;
    const angle = angleOf(turns[place]!);
    into[2 * place] = radius * Math.cos(angle);
    into[2 * place + 1] = radius * Math.sin(angle);
  }
}

/** A quadratic curve: two ends and what draws it aside. */
export interface Curve {
  x0: number;
  y0: number;
  cx: number;
  cy: number;
  x1: number;
  y1: number;
}

/** Fills `into` with a way across the ring, drawn towards its centre the more the nearer its ends. */
export function chord(into: Curve, x0: number, y0: number, x1: number, y1: number): Curve {
  const distance = Math.hypot(x1 - x0, y1 - y0);
  // Neighbours would have a straight line on the circle itself, where nothing could be seen of it;
  // drawn in too far they would all but meet in a needle.
  const middle = Math.hypot(x0 + x1, y0 + y1) / 2;
  const pull = middle === 0 ? 0 : Math.min(0.5, (0.6 * distance) / middle);
  into.x0 = x0;
  into.y0 = y0;
  into.x1 = x1;
  into.y1 = y1;
  into.cx = ((x0 + x1) / 2) * (1 - pull);
  into.cy = ((y0 + y1) / 2) * (1 - pull);
  return into;
}

/** A way above the leaves of a trie: an arch, higher for ends that lie further apart. */
export function arch(into: Curve, x0: number, y0: number, x1: number, y1: number): Curve {
  into.x0 = x0;
  into.y0 = y0;
  into.x1 = x1;
  into.y1 = y1;
  into.cx = (x0 + x1) / 2;
  into.cy = Math.min(y0, y1) - 0.12 - 0.35 * Math.abs(x1 - x0);
  return into;
}

export function curveX(curve: Curve, t: number): number {
  const s = 1 - t;
  return s * s * curve.x0 + 2 * s * t * curve.cx + t * t * curve.x1;
}

export function curveY(curve: Curve, t: number): number {
  const s = 1 - t;
  return s * s * curve.y0 + 2 * s * t * curve.cy + t * t * curve.y1;
}

/**
 * Labels around the circle that do not lie on each other: turns (ascending) are moved apart to at
 * least `gap`, each as little as a sweep to and fro can do. More than fit are left as they are.
 */
export function spreadLabels(turns: readonly number[], gap: number): number[] {
  const placed = [...turns];
  const count = placed.length;
  if (count < 2 || count * gap >= 1) return placed;
  for (let round = 0; round < 24; round++) {
    let moved = false;
    for (let i = 0; i < count; i++) {
      const next = (i + 1) % count;
      const wrap = next === 0 ? 1 : 0;
      const lack = gap - (placed[next]! + wrap - placed[i]!);
      if (lack <= 1e-9) continue;
      placed[i] = placed[i]! - lack / 2;
      placed[next] = placed[next]! + lack / 2;
      moved = true;
    }
    if (!moved) break;
  }
  return placed;
}
