/**
 * Is a history of a counter possible, on which programs only add, never less than one, and read? The search
 * of linearizability.ts does not end where many additions are of unknown end: each may be any part of what is
 * missing somewhere. But a counter only grows, so what was told names the order, and nothing is to be searched:
 *
 *     told        add 2 → 2      add 1 → 6      get → 6        in the order of their values
 *     in time     none of them ended before one of those before it began
 *     gaps              └─ 3 ────┘                             filled by additions of unknown end that began
 *                                                              before any of those that come later ended
 *
 * Which of those is spent where hardly matters: of two that add the same and have begun one is as good as the
 * other. So the judge keeps, gap by gap, how many of each size may have been spent (a few hundred ways at most).
 */
import type { Linearizable, Timed } from './linearizability.ts';

/** A told act: what the counter was before it, and from it on. */
interface Told {
  readonly index: number;
  readonly timed: Timed;
  readonly from: number;
  readonly to: number;
}

/** Additions of unknown end of one size that have begun by a time. */
interface Spare {
  readonly by: number;
  readonly beganMs: readonly number[];
}

/** How many of each size have been spent. */
type Spent = readonly number[];

/** Judges the acts of a counter that began at `start`. */
export function countable(acts: readonly Timed[], start = 0): Linearizable {
  const told = acts
    .map(toldOf)
    .filter((one) => one !== null)
    .sort((a, b) => a.to - b.to || a.from - b.from || a.timed.beganMs - b.timed.beganMs);
  const impossible = (at: number): Linearizable => ({
    ...{ is: 'impossible', longest: told.slice(0, at).map(({ index }) => index) },
    stuckAt: told[at].index,
  });
  const spares = sparesOf(acts);
  const latestMs = latestOf(told);
  let value = start;
  let begunMs = -Infinity;
  let ways: Spent[] = [spares.map(() => 0)];
  for (const [at, { timed, from, to }] of told.entries()) {
    begunMs = Math.max(begunMs, timed.beganMs);
    if (from < value || timed.endedMs < begunMs) return impossible(at);
    ways = filled(ways, from - value, spares, latestMs[at]);
    if (ways.length === 0) return impossible(at);
    value = to;
  }
  return { is: 'possible' };
}

function toldOf(timed: Timed, index: number): Told | null {
  const { act, endedMs } = timed;
  if (endedMs === Infinity) return null;
  if (act.do === 'get') {
    const value = Number(act.got ?? 0);
    return { index, timed, from: value, to: value };
  }
  if (act.do !== 'increment') throw new RangeError(`a counter is not asked to ${act.do}`);
  return { index, timed, from: act.got - act.by, to: act.got };
}

function sparesOf(acts: readonly Timed[]): Spare[] {
  const sizes = new Map<number, number[]>();
  for (const { act, beganMs, endedMs } of acts) {
    if (act.do !== 'increment' || endedMs < Infinity) continue;
    const its = sizes.get(act.by);
    if (its) its.push(beganMs);
    else sizes.set(act.by, [beganMs]);
  }
  return [...sizes].map(([by, beganMs]) => ({ by, beganMs }));
}

/** Before what time something must have happened that comes before each: until it and all later ones ended. */
function latestOf(told: readonly Told[]): number[] {
  const latestMs = new Array<number>(told.length);
  let ms = Infinity;
  for (let at = told.length - 1; at >= 0; at--) {
    ms = Math.min(ms, told[at].timed.endedMs);
    latestMs[at] = ms;
  }
  return latestMs;
}

/** All ways to spend what fills a gap, after each of those in which it may have been spent before. */
function filled(
  ways: readonly Spent[],
  gap: number,
  spares: readonly Spare[],
  latestMs: number,
): Spent[] {
  if (gap === 0) return [...ways];
  const there = spares.map(({ beganMs }) => beganMs.filter((ms) => ms <= latestMs).length);
  const after = new Map<string, Spent>();
  const spend = (spent: number[], size: number, left: number): void => {
    if (left === 0) {
      after.set(spent.join(), [...spent]);
      return;
    }
    if (size === spares.length) return;
    const before = spent[size];
    for (; left >= 0 && spent[size] <= there[size]; left -= spares[size].by, spent[size]++) {
      spend(spent, size + 1, left);
    }
    spent[size] = before;
  };
  for (const way of ways) spend([...way], 0, gap);
  return [...after.values()];
}
