/**
 * Messages on their way: arrow heads that fly from sender to receiver in the scene's own time. What is
 * lost turns red half-way and stops there. Where time runs so fast that a flight would last less than
 * a frame or two, what has just arrived is still seen for a moment.
 */
import type { Flight } from 'ringlight/scene';
import { type DrawContext, wayOf } from './draw-context.ts';
import { curveX, curveY } from './ring-geometry.ts';
import { drawHead } from './ring-layer.ts';

/** More than so many at once cannot be told apart. */
const FLIGHTS_SHOWN = 400;
/** A flight whose arrival is not known is thought to take this long. */
const GUESSED_MS = 80;
/** No flight is longer, in ms of the scene. */
const LONGEST_MS = 4000;
/** What arrived is still seen for so long, in ms of the viewer. */
const LINGER_MS = 160;
const HEAD = 8;

/** Where a flight is at a moment: 0..1 on its way, above 1 while it fades; NaN when nowhere. */
export function progressOf(flight: Flight, atMs: number, lingerMs: number): number {
  if (atMs < flight.sentMs) return Number.NaN;
  const arrives = flight.arrivesMs ?? flight.sentMs + GUESSED_MS;
  const way = Math.max(1, arrives - flight.sentMs);
  const progress = (atMs - flight.sentMs) / way;
  if (progress <= 1) return progress;
  const fading = (atMs - arrives) / Math.max(1e-9, lingerMs);
  return fading < 1 ? 1 + fading : Number.NaN;
}

/** The index of the first flight that may still be seen; flights lie in the order of sending. */
export function firstInSight(flights: readonly Flight[], atMs: number, lingerMs: number): number {
  const since = atMs - LONGEST_MS - lingerMs;
  let low = 0;
  let high = flights.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (flights[middle].sentMs < since) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** With more than so many at once each is paler. */
const CLEAR_UP_TO = 60;
const PALEST = 0.35;

/** Answers how many were drawn, to be told of in the next frame: `crowd`. */
export function drawFlights(
  draw: DrawContext,
  selectedLookup: number,
  pace: number,
  crowd: number,
): number {
  const strength = Math.max(PALEST, Math.min(1, CLEAR_UP_TO / Math.max(1, crowd)));
  const { flights } = draw.model;
  const linger = draw.calm ? 0 : (LINGER_MS * pace) / 1000;
  const first = firstInSight(flights, draw.atMs, linger);
  let drawn = 0;
  for (let i = flights.length - 1; i >= first && drawn < FLIGHTS_SHOWN; i--) {
    const flight = flights[i];
    const progress = progressOf(flight, draw.atMs, linger);
    if (Number.isNaN(progress)) continue;
    const ours = flight.lookup !== 0 && flight.lookup === selectedLookup;
    if (drawFlight(draw, flight, progress, ours, ours ? 1 : strength)) drawn++;
  }
  draw.context.globalAlpha = 1;
  return drawn;
}

function drawFlight(
  draw: DrawContext,
  flight: Flight,
  progress: number,
  ours: boolean,
  strength: number,
): boolean {
  const from = draw.layout.homeOf(flight.from);
  const to = draw.layout.homeOf(flight.to);
  if (from < 0 || to < 0 || from === to) return false;
  const { context, palette } = draw;
  const failed = flight.fate === 'lost' || flight.fate === 'unreachable';
  const curve = wayOf(draw, from, to);
  if (Number.isNaN(curve.x0) || Number.isNaN(curve.x1)) return false;
  // What is lost gets half-way, what reaches nobody gets to where nobody is.
  const end = flight.fate === 'lost' ? 0.5 : 1;
  // With less motion wanted a message is a line with a head in its middle while it is on its way.
  const t = draw.calm ? 0.5 : Math.min(end, progress);
  const stopped = failed && progress >= end;
  const fade = (progress > 1 ? 2 - progress : 1) * strength;
  const colour = stopped ? palette.danger : flight.lookup !== 0 ? palette.route : palette.inkSoft;
  const tail = draw.calm ? 0 : Math.max(0, t - 0.28);
  const x = curveX(curve, t);
  const y = curveY(curve, t);
  context.globalAlpha = fade * (ours ? 0.8 : 0.45);
  context.beginPath();
  context.moveTo(curveX(curve, tail), curveY(curve, tail));
  context.quadraticCurveTo(curveX(curve, (tail + t) / 2), curveY(curve, (tail + t) / 2), x, y);
  context.lineWidth = ours ? 2 : 1.25;
  context.strokeStyle = colour;
  context.stroke();
  context.globalAlpha = fade;
  if (stopped) {
    context.beginPath();
    context.moveTo(x - 4, y - 4);
    context.lineTo(x + 4, y + 4);
    context.moveTo(x + 4, y - 4);
    context.lineTo(x - 4, y + 4);
    context.lineWidth = 2;
    context.strokeStyle = palette.danger;
    context.stroke();
    return true;
  }
  const before = Math.max(0, t - 0.04);
  const angle = Math.atan2(y - curveY(curve, before), x - curveX(curve, before));
  drawHead(context, x, y, t > 0 ? angle : Math.atan2(curve.cy - y, curve.cx - x), ours ? 11 : HEAD);
  context.fillStyle = colour;
  context.fill();
  return true;
}
