/**
 * Where nodes do not hold together, each camp has a circle of its own with the arcs that its members take
 * for theirs, and its name: the sides of a cut, the rings that one has split into. The largest stands on the
 * ring itself. An arc up to somebody who is out of reach is thin: its owner has not noticed yet.
 *
 *     ── ring 1 ────────●━━━━━━━━━━━━━━●━━━━━━━━●──       what is said twice around the circle
 *     ── cut off ····●━━━━━━━━━━━━━━━━━━━━━━━━●···        has two owners
 */
import { believedEnd, type Camp, isBeyond, otherBelievers } from '../model/camps.ts';
import { turnOfText } from '../model/ids.ts';
import { clockText, countText } from '../model/words.ts';
import { screenX, screenY } from './camera.ts';
import { type DrawContext, label } from './draw-context.ts';
import { nameBeside, ringAround } from './key-layer.ts';
import { boxOfWord } from './label-board.ts';
import { hostColour } from './palette.ts';
import { ringX, ringY, sideStep } from './ring-geometry.ts';
import { ARCS_SHOWN, arcWidth, traceArc } from './ring-layer.ts';

/** How far inside the ring the name of a camp may stand, in pixels, and in which steps it is looked for. */
const NAME_NEAREST = 34;
const NAME_DEEPEST = 170;
const NAME_STEP = 8;
const NAME_SIZE = 13;
/** In a smaller ring there is room for a short name only, in pixels. */
const ROOMY = 170;

/** The circles of all camps with their arcs. Part of what is drawn once. */
export function drawCamps(draw: DrawContext): void {
  const { list } = draw.layout.camps;
  if (draw.layout.kind !== 'ring' || list.length < 2) return;
  const owns = draw.model.hello.peek()?.overlay === 'ring';
  for (const [rank, camp] of list.entries()) {
    if (rank > 0) drawCircle(draw, rank);
    if (owns && camp.places.length <= ARCS_SHOWN) drawArcs(draw, camp, rank);
  }
}

const circleOf = (draw: DrawContext, rank: number): number =>
  1 + sideStep(draw.layout.placeCount, rank);

function drawCircle(draw: DrawContext, rank: number): void {
  const { context, projection, palette } = draw;
  const radius = projection.scaleX * circleOf(draw, rank);
  context.beginPath();
  context.arc(screenX(projection, 0), screenY(projection, 0), radius, 0, 2 * Math.PI);
  context.lineWidth = 1;
  context.setLineDash([2, 5]);
  context.strokeStyle = palette.danger;
  context.stroke();
  context.setLineDash([]);
}

function drawArcs(draw: DrawContext, camp: Camp, rank: number): void {
  const { context, model, layout, palette } = draw;
  const { turns, nodeOf } = model;
  context.lineCap = 'butt';
  context.globalAlpha = 0.6;
  for (const [i, place] of camp.places.entries()) {
    const end = believedEnd(model, camp, i);
    const isWithin = layout.camps.campOf[end] === rank && model.isMember(nodeOf[end]);
    context.beginPath();
    traceArc(draw, turns[place], turns[end], end === place, circleOf(draw, rank));
    context.lineWidth = isWithin ? arcWidth(camp.places.length) : 2;
    context.strokeStyle = hostColour(nodeOf[place], palette.dark);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The name of each camp, inside the ring beside its longest arc, and who of it takes the chosen key. */
export function drawCampNames(draw: DrawContext, key: string | null): void {
  const { list } = draw.layout.camps;
  if (draw.layout.kind !== 'ring') return;
  const owns = draw.model.hello.peek()?.overlay === 'ring' && !isBeyond(draw.model, ARCS_SHOWN);
  if (owns && key !== null) nameOtherOwners(draw, key);
  if (draw.layout.isTight || list.length < 2) return;
  for (const [rank, camp] of list.entries()) if (camp.places.length > 0) drawName(draw, camp, rank);
}

function drawName(draw: DrawContext, camp: Camp, rank: number): void {
  const { context, projection, palette, labels } = draw;
  const turn = middleOfLongest(draw, camp);
  const text = projection.scaleX < ROOMY ? camp.name : titleOf(draw, camp, rank);
  context.font = `650 ${NAME_SIZE}px ${palette.font}`;
  const { width } = context.measureText(text);
  const at = (inside: number) => {
    const radius = 1 - (inside + (width / 2) * Math.abs(ringX(turn, 1))) / projection.scaleX;
    return {
      x: screenX(projection, ringX(turn, radius)),
      y: screenY(projection, ringY(turn, radius)),
    };
  };
  let found = at(NAME_NEAREST);
  for (let inside = NAME_NEAREST; inside <= NAME_DEEPEST; inside += NAME_STEP) {
    const tried = at(inside);
    if (!labels.isFree(boxOfWord(width, NAME_SIZE, tried.x, tried.y, 'center'))) continue;
    found = tried;
    break;
  }
  const colour = rank === 0 ? palette.node : palette.danger;
  const circle = circleOf(draw, rank);
  context.beginPath();
  context.moveTo(found.x, found.y);
  context.lineTo(
    screenX(projection, ringX(turn, circle)),
    screenY(projection, ringY(turn, circle)),
  );
  context.lineWidth = 1;
  context.strokeStyle = colour;
  context.stroke();
  label(draw, text, found.x, found.y, colour, 'center', 650, NAME_SIZE);
}

/** With how many nodes, and since when they are cut off. */
function titleOf(draw: DrawContext, camp: Camp, rank: number): string {
  const since = rank > 0 ? cutSince(draw) : '';
  return `${camp.name}: ${countText(camp.nodeCount, 'node')}${since}`;
}

/** When the network was cut. */
function cutSince({ model }: DrawContext): string {
  if (!model.isSplit) return '';
  const cut = model.history.peek().findLast(({ atMs, act }) => {
    return act.kind === 'partition' && atMs <= model.atMs;
  });
  return cut ? `, since ${clockText(cut.atMs)}` : '';
}

function middleOfLongest({ model }: DrawContext, camp: Camp): number {
  const { turns } = model;
  let longest = -1;
  let middle = 0;
  for (const [i, place] of camp.places.entries()) {
    const next = camp.places[(i + 1) % camp.places.length];
    const way = turns[next] - turns[place];
    const length = way <= 0 ? way + 1 : way;
    if (length <= longest) continue;
    longest = length;
    middle = (turns[place] + length / 2) % 1;
  }
  return middle;
}

/** Whoever takes the chosen key for its own, though it is another's. */
function nameOtherOwners(draw: DrawContext, key: string): void {
  const { model, palette, layout } = draw;
  const owner = model.keys.get(key)?.owner ?? -1;
  if (owner < 0) return;
  for (const place of otherBelievers(model, layout.camps, turnOfText(key), owner)) {
    ringAround(draw, place, palette.warn, 3);
    if (draw.markRadius >= 4) nameBeside(draw, place, 'takes it for its own', palette.warn);
  }
}
