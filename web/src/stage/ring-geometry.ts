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
/** Those who do not hold with the most stand outside them by so much and a part of the band. */
const SIDE_STEP = 0.09;
/** Camps beyond these share the outermost circle. */
const CIRCLES_OUTSIDE = 2;

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

/** How far outside the circle a camp stands, the largest being 0. */
export function sideStep(places: number, camp = 1): number {
  return Math.min(camp, CIRCLES_OUTSIDE) * (SIDE_STEP + bandOf(places) * 0.6);
}

/** Where in the band a place stands: -0.5..0.5, evenly spread and always the same for an id. */
export function scatterOf(ids: Uint8Array, place: number): number {
  const low = (ids[place * 20 + 18] << 8) | ids[place * 20 + 19];
  return (low + 0.5) / 0x10000 - 0.5;
}

/**
 * Positions of all places, x at 2p and y at 2p + 1. Camp 0 on the circle, every other outside it; those
 * that are stacked so far inside.
 */
export function placeOnRing(
  into: Float32Array,
  count: number,
  turns: Float64Array,
  ids: Uint8Array,
  campOf: Uint8Array,
  inside: Float32Array,
): void {
  const band = bandOf(count);
  for (let place = 0; place < count; place++) {
    const scatter = band === 0 ? 0 : scatterOf(ids, place) * band;
    const side = sideStep(count, campOf[place]);
    const radius = 1 + scatter + side - inside[place];
    const angle = angleOf(turns[place]);
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
 * Moves values (ascending) apart to at least `gap`, all together as little as can be (least squares):
 * those that crowd form a group around their common middle, and groups that meet become one.
 */
export function spreadApart(wanted: readonly number[], gap: number): number[] {
  /** Groups: where the first of each begins, and how many are in it. */
  const starts: number[] = [];
  const counts: number[] = [];
  for (const value of wanted) {
    let start = value;
    let count = 1;
    for (;;) {
      const before = starts.length - 1;
      if (before < 0 || starts[before] + counts[before] * gap <= start) break;
      // In a group the i-th stands at start + i × gap; the best start is the mean of what each wants.
      const size = counts[before];
      start = (starts[before] * size + (start - size * gap) * count) / (size + count);
      count += size;
      starts.pop();
      counts.pop();
    }
    starts.push(start);
    counts.push(count);
  }
  return starts.flatMap((start, group) =>
    Array.from({ length: counts[group] }, (_, i) => start + i * gap),
  );
}

/** Up to so many places have marks so large that neighbours hide each other. */
export const STACKED_UP_TO = 64;
/** Nobody is stacked deeper than this, in radii: the middle is for messages. */
const DEEPEST_STACK = 0.5;

/**
 * For each place of a small world how far inside the circle it stands, in radii: neighbours nearer than
 * `touching` of one camp would lie on each other, and go one behind the other. `order` is by turn; those that are
 * not shown have no say.
 */
export function stackInside(
  order: Uint32Array,
  turns: Float64Array,
  shown: (place: number) => boolean,
  touching: number,
  campOf: Uint8Array,
): Float32Array {
  const depths = new Float32Array(order.length);
  if (order.length > STACKED_UP_TO) return depths;
  const levels = 1 + Math.floor(DEEPEST_STACK / touching);
  const levelOf = new Uint8Array(order.length);
  const placed: number[] = [];
  for (const place of order) {
    if (!shown(place)) continue;
    let level = 0;
    const touches = (other: number) => {
      const way = Math.abs(turns[other] - turns[place]);
      // Further inside the same turn is a shorter way.
      const room = touching / TURN / (1 - level * touching);
      const isNear = Math.min(way, 1 - way) < room;
      return isNear && levelOf[other] === level && campOf[other] === campOf[place];
    };
    while (level < levels - 1 && placed.some(touches)) level++;
    levelOf[place] = level;
    depths[place] = level * touching;
    placed.push(place);
  }
  return depths;
}
