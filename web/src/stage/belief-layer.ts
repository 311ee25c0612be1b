/**
 * What a node of a ring believes, drawn on a circle of its own inside the true one: the arc that it takes
 * for its own, up to whom it takes for the next one, and the nodes that it knows. Where both circles tell
 * the same, it is right.
 */
import { screenX, screenY } from './camera.ts';
import { type DrawContext, disc, label, placeX, placeY } from './draw-context.ts';
import { angleOf, ringX, ringY } from './ring-geometry.ts';
import { arcEnd } from './truth.ts';

/** The circle of beliefs, in radii of the true one. */
const INSIDE = 0.72;

export function drawBelief(draw: DrawContext, node: number): void {
  const { model, context, projection, palette } = draw;
  const own = model.placesOf(node)[0];
  if (own === undefined || !model.isMember(node)) return;
  const x = screenX(projection, 0);
  const y = screenY(projection, 0);
  const radius = projection.scaleX * INSIDE;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = 1;
  context.setLineDash([2, 5]);
  context.strokeStyle = palette.inkSoft;
  context.stroke();
  context.setLineDash([]);
  const next = model.successorOf[own];
  const isAlone = next === own || next < 0;
  const from = model.turns[own];
  const to = isAlone ? from + 1 : model.turns[next];
  const way = to - from <= 0 ? to - from + 1 : to - from;
  const isTrue = arcEnd(model.sortedPlaces, model.turns, own) === model.turns[isAlone ? own : next];
  const colour = isTrue ? palette.accent : palette.warn;
  context.beginPath();
  context.arc(x, y, radius, angleOf(from), angleOf(from) + way * 2 * Math.PI);
  context.lineWidth = 6;
  context.strokeStyle = colour;
  context.stroke();
  drawKnown(draw, own, radius);
  const words = isTrue ? 'it believes: mine' : 'it believes: mine. Not so';
  const middle = from + way / 2;
  const at = INSIDE - 0.09;
  label(
    draw,
    words,
    screenX(projection, ringX(middle, at)),
    screenY(projection, ringY(middle, at)),
    colour,
    'center',
    600,
    12,
  );
}

/** Whom it knows: a dot on the circle of beliefs, tied to where that node truly is. */
function drawKnown(draw: DrawContext, own: number, radius: number): void {
  const { model, context, projection, palette } = draw;
  const node = model.nodeOf[own];
  if (model.node?.node !== node) return;
  const known = new Set(model.node.rows.flatMap(({ contacts }) => contacts.map((one) => one.node)));
  known.delete(node);
  for (const one of [node, ...known]) {
    const place = model.placesOf(one)[0];
    if (place === undefined) continue;
    const x = screenX(projection, ringX(model.turns[place], INSIDE));
    const y = screenY(projection, ringY(model.turns[place], INSIDE));
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(placeX(draw, place), placeY(draw, place));
    context.lineWidth = 1;
    context.strokeStyle = palette.line;
    context.stroke();
    context.beginPath();
    disc(context, x, y, Math.min(6, radius / 12));
    context.fillStyle = one === node ? palette.accent : palette.paper;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = model.isMember(one) ? palette.accent : palette.danger;
    context.stroke();
  }
}
