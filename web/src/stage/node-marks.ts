/**
 * Nodes as shapes, each state told by its form and not by its colour alone.
 *
 *     ●  up        ⊗  crashed: hollow, crossed out       ◌  joining: a dashed rim
 *     ⏸  paused: hollow, with two bars                   ▲  a Sybil
 */

import type { StageLayout } from './layout.ts';
import { hostColour } from './palette.ts';
import { PointKind } from './points.ts';
import { disc, placeX, placeY, type Sight } from './sight.ts';

/** A number fits into a mark of this radius. */
const NUMBERED_RADIUS = 8;
const LARGEST_RADIUS = 11;
const SMALLEST_RADIUS = 2.2;
/** Of the room that each has on average; some stand closer. */
const SHARE_OF_ROOM = 0.38;

/** Pixels that a mark may take when so many stand side by side along a line so long. */
export function markRadius(layout: StageLayout, scaleX: number): number {
  const along = (layout.kind === 'ring' ? 2 * Math.PI : 2) * scaleX;
  const room = along / Math.max(1, layout.placeCount);
  return Math.min(LARGEST_RADIUS, Math.max(SMALLEST_RADIUS, room * SHARE_OF_ROOM));
}

/** Draws these places, the healthy first, so that trouble lies on top. */
export function drawNodeMarks(sight: Sight, places: Uint32Array, count: number): void {
  if (sight.markRadius >= NUMBERED_RADIUS) {
    drawNumbered(sight, places, count);
    return;
  }
  for (const kind of [PointKind.up, PointKind.sybil, PointKind.joining, PointKind.paused]) {
    drawKind(sight, places, count, kind);
  }
  drawKind(sight, places, count, PointKind.crashed);
}

/** A few are drawn one by one, each with its number, so that whoever is on top can be read. */
function drawNumbered(sight: Sight, places: Uint32Array, count: number): void {
  const { context, palette, markRadius: radius } = sight;
  const { kinds } = sight.layout;
  const many = sight.layout.placeCount > sight.model.nodeCount;
  context.font = `600 ${radius >= 10 ? 11 : 9.5}px ${palette.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let i = 0; i < count; i++) {
    const place = places[i]!;
    const kind = kinds[place]!;
    const node = sight.model.nodeOf[place]!;
    const x = placeX(sight, place);
    const y = placeY(sight, place);
    context.beginPath();
    disc(context, x, y, radius + 1.5);
    context.fillStyle = palette.paper;
    context.fill();
    context.beginPath();
    traceMark(sight, kind, x, y, radius);
    paintMark(sight, kind, radius);
    if (many && kind === PointKind.up) {
      context.fillStyle = hostColour(node, palette.dark);
      context.fill();
    }
    if (kind !== PointKind.up && kind !== PointKind.sybil) continue;
    context.fillStyle = palette.paper;
    // The middle of a triangle is lower than that of a disc.
    context.fillText(String(node), x, y + (kind === PointKind.sybil ? 2 : 0.5));
  }
}

const ONE = new Uint32Array(1);

/** Brings a place to the top of those that it shares its pixels with. */
export function redrawMark(sight: Sight, place: number): void {
  if (sight.markRadius < NUMBERED_RADIUS || sight.layout.kinds[place] === PointKind.hidden) return;
  ONE[0] = place;
  drawNumbered(sight, ONE, 1);
}

function drawKind(sight: Sight, places: Uint32Array, count: number, kind: number): void {
  const { kinds } = sight.layout;
  const many = sight.layout.placeCount > sight.model.nodeCount;
  const { context } = sight;
  let open = false;
  for (let i = 0; i < count; i++) {
    const place = places[i]!;
    if (kinds[place] !== kind) continue;
    if (!open) {
      context.beginPath();
      open = true;
    }
    traceMark(sight, kind, placeX(sight, place), placeY(sight, place), sight.markRadius);
    // Identities of one host share a colour, so each is painted by itself.
    if (kind !== PointKind.up || !many) continue;
    context.fillStyle = hostColour(sight.model.nodeOf[place]!, sight.palette.dark);
    context.fill();
    context.beginPath();
  }
  if (open && !(kind === PointKind.up && many)) paintMark(sight, kind, sight.markRadius);
}

/** Adds the outline of a mark to the path. */
export function traceMark(
  { context }: Sight,
  kind: number,
  x: number,
  y: number,
  radius: number,
): void {
  if (kind === PointKind.sybil) {
    context.moveTo(x, y - radius * 1.15);
    context.lineTo(x + radius, y + radius * 0.75);
    context.lineTo(x - radius, y + radius * 0.75);
    context.closePath();
    return;
  }
  disc(context, x, y, kind === PointKind.crashed ? radius * 0.85 : radius);
  if (radius < 3) return;
  const arm = radius * 0.4;
  if (kind === PointKind.crashed) {
    context.moveTo(x - arm, y - arm);
    context.lineTo(x + arm, y + arm);
    context.moveTo(x + arm, y - arm);
    context.lineTo(x - arm, y + arm);
  } else if (kind === PointKind.paused) {
    context.moveTo(x - arm / 1.4, y - arm);
    context.lineTo(x - arm / 1.4, y + arm);
    context.moveTo(x + arm / 1.4, y - arm);
    context.lineTo(x + arm / 1.4, y + arm);
  }
}

/** Fills or strokes the path of marks of a kind. */
export function paintMark({ context, palette }: Sight, kind: number, radius: number): void {
  const thin = radius < 4 ? 1 : 1.5;
  if (kind === PointKind.up || kind === PointKind.sybil) {
    context.fillStyle = kind === PointKind.up ? palette.node : palette.sybil;
    context.fill();
    return;
  }
  context.fillStyle = palette.paper;
  context.fill();
  context.lineWidth = thin;
  context.strokeStyle =
    kind === PointKind.crashed
      ? palette.danger
      : kind === PointKind.paused
        ? palette.warn
        : palette.node;
  if (kind === PointKind.joining) context.setLineDash([2.5, 2.5]);
  context.stroke();
  context.setLineDash([]);
}
