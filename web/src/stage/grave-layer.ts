/**
 * Where somebody was: whoever left in good order is a dotted rim for a while, and beside it, beside those
 * that crashed and those that stand still is written when, as long as there are few of them.
 */
import { NodeState } from 'ringlight/scene';
import { clockText } from '../model/words.ts';
import { type DrawContext, disc, placeX, placeY } from './draw-context.ts';
import { nameBeside } from './key-layer.ts';

/** So long somebody who left is remembered, in virtual time. */
const REMEMBERED_MS = 30_000;
/** More words would hide the picture. */
const WRITTEN = 6;

export function drawGraves(draw: DrawContext): void {
  const { model, palette, layout } = draw;
  const graves: { node: number; text: string; isGone: boolean }[] = [];
  for (const node of lastSeen(draw)) {
    const state = model.stateOf[node];
    const fate = model.fateOf(node);
    if (fate === null || isMemberAgain(state)) continue;
    const isGone = state === NodeState.absent;
    if (isGone && fate.atMs !== null && model.atMs - fate.atMs > REMEMBERED_MS) continue;
    const when = fate.atMs === null ? '' : ` ${clockText(fate.atMs)}`;
    graves.push({ node, text: fate.how + when, isGone });
  }
  for (const { node, isGone } of graves) if (isGone) drawRim(draw, node);
  if (layout.kind !== 'ring' || graves.length > WRITTEN || draw.markRadius < 4) return;
  for (const { node, text, isGone } of graves) {
    const place = model.placesOf(node)[0];
    if (place !== undefined)
      nameBeside(draw, place, text, isGone ? palette.inkSoft : palette.danger);
  }
}

const isMemberAgain = (state: number): boolean =>
  state === NodeState.up || state === NodeState.joining || state === NodeState.leaving;

/** Nodes that something has become of: as seen, and as was done. Of a crowd nobody is named. */
function lastSeen({ model }: DrawContext): Set<number> {
  const nodes = new Set<number>();
  for (const [node] of model.fates.seen) nodes.add(node);
  for (const { atMs, act } of model.history.peek()) {
    if (atMs > model.atMs || nodes.size > 64) break;
    if (act.kind === 'crash' || act.kind === 'leave' || act.kind === 'pause') {
      for (const node of act.nodes) nodes.add(node);
    }
  }
  return nodes;
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
