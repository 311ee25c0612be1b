/**
 * The ring itself: the circle with its scale, the arcs of ownership, and successors that are not so.
 *
 * Each arc begins at its owner and runs clockwise to the next member, in the quiet colour of its host.
 * Of whom is selected the arc is strong, and its sector of the disc is tinted.
 */
import { isBeyond } from '../model/camps.ts';
import { screenX, screenY } from './camera.ts';
import { nextPlace } from './circle-order.ts';
import { type DrawContext, placeX, placeY } from './draw-context.ts';
import { faded, hostColour } from './palette.ts';
import { PointKind } from './points.ts';
import { angleOf, bandOf, ringX, ringY, STACKED_UP_TO } from './ring-geometry.ts';
import type { Deviations } from './truth.ts';

/** More arcs than this are thinner than their own gaps. */
export const ARCS_SHOWN = 500;
const TICKS = 64;
/** On a smaller ring there is no room for words inside. */
const SCALE_WRITTEN_FROM = 170;

/** The circle, its scale in sixteenths, and all arcs. Part of what is drawn once. */
export function drawRing(draw: DrawContext): void {
  const { context, projection, palette, layout, model } = draw;
  const x = screenX(projection, 0);
  const y = screenY(projection, 0);
  const radius = projection.scaleX;
  if (bandOf(layout.placeCount) === 0) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.lineWidth = 1;
    context.strokeStyle = palette.line;
    context.stroke();
  }
  drawScale(draw);
  if (layout.placeCount <= STACKED_UP_TO) drawLeaders(draw);
  if (model.hello.peek()?.overlay !== 'ring') return;
  // Where they are not one ring, each camp has its own (camp-layer.ts).
  if (isBeyond(model, ARCS_SHOWN) || layout.camps.list.length > 1) return;
  const members = model.sortedPlaces;
  context.lineCap = 'butt';
  context.lineWidth = arcWidth(members.length);
  for (let i = 0; i < members.length; i++) {
    const from = model.turns[members[i]];
    const to = model.turns[members[(i + 1) % members.length]];
    context.beginPath();
    traceArc(draw, from, to, members.length === 1);
    const owner = model.nodeOf[members[i]];
    const isSybil = model.isSybil[owner] === 1;
    context.strokeStyle = isSybil ? palette.sybil : hostColour(owner, palette.dark);
    context.globalAlpha = 0.55;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The arcs of so many, in pixels. */
export const arcWidth = (members: number): number => (members <= 64 ? 7 : 4);

/** From whoever stands inside or outside the circle to the point of it that is meant. */
function drawLeaders(draw: DrawContext): void {
  const { context, projection, palette, layout, model } = draw;
  const { positions } = layout;
  context.beginPath();
  for (let place = 0; place < layout.placeCount; place++) {
    if (layout.kinds[place] === PointKind.hidden) continue;
    const x = positions[2 * place];
    const y = positions[2 * place + 1];
    if (Math.abs(Math.hypot(x, y) - 1) < 0.01) continue;
    const turn = model.turns[place];
    context.moveTo(screenX(projection, x), screenY(projection, y));
    context.lineTo(screenX(projection, ringX(turn, 1)), screenY(projection, ringY(turn, 1)));
  }
  context.lineWidth = 1.5;
  context.strokeStyle = palette.node;
  context.stroke();
}

/** How far from the middle the scale begins, in radii. */
const scaleInner = (places: number): number => 1 - bandOf(places) / 2 - 0.065;

/** Hashes read clockwise from the top; four of them are written. */
function drawScale(draw: DrawContext): void {
  const { context, projection, palette, layout } = draw;
  const inner = scaleInner(layout.placeCount);
  context.beginPath();
  for (let tick = 0; tick < TICKS; tick++) {
    const turn = tick / TICKS;
    const length = tick % 16 === 0 ? 0.03 : tick % 4 === 0 ? 0.016 : 0.007;
    context.moveTo(
      screenX(projection, ringX(turn, inner)),
      screenY(projection, ringY(turn, inner)),
    );
    context.lineTo(
      screenX(projection, ringX(turn, inner - length)),
      screenY(projection, ringY(turn, inner - length)),
    );
  }
  context.lineWidth = 1;
  context.strokeStyle = faded(palette.inkSoft, 0.45);
  context.stroke();
  if (projection.scaleX < SCALE_WRITTEN_FROM) return;
  context.font = `10px ${palette.mono}`;
  context.fillStyle = palette.inkSoft;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { text, x, y } of scaleWords(draw)) context.fillText(text, x, y);
}

