/**
 * Keys: a diamond on the circle at the hash of each, its name outside. Of the selected one also who
 * owns it and where its copies are: the owner is the last node at or before the key, the copies lie on
 * the nodes before the owner, each tied to the key.
 *
 *     backup 2  backup 1    owner ─────▶ key        next node
 *     ────◇─────────◇─────────●───────────◆────────────●────▶
 */
import { type KeyView, NodeState } from 'ringlight/scene';
import { turnOfText } from '../model/ids.ts';
import { screenX, screenY } from './camera.ts';
import {
  type DrawContext,
  diamond,
  disc,
  KEYS_Y,
  label,
  placeBefore,
  placeX,
  placeY,
  traceCurve,
  turnX,
  turnY,
  wayBetween,
} from './draw-context.ts';
import { boxOfWord } from './label-board.ts';
import { redrawMark } from './node-marks.ts';
import { faded } from './palette.ts';
import { bandOf, ringX, ringY, spreadApart } from './ring-geometry.ts';
import { drawOwnedArc, drawReach } from './ring-layer.ts';
import { trieX } from './trie-geometry.ts';
import { drawPath, ownDepth } from './trie-layer.ts';

/** Named keys around the ring: as many as can be read. */
const NAMES_SHOWN = 40;
const LINE_PIXELS = 15;
/** Names stand so far outside their keys, in pixels. */
const NAME_DISTANCE = 13;

interface PlacedKey {
  view: KeyView;
  turn: number;
}

/** All keys that are watched, in the order of the circle. */
function placedKeys(draw: DrawContext): PlacedKey[] {
  const placed: PlacedKey[] = [];
  for (const view of draw.model.keys.values()) {
    if (view.state !== 'removed') placed.push({ view, turn: turnOfText(view.key) });
  }
  return placed.sort((a, b) => a.turn - b.turn);
}

export function drawKeys(draw: DrawContext, selected: string | null): void {
  const keys = placedKeys(draw);
  const size = keys.length > 200 ? 2.5 : keys.length > NAMES_SHOWN ? 3.5 : 5;
  if (draw.layout.kind === 'ring' && keys.length <= 200) drawStems(draw, keys);
  for (const { view, turn } of keys) {
    drawKeyMark(draw, turnX(draw, turn), turnY(draw, turn), size, view.state);
  }
  const isNamed =
    keys.length <= NAMES_SHOWN && !(draw.layout.isTight && draw.layout.kind === 'ring');
  const named = isNamed ? keys : keys.filter(({ view }) => view.key === selected);
  drawNames(draw, named, selected);
}

/**
 * A key, its state told by the form: full when it is safe, half full when it is unsafe, empty and crossed
 * out when it is lost.
 */
