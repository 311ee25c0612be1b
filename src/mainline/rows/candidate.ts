/**
 * Candidates of a lookup: how far each has come, who told us of it, and why it failed. The lookup keeps
 * them in rows (lookup.ts); these are the values of its columns.
 *
 *     new ─▶ asked ─▶ answered        asked ─▶ slow: the short time-out passed, an answer still counts
 *               └───▶ failed
 */

export const CandidateState = { new: 0, asked: 1, slow: 2, answered: 3, failed: 4 } as const;
export type CandidateState = (typeof CandidateState)[keyof typeof CandidateState];

/** `parent` of candidates that no other candidate told us of. */
export const FROM_TABLE = -1;
export const FROM_BOOTSTRAP = -2;

/** Why a candidate failed. */
export const Failure = { none: 0, timeout: 1, error: 2, malformed: 3, cancelled: 4 } as const;
export type Failure = (typeof Failure)[keyof typeof Failure];