/** Four hashes, and where they are written. */
function scaleWords({ projection, layout }: DrawContext): { text: string; x: number; y: number }[] {
  const at = scaleInner(layout.placeCount) - 0.075;
  return ['00…', '40…', '80…', 'c0…'].map((text, quarter) => ({
    text,
    x: screenX(projection, ringX(quarter / 4, at)),
    y: screenY(projection, ringY(quarter / 4, at)),
  }));
}

const SCALE_WORD = { width: 26, height: 12 };

/** Other words do not lie on those of the scale. */
export function keepOffScale(draw: DrawContext): void {
  if (draw.projection.scaleX < SCALE_WRITTEN_FROM) return;
  const { width, height } = SCALE_WORD;
  for (const { x, y } of scaleWords(draw)) {
    draw.labels.block({ x: x - width / 2, y: y - height / 2, width, height });
  }
}

/** The arc that a place owns, strongly: from itself to whoever is next. */
export function drawOwnedArc(draw: DrawContext, place: number): void {
  const { context, projection, palette, model, layout } = draw;
  const next = nextPlace(layout.circle, place, 1, (one) => model.isMember(model.nodeOf[one]));
  if (next < 0) return;
  const from = model.turns[place];
  const to = model.turns[next];
  const whole = next === place;
  const x = screenX(projection, 0);
  const y = screenY(projection, 0);
  context.beginPath();
  context.moveTo(x, y);
  traceArc(draw, from, to, whole);
  context.closePath();
  const glow = context.createRadialGradient(x, y, projection.scaleX * 0.2, x, y, projection.scaleX);
  glow.addColorStop(0, faded(palette.accent, 0));
  glow.addColorStop(1, faded(palette.accent, palette.dark ? 0.28 : 0.16));
  context.fillStyle = glow;
  context.fill();
  context.beginPath();
  traceArc(draw, from, to, whole);
  context.lineWidth = bandOf(draw.layout.placeCount) > 0 ? 3 : 9;
  context.lineCap = 'butt';
  context.strokeStyle = palette.accent;
  context.stroke();
}

/** An arc inside the ring with a point at its end: from an owner to the key that it owns. */
export function drawReach(draw: DrawContext, from: number, to: number): void {
  const { context, projection, palette } = draw;
  const radius = 1 - bandOf(draw.layout.placeCount) / 2 - 0.045;
  const way = to - from < 0 ? to - from + 1 : to - from;
  if (way * projection.scaleX * 6.28 < 24) return;
  context.beginPath();
  const x = screenX(projection, 0);
  const y = screenY(projection, 0);
  const end = angleOf(from) + way * 2 * Math.PI;
  context.arc(x, y, radius * projection.scaleX, angleOf(from), end);
  context.lineWidth = 2;
  context.strokeStyle = palette.accent;
  context.stroke();
  const tipX = x + Math.cos(end) * radius * projection.scaleX;
  const tipY = y + Math.sin(end) * radius * projection.scaleX;
  drawHead(context, tipX, tipY, end + Math.PI / 2, 7);
  context.fillStyle = palette.accent;
  context.fill();
}

/** The outline of an arrow's head that points along an angle. */
export function drawHead(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  angle: number,
  size: number,
): void {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const wing = size * 0.5;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - cos * size - sin * wing, y - sin * size + cos * wing);
  context.lineTo(x - cos * size + sin * wing, y - sin * size - cos * wing);
  context.closePath();
}

/** `circle`: its radius, in those of the ring. */
export function traceArc(
  draw: DrawContext,
  from: number,
  to: number,
  whole: boolean,
  circle = 1,
): void {
  const { context, projection } = draw;
  const start = angleOf(from);
  const way = to - from <= 0 ? to - from + 1 : to - from;
  const end = start + (whole ? 1 : way) * 2 * Math.PI;
  const radius = projection.scaleX * circle;
  context.arc(screenX(projection, 0), screenY(projection, 0), radius, start, end);
}

/** Straight lines to whom places take for their successors, where that is not so. */
export function drawDeviations(draw: DrawContext, deviations: Deviations): void {
  if (deviations.count === 0) return;
  const { context, palette } = draw;
  context.beginPath();
  for (let i = 0; i < deviations.count; i++) {
    const from = deviations.links[2 * i];
    const to = deviations.links[2 * i + 1];
    context.moveTo(placeX(draw, from), placeY(draw, from));
    context.lineTo(placeX(draw, to), placeY(draw, to));
  }
  context.lineWidth = deviations.count > 200 ? 0.75 : 1.5;
  context.strokeStyle = palette.warn;
  context.globalAlpha = deviations.count > 200 ? 0.5 : 0.9;
  context.setLineDash([6, 3]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}
