/**
 * Where somebody was: whoever left in good order is a dotted rim for a while, and beside it, beside those
 * that crashed and those that stand still is written when, as long as there are few of them.
 */
import { NodeState } from 'ringlight/scene';
import type { SceneModel } from '../model/scene-model.ts';
import { clockText } from '../model/words.ts';
import { type DrawContext, disc, placeX, placeY } from './draw-context.ts';
import { nameBeside } from './key-layer.ts';

/** So long somebody who left is remembered, in virtual time. */
const REMEMBERED_MS = 30_000;
/** More words would hide the picture. */
const WRITTEN = 6;
/** Where as many went by themselves, those that hands let go are not looked for among them. */
const NAMED_FROM = 64;
/** More rims would be a circle of their own. */
const RIMS = 600;

interface Graves {
  /** Who left a while ago at the most, as many as have a rim. */
  readonly left: number[];
  /** All whose fate is written, if they are few. */
  readonly told: number[];
  /** How many there are to tell of. */
  count: number;
}

export function drawGraves(draw: DrawContext): void {
  const { model, palette, layout } = draw;
  const graves = gravesOf(draw);
  for (const node of graves.left) drawRim(draw, node);
  if (layout.kind !== 'ring' || graves.count > WRITTEN || draw.markRadius < 4) return;
  for (const node of graves.told) {
    const place = model.placesOf(node)[0];
    const fate = model.fateOf(node);
    if (place === undefined || fate === null) continue;
    const when = fate.atMs === null ? '' : ` ${clockText(fate.atMs)}`;
    const isGone = model.stateOf[node] === NodeState.absent;
    nameBeside(draw, place, fate.how + when, isGone ? palette.inkSoft : palette.danger);
  }
}

const isMemberAgain = (state: number): boolean =>
  state === NodeState.up || state === NodeState.joining || state === NodeState.leaving;

/** Nodes that something has become of: as seen, and as was done. Looked through in each frame, so nothing is made of a crowd. */
function gravesOf({ model }: DrawContext): Graves {
  const graves: Graves = { left: [], told: [], count: 0 };
  for (const [node, { atMs }] of model.fates.seen) add(model, graves, node, atMs);
  for (const { atMs, act } of model.history.peek()) {
    if (atMs > model.atMs || graves.count > NAMED_FROM) break;
    if (act.kind !== 'crash' && act.kind !== 'leave' && act.kind !== 'pause') continue;
    for (const node of act.nodes) if (!model.fates.hasSeen(node)) add(model, graves, node, null);
  }
  return graves;
}

/** `seenMs`: when it was seen to go; null where only what was done can say it. */
function add(model: SceneModel, graves: Graves, node: number, seenMs: number | null): void {
  const state = model.stateOf[node];
  if (isMemberAgain(state)) return;
  if (state === NodeState.absent) {
    const atMs = seenMs ?? model.fateOf(node)?.atMs ?? null;
    if (atMs !== null && model.atMs - atMs > REMEMBERED_MS) return;
    if (graves.left.length < RIMS) graves.left.push(node);
  }
  if (graves.told.length <= WRITTEN && !graves.told.includes(node)) graves.told.push(node);
  graves.count++;
}

function drawRim(draw: DrawContext, node: number): void {
  const { context, palette, model } = draw;
  for (const place of model.placesOf(node)) {
    const x = placeX(draw, place);
    const y = placeY(draw, place);
    if (Number.isNaN(x)) continue;
    context.beginPath();
    disc(context, x, y, Math.max(3, draw.markRadius));
    context.fillStyle = palette.paper;
    context.fill();
    context.lineWidth = 1.5;
    context.setLineDash([1.5, 3]);
    context.strokeStyle = palette.inkSoft;
    context.stroke();
    context.setLineDash([]);
  }
}
