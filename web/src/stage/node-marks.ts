/**
 * Nodes as shapes, each state told by its form and not by its colour alone.
 *
 *     ●  up        ⊗  crashed: hollow, crossed out       ◌  joining: a dashed rim
 *     ⏸  paused: hollow, with two bars                   ▲  a Sybil
 */

import { type Box, overlap } from './callouts.ts';
import { type DrawContext, disc, placeX, placeY } from './draw-context.ts';
import { boxOfWord } from './label-board.ts';
import type { StageLayout } from './layout.ts';
import { hostColour } from './palette.ts';
import { PointKind } from './points.ts';
import { bandOf } from './ring-geometry.ts';

/** A number fits into a mark of this radius. */
const NUMBERED_RADIUS = 8;
const LARGEST_RADIUS = 11;
/** Where there is little room: just so large that a number fits. */
const TIGHT_RADIUS = NUMBERED_RADIUS;
const SMALLEST_RADIUS = 2.2;
/** Longer numbers stand below their marks. */
const DIGITS_INSIDE = 3;
const NUMBER_SIZE = 11;
/** Where more are in sight there is no room for words between them. */
const NUMBERED_BELOW = 300;
/** Of the room that each has on average; some stand closer. */
const SHARE_OF_ROOM = 0.38;

/** Pixels that a mark may take when so many stand side by side along a line so long, or in a band so wide. */
export function markRadius(layout: StageLayout, scaleX: number): number {
  const along = (layout.kind === 'ring' ? 2 * Math.PI : 2) * scaleX;
  const places = Math.max(1, layout.placeCount);
  const across = layout.kind === 'ring' ? bandOf(places) * scaleX : 0;
  const room = Math.max(along / places, Math.sqrt((along * across) / places));
  return Math.min(largestMark(layout), Math.max(SMALLEST_RADIUS, room * SHARE_OF_ROOM));
}

export const largestMark = ({ isTight }: Pick<StageLayout, 'isTight'>): number =>
  isTight ? TIGHT_RADIUS : LARGEST_RADIUS;

/** Draws these places, the healthy first, so that trouble lies on top. */
export function drawNodeMarks(draw: DrawContext, places: Uint32Array, count: number): void {
  if (draw.markRadius >= NUMBERED_RADIUS) {
    drawNumbered(draw, places, count);
    numberBelow(draw, places, count);
    return;
  }
  for (const kind of [PointKind.up, PointKind.sybil, PointKind.joining, PointKind.paused]) {
    drawKind(draw, places, count, kind);
  }
  drawKind(draw, places, count, PointKind.crashed);
}

/** A few are drawn one by one, each with its number, so that whoever is on top can be read. */
function drawNumbered(draw: DrawContext, places: Uint32Array, count: number): void {
  const { context, palette, markRadius: radius } = draw;
  const { kinds } = draw.layout;
  const many = draw.layout.placeCount > draw.model.nodeCount;
  context.font = `600 ${radius >= 10 ? 11 : 9.5}px ${palette.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let i = 0; i < count; i++) {
    const place = places[i];
    const kind = kinds[place];
    const node = draw.model.nodeOf[place];
    const x = placeX(draw, place);
    const y = placeY(draw, place);
    context.beginPath();
    disc(context, x, y, radius + 1.5);
    context.fillStyle = palette.paper;
    context.fill();
    context.beginPath();
    traceMark(draw, kind, x, y, radius);
    paintMark(draw, kind, radius);
    if (many && kind === PointKind.up) {
      context.fillStyle = hostColour(node, palette.dark);
      context.fill();
    }
    if (kind !== PointKind.up && kind !== PointKind.sybil) continue;
    if (!isInside(node)) continue;
    context.fillStyle = palette.paper;
    // The middle of a triangle is lower than that of a disc.
    context.fillText(String(node), x, y + (kind === PointKind.sybil ? 2 : 0.5));
  }
}

/** Has the number of a node room in its mark? */
export const isInside = (node: number): boolean => node < 10 ** DIGITS_INSIDE;

/** Numbers that are longer than a mark is wide: below it, where they lie on nothing. */
function numberBelow(draw: DrawContext, places: Uint32Array, count: number): void {
  const { context, palette, markRadius: radius, model } = draw;
  if (count > NUMBERED_BELOW) return;
  const taken: Box[] = [];
  for (let i = 0; i < count; i++) {
    const [x, y] = [placeX(draw, places[i]), placeY(draw, places[i])];
    taken.push({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius });
  }
  context.font = `600 ${NUMBER_SIZE}px ${palette.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = palette.paper;
  context.fillStyle = palette.ink;
  for (let i = 0; i < count; i++) {
    const node = model.nodeOf[places[i]];
    if (isInside(node)) continue;
    const text = String(node);
    const [x, y] = [placeX(draw, places[i]), placeY(draw, places[i]) + radius + NUMBER_SIZE];
    const box = boxOfWord(context.measureText(text).width, NUMBER_SIZE, x, y, 'center');
    if (taken.some((other) => overlap(box, other) > 0)) continue;
    taken.push(box);
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

const ONE = new Uint32Array(1);

/** Brings a place to the top of those that it shares its pixels with. */
export function redrawMark(draw: DrawContext, place: number): void {
  if (draw.markRadius < NUMBERED_RADIUS || draw.layout.kinds[place] === PointKind.hidden) return;
  ONE[0] = place;
  drawNumbered(draw, ONE, 1);
}

function drawKind(draw: DrawContext, places: Uint32Array, count: number, kind: number): void {
  const { kinds } = draw.layout;
  const many = draw.layout.placeCount > draw.model.nodeCount;
  const { context } = draw;
  let open = false;
  for (let i = 0; i < count; i++) {
    const place = places[i];
    if (kinds[place] !== kind) continue;
    if (!open) {
      context.beginPath();
      open = true;
    }
    traceMark(draw, kind, placeX(draw, place), placeY(draw, place), draw.markRadius);
    // Identities of one host share a colour, so each is painted by itself.
    if (kind !== PointKind.up || !many) continue;
    context.fillStyle = hostColour(draw.model.nodeOf[place], draw.palette.dark);
    context.fill();
    context.beginPath();
  }
  if (open && !(kind === PointKind.up && many)) paintMark(draw, kind, draw.markRadius);
}

/** Adds the outline of a mark to the path. */
export function traceMark(
  { context }: DrawContext,
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
export function paintMark({ context, palette }: DrawContext, kind: number, radius: number): void {
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
