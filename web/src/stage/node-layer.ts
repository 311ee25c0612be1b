/**
 * What is said of a node that is looked at: its rim and its name, and whom it knows. On the ring its
 * contacts are thin lines; in a tree its buckets, or its path beside that of another.
 */
import { type DrawContext, label, placeX, placeY, traceCurve, wayOf } from './draw-context.ts';
import { ringAround } from './key-layer.ts';
import { isInside, redrawMark } from './node-marks.ts';
import { drawBuckets, drawFork } from './trie-layer.ts';

/** A rim around all places of a node; where nodes have no number of their own, also its name. */
export function markNode(draw: DrawContext, node: number, colour: string, width: number): void {
  for (const place of draw.model.placesOf(node)) {
    redrawMark(draw, place);
    ringAround(draw, place, colour, width);
  }
  const isNumbered = draw.markRadius >= 8;
  if (isNumbered && isInside(node)) return;
  const place = draw.layout.homeOf(node);
  if (place < 0) return;
  const x = placeX(draw, place);
  const y = placeY(draw, place);
  const above = isNumbered ? draw.markRadius + 14 : 16;
  if (!Number.isNaN(x)) label(draw, `node ${node}`, x, y - above, colour, 'center', 600, 12);
}

/** In a trie: the buckets of a node, or its path beside that of another. */
export function drawFromNode(draw: DrawContext, node: number, compared = -1): void {
  if (compared < 0) drawBuckets(draw, node);
  else drawFork(draw, node, compared);
}

/** On the ring: whom the inspected node knows, as thin lines to them. */
export function drawContacts(draw: DrawContext, node: number): void {
  const { model, context, palette, layout } = draw;
  const from = layout.homeOf(node);
  if (from < 0 || model.node?.node !== node) return;
  context.beginPath();
  for (const row of model.node.rows) {
    for (const contact of row.contacts) {
      const to = layout.homeOf(contact.node);
      if (to >= 0 && to !== from) traceCurve(context, wayOf(draw, from, to));
    }
  }
  context.lineWidth = 1;
  context.strokeStyle = palette.accent;
  context.globalAlpha = 0.35;
  context.stroke();
  context.globalAlpha = 1;
}
