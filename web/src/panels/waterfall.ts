/**
 * A lookup as a waterfall: one row for each request, time to the right. A bar begins when the request
 * was sent and ends with its reply, or when it was given up.
 *
 *     node 4   ▐██████▌
 *     node 9   ▐█████████████▌
 *     node 2           ▐░░░░░░░░░░░░░░░░░░▌   no answer
 *              0      100      200      300 ms
 */
import type { LookupView } from 'ringlight/scene';
import { bestStep, momentOf, pathTo, type Standing, standingAt } from '../stage/route.ts';

export interface WaterfallBar {
  step: number;
  node: number;
  /** Shares of the whole time, 0..1. */
  from: number;
  to: number;
  standing: Standing;
  onPath: boolean;
  distanceBits: number | null;
  request: number;
  reply: number;
}

export interface Waterfall {
  bars: WaterfallBar[];
  /** How long the whole is, in ms. */
  spanMs: number;
  /** Round times to draw lines at, in ms. */
  ticksMs: number[];
}

/** The bars in the order of sending; what is not sent yet at the chosen step is not among them. */
export function layOut(lookup: LookupView, step: number, nowMs: number): Waterfall {
  const momentMs = momentOf(lookup, step);
  const open = Math.min(momentMs, lookup.endedMs ?? Math.max(nowMs, lookup.startedMs));
  let endMs = lookup.endedMs ?? open;
  for (const each of lookup.steps) endMs = Math.max(endMs, each.endedMs ?? each.sentMs);
  const spanMs = Math.max(1, endMs - lookup.startedMs);
  const share = (atMs: number) => Math.min(1, Math.max(0, (atMs - lookup.startedMs) / spanMs));
  const path = new Set(pathTo(lookup, bestStep(lookup, momentMs)));
  const bars: WaterfallBar[] = [];
  for (const [index, each] of lookup.steps.entries()) {
    const standing = standingAt(each, momentMs);
    if (standing === 'unsent') continue;
    const endedMs = standing === 'waiting' ? Math.max(each.sentMs, open) : each.endedMs;
    bars.push({
      step: index,
      node: each.node,
      from: share(each.sentMs),
      to: share(endedMs ?? open),
      standing,
      onPath: path.has(index),
      distanceBits: each.distanceBits,
      request: each.request,
      reply: each.reply,
    });
  }
  bars.sort((a, b) => a.from - b.from || a.step - b.step);
  return { bars, spanMs, ticksMs: ticksOf(spanMs, 5) };
}

/** Round numbers from 0 on, at most so many, the last not above `span`. */
export function ticksOf(span: number, most: number): number[] {
  if (!(span > 0)) return [0];
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((round) => round * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let i = 0; i * step <= span * (1 + 1e-9); i++) ticks.push(exact(i * step));
  return ticks;
}

/** 0.6, not 0.6000000000000001. */
const exact = (value: number) => Number(value.toPrecision(12));

/**
 * How long each step is shown when a lookup is played: as the gaps were, the whole in about
 * `totalMs` of the viewer's, and none so short that it is not seen.
 */
export function playGaps(lookup: LookupView, totalMs: number, leastMs: number): number[] {
  const ends = lookup.steps.map((_, step) => momentOf(lookup, step));
  const gaps = ends.map((end, i) => Math.max(0, end - (i === 0 ? lookup.startedMs : ends[i - 1])));
  const sum = gaps.reduce((all, gap) => all + gap, 0);
  return gaps.map((gap) => Math.max(leastMs, sum === 0 ? 0 : (gap / sum) * totalMs));
}
