/**
 * An attacker's nodes where they crowd, by name: those that stand side by side, with nobody honest between
 * them, are one thing, for that is what they do: they fill the space around a key.
 */
import type { SceneModel } from '../model/scene-model.ts';
import { type DrawContext, label, placeX, placeY } from './draw-context.ts';
import { nameBeside } from './key-layer.ts';

/** More crowds than this are everywhere, and the legend names them. */
const NAMED_UP_TO = 6;

/** Places that stand side by side, with nobody honest between them; null where they are everywhere. */
export function sybilCrowds(model: SceneModel): number[][] | null {
  const { sortedPlaces, isSybil, nodeOf } = model;
  const crowds: number[][] = [];
  let open: number[] | null = null;
  for (const place of sortedPlaces) {
    if (isSybil[nodeOf[place]] === 0) {
      open = null;
      continue;
    }
    if (open === null) {
      if (crowds.length === NAMED_UP_TO) return null;
      open = [];
      crowds.push(open);
    }
    open.push(place);
  }
  // The circle goes on over its top.
  const isOver = crowds.length > 1 && open !== null && isSybil[nodeOf[sortedPlaces[0]]] === 1;
  if (isOver) crowds[0] = [...crowds.pop()!, ...crowds[0]];
  return crowds;
}

export function drawSybilNames(draw: DrawContext): void {
  const { model, palette, layout } = draw;
  if (!model.hasSybils) return;
  for (const crowd of sybilCrowds(model) ?? []) {
    const text = crowd.length === 1 ? 'a Sybil' : `${crowd.length} Sybils`;
    const middle = crowd[crowd.length >> 1];
    if (layout.kind === 'ring') {
      nameBeside(draw, middle, text, palette.sybil);
      continue;
    }
    const x = Math.min(draw.projection.width - 36, Math.max(36, placeX(draw, middle)));
    label(draw, text, x, placeY(draw, middle) + 16, palette.sybil, 'center', 600, 12);
  }
}
