/**
 * Disjoint paths (Baumgart and Mies, S/Kademlia, 2007, §4.4): a lookup that goes several ways at once, no two
 * of which ask the same node. One liar then turns aside the way that he is met on, and not the others.
 *
 *     table    path 0: a, e    path 1: b, f    path 2: c    path 3: d      dealt out, the closest first
 *     answers  what a names is of path 0, unless it was named on another path before
 *
 * Each path goes on until the closest on it, k / d of them, have answered; then the whole lookup goes on as
 * any other does, so that it finds no less than one without paths.
 */
import { CandidateState } from './candidate.ts';
import { Field, type LookupRows, ROW_BYTES, ROWS_AT, STATES_AT } from './lookup-rows.ts';

/** Paths of one lookup at most; the paper tries 8, and each asks some nodes more. */
export const PATHS_LIMIT = 16;

/** Of the path that is looked at: live ones so far, requests on their way, and the next to ask. */
const live = new Uint8Array(PATHS_LIMIT);
const underWay = new Uint8Array(PATHS_LIMIT);
const candidates = new Int16Array(PATHS_LIMIT);

/** What became of looking for the next one. */
export const Paths = { over: -1, waiting: -2 } as const;

/**
 * The next row to ask, of the path with the fewest requests on their way; `Paths.waiting` when all that are
 * to be asked now have been, and `Paths.over` when each path has come to its end.
 */
export function nextOfPaths(
  rows: LookupRows,
  paths: number,
  width: number,
  counts: (row: number) => boolean,
): number {
  const { bytes, count } = rows;
  live.fill(0);
  underWay.fill(0);
  candidates.fill(-1);
  let isWaiting = false;
  for (let i = 0; i < count; i++) {
    const row = bytes[i];
    const path = bytes[ROWS_AT + row * ROW_BYTES + Field.path];
    const state = bytes[STATES_AT + row];
    if (state === CandidateState.asked) underWay[path]++;
    if (live[path] >= width) continue;
    if (state === CandidateState.new) {
      if (candidates[path] < 0) candidates[path] = row;
      continue;
    }
    if (state === CandidateState.asked) isWaiting = true;
    else if (state !== CandidateState.answered) continue;
    if (counts(row)) live[path]++;
  }
  let best = -1;
  for (let path = 0; path < paths; path++) {
    if (candidates[path] < 0) continue;
    if (best < 0 || underWay[path] < underWay[best]) best = path;
  }
  if (best >= 0) return candidates[best];
  return isWaiting ? Paths.waiting : Paths.over;
}
