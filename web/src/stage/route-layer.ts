/**
 * A lookup on its way: what was asked in thin lines, the path to the best answer in strong ones with
 * arrows, hops numbered, what never answered in red.
 */
import type { LookupView } from 'ringlight/scene';
import { turnOfText } from '../model/ids.ts';
import { powerOfTwo } from '../model/words.ts';
import {
  type DrawContext,
  diamond,
  disc,
  label,
  placeX,
  placeY,
  traceCurve,
  turnX,
  turnY,
  wayOf,
} from './draw-context.ts';
import { ringAround } from './key-layer.ts';
import { redrawMark } from './node-marks.ts';
import { drawHead } from './ring-layer.ts';
import { bestStep, momentOf, pathTo, type RouteLeg, routeOf } from './route.ts';
import { drawPath, ownDepth } from './trie-layer.ts';

export function drawRoute(
  draw: DrawContext,
  lookup: LookupView,
  step: number,
  selectedKey: string | null,
): void {
  const { context, palette, layout } = draw;
  const target = turnOfText(lookup.target);
  if (layout.kind === 'trie') drawPath(draw, target, ownDepth(draw, target), palette.key, true);
  if (lookup.target !== selectedKey) drawTarget(draw, target);
  const path = pathTo(lookup, bestStep(lookup, momentOf(lookup, step)));
  for (const leg of routeOf(lookup, step)) drawLeg(draw, leg);
  const start = draw.layout.homeOf(lookup.from);
  if (start >= 0) {
    redrawMark(draw, start);
    ringAround(draw, start, palette.route, 2.5);
  }
  drawHops(draw, lookup, path);
  if (step >= 0) {
    const asked = draw.layout.homeOf(lookup.steps[step]?.node ?? -1);
    if (asked >= 0) {
      context.globalAlpha = 0.35;
      ringAround(draw, asked, palette.route, 7);
      context.globalAlpha = 1;
    }
  }
}

function drawLeg(draw: DrawContext, leg: RouteLeg): void {
  const { context, palette } = draw;
  const from = draw.layout.homeOf(leg.from);
  const to = draw.layout.homeOf(leg.to);
  if (from < 0 || to < 0 || from === to) return;
  const failed = leg.standing === 'timeout' || leg.standing === 'error';
  const curve = wayOf(draw, from, to);
  context.beginPath();
  traceCurve(context, curve);
  context.strokeStyle = failed ? palette.danger : palette.route;
  context.lineWidth = leg.onPath ? 2.75 : 1.25;
  context.globalAlpha = leg.onPath ? 1 : failed ? 0.85 : leg.standing === 'waiting' ? 0.75 : 0.4;
  if (failed) context.setLineDash([4, 4]);
  else if (leg.standing === 'waiting') context.setLineDash([2, 4]);
  context.stroke();
  context.setLineDash([]);
  if (leg.onPath || failed) {
    const angle = Math.atan2(curve.y1 - curve.cy, curve.x1 - curve.cx);
    const back = Math.max(4, draw.markRadius + 3);
    const tipX = curve.x1 - Math.cos(angle) * back;
    const tipY = curve.y1 - Math.sin(angle) * back;
    drawHead(context, tipX, tipY, angle, leg.onPath ? 10 : 7);
    context.fillStyle = failed ? palette.danger : palette.route;
    context.fill();
  }
  context.globalAlpha = 1;
}

/** A number on each node of the path; in the trie how far from the target it still is. */
function drawHops(draw: DrawContext, lookup: LookupView, path: readonly number[]): void {
  const { context, palette, layout } = draw;
  const lift = Math.max(10, draw.markRadius + 8);
  const taken: number[] = [];
  // The last hop is what matters most: where there is no room, those before it go without a number.
  for (let i = path.length - 1; i >= 0; i--) {
    const step = lookup.steps[path[i]];
    const place = layout.homeOf(step.node);
    if (place < 0) continue;
    const x = placeX(draw, place);
    const y = placeY(draw, place);
    redrawMark(draw, place);
    ringAround(draw, place, palette.route, 2.5);
    if (isTaken(taken, x, y)) continue;
    taken.push(x, y);
    context.beginPath();
    disc(context, x + lift * 0.8, y - lift * 0.8, 8);
    context.fillStyle = palette.route;
    context.fill();
    context.font = `650 11px ${palette.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = palette.paper;
    context.fillText(String(i + 1), x + lift * 0.8, y - lift * 0.8 + 0.5);
    draw.labels.block({ x: x + lift * 0.8 - 8, y: y - lift * 0.8 - 8, width: 16, height: 16 });
    if (layout.kind === 'trie' && step.distanceBits !== null) {
      const text = `distance < ${powerOfTwo(step.distanceBits)}`;
      const middle = x + lift * 0.8;
      // At the right edge it stands left of its number.
      const room = draw.projection.width - middle - 14;
      const fits = context.measureText(text).width <= room;
      const at = fits ? middle + 14 : middle - 14;
      label(draw, text, at, y - lift * 0.8, palette.route, fits ? 'left' : 'right', 500, 11);
    }
  }
}

/** Two badges nearer than this lie on each other, in pixels. */
const BADGE_ROOM = 17;

function isTaken(taken: readonly number[], x: number, y: number): boolean {
  for (let i = 0; i < taken.length; i += 2) {
    if (Math.hypot(taken[i] - x, taken[i + 1] - y) < BADGE_ROOM) return true;
  }
  return false;
}

function drawTarget(draw: DrawContext, turn: number): void {
  const { context, palette } = draw;
  context.beginPath();
  diamond(context, turnX(draw, turn), turnY(draw, turn), 7);
  context.lineWidth = 2;
  context.strokeStyle = palette.key;
  context.fillStyle = palette.paper;
  context.fill();
  context.stroke();
}