export function drawKeyMark(
  { context, palette }: DrawContext,
  x: number,
  y: number,
  size: number,
  state: KeyView['state'],
): void {
  context.beginPath();
  diamond(context, x, y, size);
  context.fillStyle = state === 'safe' ? palette.key : palette.paper;
  context.fill();
  if (state === 'safe') return;
  if (state === 'removed') {
    context.lineWidth = 1.5;
    context.setLineDash([2, 2]);
    context.strokeStyle = palette.inkSoft;
    context.stroke();
    context.setLineDash([]);
    return;
  }
  const colour = state === 'lost' ? palette.danger : palette.warn;
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.stroke();
  context.beginPath();
  if (state === 'lost') {
    const arm = size * 0.45;
    context.moveTo(x - arm, y - arm);
    context.lineTo(x + arm, y + arm);
    context.moveTo(x + arm, y - arm);
    context.lineTo(x - arm, y + arm);
    context.stroke();
    return;
  }
  context.moveTo(x - size, y);
  context.lineTo(x, y + size);
  context.lineTo(x + size, y);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

/** From each key to the point of the circle that it stands for. */
function drawStems(draw: DrawContext, keys: readonly PlacedKey[]): void {
  const { context, projection, palette } = draw;
  const foot = 1 + bandOf(draw.layout.placeCount) / 2 + 3 / projection.scaleX;
  context.beginPath();
  for (const { turn } of keys) {
    context.moveTo(screenX(projection, ringX(turn, foot)), screenY(projection, ringY(turn, foot)));
    context.lineTo(turnX(draw, turn), turnY(draw, turn));
  }
  context.lineWidth = 1.5;
  context.strokeStyle = palette.key;
  context.globalAlpha = 0.6;
  context.stroke();
  context.globalAlpha = 1;
}

function colourOf({ palette }: DrawContext, view: KeyView): string {
  if (view.state === 'lost') return palette.danger;
  return view.state === 'unsafe' ? palette.warn : palette.key;
}

function drawNames(draw: DrawContext, keys: readonly PlacedKey[], selected: string | null): void {
  const seen = keys.filter(({ turn }) => isInSight(draw, turn));
  if (draw.layout.kind === 'ring') drawNamesAround(draw, seen, selected);
  else drawNamesBelow(draw, seen, selected);
}

/** Who has come closer sees a part of the keys, and no names of the others. */
function isInSight(draw: DrawContext, turn: number): boolean {
  const { width, height } = draw.projection;
  const x = turnX(draw, turn);
  const y = turnY(draw, turn);
  return x >= 0 && x <= width && y >= 0 && y <= height;
}

/**
 * Names stand in two columns that follow the circle, one on either side, each name as high as its key
 * where there is room, and tied to it by a line.
 */
function drawNamesAround(
  draw: DrawContext,
  keys: readonly PlacedKey[],
  selected: string | null,
): void {
  const { projection } = draw;
  const radius = draw.keysRadius * projection.scaleX;
  for (const side of [1, -1]) {
    const column = keys
      .filter(({ turn }) => (ringX(turn, 1) >= 0 ? 1 : -1) === side)
      .map((key) => ({ ...key, y: ringY(key.turn, radius + NAME_DISTANCE) }))
      .sort((a, b) => a.y - b.y);
    const heights = spreadApart(
      column.map(({ y }) => y),
      LINE_PIXELS,
    );
    for (const [i, key] of column.entries()) {
      drawName(draw, key, side, heights[i], key.view.key === selected);
    }
  }
}

function drawName(
  draw: DrawContext,
  { view, turn }: PlacedKey,
  side: number,
  height: number,
  chosen: boolean,
): void {
  const { context, projection, palette } = draw;
  const reach = draw.keysRadius * projection.scaleX + NAME_DISTANCE;
  const across = Math.sqrt(Math.max(0, reach * reach - height * height));
  const x = screenX(projection, 0) + side * Math.max(4, across);
  const edge = LINE_PIXELS / 2;
  const y = Math.min(projection.height - edge, Math.max(edge, screenY(projection, 0) + height));
  const keyX = turnX(draw, turn);
  const keyY = turnY(draw, turn);
  const away = Math.hypot(x - keyX, y - keyY);
  if (away > 10) {
    context.beginPath();
    context.moveTo(keyX + ((x - keyX) / away) * 6, keyY + ((y - keyY) / away) * 6);
    context.lineTo(x - side * 2, y);
    context.lineWidth = 1;
    context.strokeStyle = faded(palette.key, chosen ? 0.9 : 0.4);
    context.stroke();
  }
  const colour = chosen ? colourOf(draw, view) : palette.inkSoft;
  const align = side > 0 ? 'left' : 'right';
  const [weight, size] = chosen ? [650, 14] : [450, 12];
  const text = titleOf(view);
  context.font = `${weight} ${size}px ${palette.font}`;
  // It stays on the picture, if need be over its own line.
  const room = context.measureText(text).width + 4;
  const at = side > 0 ? Math.min(x + 2, projection.width - room) : Math.max(x - 2, room);
  label(draw, text, at, y, colour, align, weight, size);
}

function drawNamesBelow(
  draw: DrawContext,
  keys: readonly PlacedKey[],
  selected: string | null,
): void {
  /** Spans of names that stand there already; the selected one comes first. */
  const taken: number[] = [];
  const isChosen = ({ view }: PlacedKey) => Number(view.key === selected);
  for (const { view, turn } of keys.toSorted((a, b) => isChosen(b) - isChosen(a))) {
    const x = turnX(draw, turn);
    const chosen = view.key === selected;
    const text = titleOf(view);
    const half = text.length * (chosen ? 4.5 : 3.5) + 6;
    if (taken.some((middle, i) => i % 2 === 0 && Math.abs(middle - x) < half + taken[i + 1])) {
      continue;
    }
    taken.push(x, half);
    const colour = chosen ? colourOf(draw, view) : draw.palette.inkSoft;
    const y = turnY(draw, turn) + 14;
    label(draw, text, x, y, colour, 'center', chosen ? 650 : 450, chosen ? 14 : 12);
  }
}

function titleOf(view: KeyView): string {
  return view.name ?? view.key.slice(0, 6);
}

/** Who owns the selected key and why, and where its copies are. Lies below the marks of nodes. */
export function drawOwnership(draw: DrawContext, key: string): void {
  const view = draw.model.keys.get(key);
  const turn = turnOfText(key);
  if (draw.layout.kind === 'trie') {
    drawPath(draw, turn, ownDepth(draw, turn), draw.palette.key, true);
  } else if (view && view.owner >= 0 && draw.model.hello.peek()?.overlay === 'ring') {
    drawOwnedArc(draw, view.owner);
    drawReach(draw, draw.model.turns[view.owner], turn);
  }
  if (view) drawTies(draw, view, turn);
}

const hasLeft = ({ model }: DrawContext, node: number): boolean =>
  model.stateOf[node] === NodeState.absent;

function drawTies(draw: DrawContext, view: KeyView, turn: number): void {
  const { context, palette, model, layout } = draw;
  const ring = layout.kind === 'ring';
  const owner = view.owner >= 0 ? model.nodeOf[view.owner] : -1;
  for (const holder of view.holders) {
    if ((holder === owner && ring) || hasLeft(draw, holder)) continue;
    const place = placeBefore(draw, holder, turn);
    if (place < 0 || Number.isNaN(layout.positions[2 * place])) continue;
    const living = model.isMember(holder);
    const fromX = ring ? ringX(turn, 0.985) : trieX(turn);
    const fromY = ring ? ringY(turn, 0.985) : KEYS_Y;
    const curve = wayBetween(
      draw,
      fromX,
      fromY,
      layout.positions[2 * place],
      layout.positions[2 * place + 1],
    );
    context.beginPath();
    traceCurve(context, curve);
    context.lineWidth = living ? 2 : 1.25;
    context.strokeStyle =
      holder === owner ? palette.accent : living ? palette.copy : palette.danger;
    if (!living) context.setLineDash([3, 4]);
    context.globalAlpha = living ? 0.9 : 0.6;
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }
}

/** What is said of the nodes of the selected key: the owner's rim, copies with their number. */
export function drawHolders(draw: DrawContext, key: string): void {
  const view = draw.model.keys.get(key);
  if (!view) return;
  const { context, palette, model, layout } = draw;
  const turn = turnOfText(key);
  const owned = model.hello.peek()?.overlay === 'ring';
  const owner = view.owner >= 0 ? model.nodeOf[view.owner] : -1;
  const named = owned && layout.kind === 'ring' && draw.markRadius >= 4 && view.holders.length <= 9;
  const before = (holder: number) => {
    const way = turn - model.turns[Math.max(0, placeBefore(draw, holder, turn))];
    return way < 0 ? way + 1 : way;
  };
  // Whoever left in good order has handed on what it had.
  const copies = view.holders.filter(
    (holder) => (holder !== owner || !owned) && !hasLeft(draw, holder),
  );
  copies.sort((a, b) => before(a) - before(b));
  if (owned && view.owner >= 0) {
    redrawMark(draw, view.owner);
    ringAround(draw, view.owner, palette.accent, 3);
    if (named) nameBeside(draw, view.owner, 'owner', palette.accent);
  }
  let backups = 0;
  for (const holder of copies) {
    const place = placeBefore(draw, holder, turn);
    if (place < 0) continue;
    const living = model.isMember(holder);
    const colour = living ? palette.copy : palette.danger;
    redrawMark(draw, place);
    ringAround(draw, place, colour, 2.5);
    // When it crashed is written there anyway.
    const isTold = !living && model.fateOf(holder) !== null;
    if (named && !isTold) {
      nameBeside(draw, place, living ? `backup ${++backups}` : 'copy gone', colour);
    }
  }
  const x = turnX(draw, turn);
  const y = turnY(draw, turn);
  context.beginPath();
  diamond(context, x, y, 10);
  context.fillStyle = palette.paper;
  context.fill();
  drawKeyMark(draw, x, y, 8, view.state);
}

/** A rim around a place, in the colour of what it is. */
export function ringAround(draw: DrawContext, place: number, colour: string, width: number): void {
  const { context } = draw;
  if (Number.isNaN(draw.layout.positions[2 * place])) return;
  context.beginPath();
  const radius = Math.max(5, draw.markRadius + 1 + width / 2);
  disc(context, placeX(draw, place), placeY(draw, place), radius);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
}

/** How far inside the ring a word may stand, in pixels, and in which steps a place for it is looked for. */
const WORD_DEEPEST = 130;
const WORD_STEP = 6;
const WORD_SIZE = 12;
/** A word that stands farther from its place is tied to it, in pixels. */
const WORD_TIED = 24;

/** A word inside the ring beside a place, as near to it as it lies on nothing. */
export function nameBeside(draw: DrawContext, place: number, text: string, colour: string): void {
  const turn = draw.model.turns[place];
  const { projection, context, palette, labels } = draw;
  const own = Math.hypot(draw.layout.positions[2 * place], draw.layout.positions[2 * place + 1]);
  const side = ringX(turn, 1);
  const align = side > 0.25 ? 'right' : side < -0.25 ? 'left' : 'center';
  context.font = `600 ${WORD_SIZE}px ${palette.font}`;
  const { width } = context.measureText(text);
  const at = (inside: number) => {
    const radius = Math.min(1, own) - inside / projection.scaleX;
    return {
      x: screenX(projection, ringX(turn, radius)),
      y: screenY(projection, ringY(turn, radius)),
    };
  };
  const first = draw.markRadius + 12;
  let found = at(first);
  let deep = first;
  for (let inside = first; inside <= WORD_DEEPEST; inside += WORD_STEP) {
    const tried = at(inside);
    if (!labels.isFree(boxOfWord(width, WORD_SIZE, tried.x, tried.y, align))) continue;
    found = tried;
    deep = inside;
    break;
  }
  if (deep > first + WORD_TIED) tie(draw, place, found, colour);
  label(draw, text, found.x, found.y, colour, align, 600, WORD_SIZE);
}

/** A line from a word to the place that it is about. */
function tie(draw: DrawContext, place: number, to: { x: number; y: number }, colour: string): void {
  const { context } = draw;
  const x = placeX(draw, place);
  const y = placeY(draw, place);
  const away = Math.hypot(to.x - x, to.y - y);
  const rim = (draw.markRadius + 3) / Math.max(1, away);
  context.beginPath();
  context.moveTo(x + (to.x - x) * rim, y + (to.y - y) * rim);
  context.lineTo(to.x, to.y);
  context.lineWidth = 1;
  context.strokeStyle = faded(colour, 0.6);
  context.stroke();
}
