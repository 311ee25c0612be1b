/**
 * Bounds that are nobody's choice: beyond them a node says `busy` or closes, and counts it.
 */

/** Bytes of records that wait for their copies. Beyond it an owner takes no more writes. */
export const COMMANDS_LIMIT_BYTES: number = 1 << 27;
/** A larger frame has a connection of its own, for a sign of life must not wait behind it. */
export const BULK_BYTES: number = 1 << 18;
/** A large value has so much longer per MiB than others: it has to move by 256 KiB a second at least. */
export const BULK_BYTES_PER_WAIT: number = 1 << 20;
/** Who is at a large value says so this often. */
export const WORKING_MS = 1000;
/** Commands of programs under way in one process. */
export const OPERATIONS_LIMIT: number = 1 << 16;
/** Nodes asked one after the other for one command (research §5.7). */
export const HOPS_LIMIT = 32;
/** Candidates in one answer at least: a dead one costs one step back, not a new beginning. */
export const CANDIDATES = 8;
/** How long a command waits before it tries again while the ring is on the move. */
export const RETRY_MS = 150;
