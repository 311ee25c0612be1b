/**
 * How long a datagram is on its way. Everything is whole numbers and square roots, which are the same
 * on every engine; logarithms and exponentials are not, so the one table that needs them is written
 * out.
 *
 *     constant   every datagram takes the same time
 *     uniform    every pair of nodes has its own time, between two bounds
 *     king       nodes lie on a square, and each has an access line:
 *
 *                one way = line(a) + 90 ms × distance(a, b) + line(b)
 *
 *     space      nodes lie in a cube, and what is on its way goes straight
 *     matrix     measured times between hosts; each node is at one of them, by chance
 *     own        a function of the two nodes
 *
 * Lines are log-normal. The three numbers were fitted so that round trips have the median (156 ms) and
 * mean (178 ms) of the King data set (Gummadi et al. 2002; the figures are those of Li et al. 2005).
 */
import { mix } from '../mix.ts';
import { lineOf, PLANE_SIDE, placeOf, xOf, yOf } from './plane.ts';

/** What a scenario may ask for, in milliseconds one way. */
export type LatencyModel =
  | { kind: 'constant'; ms: number }
  | { kind: 'uniform'; lowMs: number; highMs: number }
  | { kind: 'king' }
  | { kind: 'space'; sideMs: number }
  /** `ms[a][b]` from host a to host b; 0 or less where it was not measured: then as the mean of all. */
  | { kind: 'matrix'; ms: readonly (readonly number[])[] }
  /** Any program's: whole ms from one node to another. The same pair has to take the same time each call. */
  | { kind: 'own'; between: (from: number, to: number) => number };

export interface Latency {
  /** Milliseconds from node `from` to node `to`, at least 1. */
  between(from: number, to: number): number;
  /** No way takes less. */
  readonly leastMs: number;
}

/** One way; longer than any time-out of a node. */
export const LATENCY_MS_MAX = 60_000;

/** Access lines in tenths of ms: exp(2.2 + 1.3 z) at 128 evenly spaced quantiles, 400 ms at most. */
// biome-ignore format: a table
const LINES = new Uint16Array([
  3, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
  21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 37,
  38, 39, 41, 42, 43, 44, 46, 47, 48, 50, 51, 53, 54, 56, 57, 59,
  60, 62, 64, 65, 67, 69, 71, 73, 75, 76, 78, 80, 83, 85, 87, 89,
  91, 94, 96, 99, 101, 104, 107, 109, 112, 115, 118, 121, 124, 128, 131, 135,
  138, 142, 146, 150, 154, 159, 163, 168, 173, 178, 183, 189, 195, 201, 207, 213,
  220, 228, 235, 243, 252, 261, 271, 281, 291, 303, 315, 329, 343, 358, 375, 393,
  413, 435, 459, 486, 516, 551, 591, 637, 692, 758, 841, 949, 1097, 1320, 1718, 2866,
]);
/** Tenths of ms for the side of the square. */
const SIDE = 900;

export function latencyOf(model: LatencyModel, seed: number): Latency {
  if (model.kind === 'constant') {
    const ms = Math.max(1, model.ms);
    return { between: () => ms, leastMs: ms };
  }
  if (model.kind === 'king') return { between: (from, to) => king(from, to, seed), leastMs: 1 };
  if (model.kind === 'space') {
    return { between: (from, to) => space(from, to, seed, model.sideMs), leastMs: 1 };
  }
  if (model.kind === 'matrix') return matrix(model.ms, seed);
  if (model.kind === 'own') {
    return { between: (from, to) => own(model.between(from, to)), leastMs: 1 };
  }
  const span = model.highMs - model.lowMs + 1;
  return {
    leastMs: Math.max(1, model.lowMs),
    between: (from, to) => {
      const pair = from < to ? mix(mix(seed, from), to) : mix(mix(seed, to), from);
      return Math.max(1, model.lowMs + (pair % span));
    },
  };
}

/** What a program says, made safe: a wheel takes whole ms only. */
function own(ms: number): number {
  if (!Number.isFinite(ms)) {
    throw new RangeError(`"latency.between" expected a number of ms to be returned, got ${ms}`);
  }
  return Math.min(LATENCY_MS_MAX, Math.max(1, Math.round(ms)));
}

/** Hosts are given to nodes by a hash of their numbers, so that one node more moves nobody. */
function matrix(rows: readonly (readonly number[])[], seed: number): Latency {
  const hosts = rows.length;
  const times = new Float64Array(hosts * hosts);
  let sum = 0;
  let measured = 0;
  let leastMs = LATENCY_MS_MAX;
  for (const [a, row] of rows.entries()) {
    for (const [b, ms] of row.entries()) {
      times[a * hosts + b] = ms;
      if (ms > 0) leastMs = Math.min(leastMs, Math.max(1, Math.round(ms)));
      if (a === b || ms <= 0) continue;
      sum += ms;
      measured++;
    }
  }
  const mean = measured === 0 ? 1 : sum / measured;
  return {
    leastMs: Math.min(leastMs, Math.max(1, Math.round(mean))),
    between: (from, to) => {
      const ms = times[(mix(seed, from) % hosts) * hosts + (mix(seed, to) % hosts)];
      return Math.max(1, Math.round(ms > 0 ? ms : mean));
    },
  };
}

/** Third coordinates come from a hash of their own. */
const DEPTH = 0x5bd1e995;

function space(from: number, to: number, seed: number, sideMs: number): number {
  const a = placeOf(seed, from);
  const b = placeOf(seed, to);
  const x = (xOf(a) - xOf(b)) / PLANE_SIDE;
  const y = (yOf(a) - yOf(b)) / PLANE_SIDE;
  const z = (xOf(placeOf(seed ^ DEPTH, from)) - xOf(placeOf(seed ^ DEPTH, to))) / PLANE_SIDE;
  return Math.max(1, Math.round(sideMs * Math.sqrt(x * x + y * y + z * z)));
}

function king(from: number, to: number, seed: number): number {
  const a = placeOf(seed, from);
  const b = placeOf(seed, to);
  const x = (xOf(a) - xOf(b)) / PLANE_SIDE;
  const y = (yOf(a) - yOf(b)) / PLANE_SIDE;
  const lines = LINES[lineOf(a)] + LINES[lineOf(b)];
  return Math.max(1, Math.round((lines + SIDE * Math.sqrt(x * x + y * y)) / 10));
}
