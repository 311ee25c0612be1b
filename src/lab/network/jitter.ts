/**
 * Jitter: what a datagram takes longer than the one before it. Added to the latency of its path, drawn
 * anew for each, so that datagrams overtake each other when it is larger than their distance.
 *
 *     uniform       0 … highMs, each as often
 *     exponential   queues on the way: mostly little, now and then five times the mean
 */
import { type Random, randomBelow } from '../../core/random.ts';

export type JitterModel =
  | { kind: 'uniform'; highMs: number }
  | { kind: 'exponential'; meanMs: number };

/** Thousandths of the mean: −ln(1 − q) at 128 evenly spaced quantiles, made to have the mean 1000. */
// biome-ignore format: a table
const EXPONENTIAL = new Uint16Array([
  4, 12, 20, 28, 36, 44, 52, 61, 69, 77, 86, 94, 103, 112, 121, 129,
  138, 147, 157, 166, 175, 184, 194, 203, 213, 223, 233, 243, 253, 263, 273, 283,
  294, 304, 315, 326, 337, 348, 359, 370, 381, 393, 405, 416, 428, 440, 453, 465,
  478, 490, 503, 516, 529, 543, 556, 570, 584, 598, 612, 627, 642, 657, 672, 687,
  703, 719, 735, 751, 768, 785, 802, 820, 838, 856, 875, 894, 913, 933, 953, 973,
  994, 1015, 1037, 1059, 1082, 1106, 1129, 1154, 1179, 1205, 1231, 1258, 1286, 1315, 1344, 1375,
  1406, 1438, 1472, 1506, 1542, 1579, 1618, 1658, 1700, 1743, 1789, 1837, 1887, 1940, 1995, 2054,
  2117, 2184, 2255, 2333, 2416, 2507, 2608, 2719, 2845, 2988, 3156, 3357, 3609, 3946, 4459, 5560,
]);

/** Whole milliseconds, at least 0. */
export type Jitter = (random: Random) => number;

export function jitterOf(model: JitterModel): Jitter {
  if (model.kind === 'uniform') return (random) => randomBelow(random, model.highMs + 1);
  return (random) => Math.round((EXPONENTIAL[random.uint32() >>> 25] * model.meanMs) / 1000);
}
