/**
 * What every layer is given to draw with: the canvas, where the world is on it, the colours, and the
 * scene as it stands at a moment. One object, filled anew for each frame.
 */
import type { SceneModel } from '../model/scene-model.ts';
import { type Projection, screenX, screenY } from './camera.ts';
import { boxOfWord, type LabelBoard } from './label-board.ts';
import type { StageLayout } from './layout.ts';
import type { Palette } from './palette.ts';
import { arch, bandOf, type Curve, chord, ringX, ringY, sideStep } from './ring-geometry.ts';
import { trieX } from './trie-geometry.ts';

export interface DrawContext {
  readonly model: SceneModel;
  readonly layout: StageLayout;
  readonly context: CanvasRenderingContext2D;
  readonly projection: Projection;
  readonly palette: Palette;
  /** Pixels from the middle of a node's mark to its rim. */
  readonly markRadius: number;
  /** How far from the middle of a ring keys lie, in radii. */
  readonly keysRadius: number;
  /** The scene's time. */
  readonly atMs: number;
  /** The viewer's, for what fades or pulses; stands still when less motion is asked for. */
  readonly nowMs: number;
  readonly calm: boolean;
  /** The words of this frame. */
  readonly labels: LabelBoard;
}

const TAU = 2 * Math.PI;

export function placeX(draw: DrawContext, place: number): number {
  return screenX(draw.projection, draw.layout.positions[2 * place]);
}

export function placeY(draw: DrawContext, place: number): number {
  return screenY(draw.projection, draw.layout.positions[2 * place + 1]);
}

/** Keys lie below the leaves of a trie. */
export const KEYS_Y = 0.9;
/** And on a ring just outside the circle, so that no node hides them: pixels from its rim. */
const KEYS_OUTSIDE = 7;

/** How far from the middle of the ring keys lie, in radii. */
export function keysRadius(layout: StageLayout, projection: Projection, mark: number): number {
  const side = sideStep(layout.placeCount, layout.camps.list.length - 1);
  return 1 + bandOf(layout.placeCount) / 2 + side + (mark + KEYS_OUTSIDE) / projection.scaleX;
}

/** Where a key is on the screen. */
export function turnX(draw: DrawContext, turn: number): number {
  const x = draw.layout.kind === 'ring' ? ringX(turn, draw.keysRadius) : trieX(turn);
  return screenX(draw.projection, x);
}

export function turnY(draw: DrawContext, turn: number): number {
  const y = draw.layout.kind === 'ring' ? ringY(turn, draw.keysRadius) : KEYS_Y;
  return screenY(draw.projection, y);
}

const CURVE: Curve = { x0: 0, y0: 0, cx: 0, cy: 0, x1: 0, y1: 0 };

/** The way between two points of the world, in pixels. The one object is used again and again. */
export function wayBetween(
  draw: DrawContext,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): Curve {
  const bend = draw.layout.kind === 'ring' ? chord : arch;
  const { projection } = draw;
  bend(CURVE, x0, y0, x1, y1);
  CURVE.x0 = screenX(projection, CURVE.x0);
  CURVE.y0 = screenY(projection, CURVE.y0);
  CURVE.cx = screenX(projection, CURVE.cx);
  CURVE.cy = screenY(projection, CURVE.cy);
  CURVE.x1 = screenX(projection, CURVE.x1);
  CURVE.y1 = screenY(projection, CURVE.y1);
  return CURVE;
}

/** The way between two places. */
export function wayOf(draw: DrawContext, from: number, to: number): Curve {
  const { positions } = draw.layout;
  return wayBetween(
    draw,
    positions[2 * from],
    positions[2 * from + 1],
    positions[2 * to],
    positions[2 * to + 1],
  );
}

export function traceCurve(context: CanvasRenderingContext2D, curve: Curve): void {
  context.moveTo(curve.x0, curve.y0);
  context.quadraticCurveTo(curve.cx, curve.cy, curve.x1, curve.y1);
}

/** The place of a node that is nearest to a turn, against the clock: where a copy of a key lies. */
export function placeBefore(draw: DrawContext, node: number, turn: number): number {
  let nearest = -1;
  let least = 2;
  for (const place of draw.model.placesOf(node)) {
    let way = turn - draw.model.turns[place];
    if (way < 0) way += 1;
    if (way >= least) continue;
    least = way;
    nearest = place;
  }
  return nearest;
}

export function disc(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
): void {
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, TAU);
}

export function diamond(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
): void {
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}

/** A word, written above all else at the end of the frame. */
export function label(
  draw: DrawContext,
  text: string,
  x: number,
  y: number,
  colour: string,
  align: CanvasTextAlign = 'center',
  weight = 500,
  size = 12,
): void {
  const { context, palette, labels } = draw;
  const font = `${weight} ${size}px ${palette.font}`;
  context.font = font;
  const { width } = context.measureText(text);
  const box = boxOfWord(width, size, x, y, align);
  labels.add({ text, x, y, colour, align, font, box });
}

/** All words of the frame, each on a ground of its own, so that it can be read on anything. */
export function writeLabels({ context, palette, labels }: DrawContext): void {
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 4;
  context.strokeStyle = palette.paper;
  for (const { text, x, y, align, font } of labels.words) {
    context.font = font;
    context.textAlign = align;
    context.strokeText(text, x, y);
  }
  for (const { text, x, y, colour, align, font } of labels.words) {
    context.font = font;
    context.textAlign = align;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }
}
