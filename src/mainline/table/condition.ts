/**
 * In what condition a contact of a table is (BEP 5 "Routing Table"), read from the state word of its row:
 *
 *     good           heard within 15 minutes and not failing
 *     questionable   silent for 15 minutes: pinged before anything else is decided
 *     bad            left two requests in a row unanswered: its place is free for another
 */
import { failuresOf, heardSeconds, type RowState } from '../rows/slab.ts';

/** BEP 5: a node is good for 15 minutes after it was last heard. */
export const QUIET_MS: number = 15 * 60_000;
/** BEP 5: a bucket that did not change for 15 minutes is refreshed. */
export const REFRESH_MS: number = 15 * 60_000;
/** Mark of a row: a ping to it is under way. */
export const CHECKING = 1;
/** Mark of a row: not good before it answered again, however lately it was heard. */
export const SUSPECT = 2;
/** Unanswered requests in a row that make a contact bad. One lost packet must not. */
export const BAD_FAILURES = 2;

/**
 * One that was heard after it was sent what it did not answer is alive: a datagram was lost. Only the
 * first failure is excused so, or somebody who asks all the time and answers nothing would stay good.
 */
export function isExcused(state: RowState, sentAtMs: number): boolean {
  return failuresOf(state) === 0 && heardSeconds(state) * 1000 >= sentAtMs;
}

export function isBad(state: RowState): boolean {
  return failuresOf(state) >= BAD_FAILURES;
}

export function isGood(state: RowState, now: number): boolean {
  return isGoodSince(state, goodSinceSeconds(now));
}

/** The least `heardSeconds` of a good contact: worked out once where many are looked at. */
export function goodSinceSeconds(now: number): number {
  return Math.max(0, Math.floor((now - QUIET_MS) / 1000) + 1);
}

/** In place of those seconds: whoever is not bad will do. */
export const NOT_BAD = -1;

export function isGoodSince(state: RowState, seconds: number): boolean {
  return !isBad(state) && (state & SUSPECT) === 0 && heardSeconds(state) >= seconds;
}

/** When the silence began that `QUIET_MS` is counted from; for a suspect it is over at once. */
export function quietSinceMs(state: RowState): number {
  return (state & SUSPECT) !== 0 ? -QUIET_MS : heardSeconds(state) * 1000;
}
