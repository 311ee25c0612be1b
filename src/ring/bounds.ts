/**
 * Bounds that are nobody's choice: beyond them a node says `busy` or closes, and counts it.
 */

/** Bytes of records that wait for their copies. Beyond it an owner takes no more writes. */
export const COMMANDS_LIMIT_BYTES: number = 1 << 27;
/** Commands of programs under way in one process. */
export const OPERATIONS_LIMIT: number = 1 << 16;
/** Nodes asked one after the other for one command (research §5.7). */
export const HOPS_LIMIT = 32;
/** Candidates in one answer at least: a dead one costs one step back, not a new beginning. */
export const CANDIDATES = 8;
/** How long a command waits before it tries again while the ring is on the move. */
export const RETRY_MS = 150;
