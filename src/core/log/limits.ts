/** What a log may take, and how it grows. */

/** A log begins with a small segment, for many hold hardly anything; each is as large as all before it, */
export const SEGMENT_BYTES_MIN: number = 256 * 1024;
/** up to this: at 20 MB/s one is full in 0.4 s, and 10 GB are 1280 files. */
export const SEGMENT_BYTES_MAX: number = 8 * 1024 * 1024;
/** A batch is closed when it has so much, so that it can be checked and moved in one short step. */
export const BATCH_BYTES: number = 256 * 1024;
/** Segments are kept in memory, the newest of them, up to so much. */
export const IMAGE_BYTES_MAX: number = 32 * 1024 * 1024;
/** A checkpoint is begun when so much was put into the log since the last: it is read in half a second; */
export const CHECKPOINT_BYTES_MIN: number = 16 * 1024 * 1024;
/** places of so many keys are written in a step: a fraction of a millisecond. */
export const CHECKPOINT_ROWS = 512;
/** Files of no more use that are kept, to be written over by the next: zeros need not be written first. */
export const SPARES_MAX = 2;
/** A log that has no more than this is not tidied: what it holds twice harms nobody. */
export const LOG_BYTES_MIN: number = 32 * 1024 * 1024;
/** Else it is tidied when it has more than so many times the bytes that are needed of it. */
export const LOG_FACTOR = 2;
/** Beyond so much of what it may have, writes wait for it. */
export const LOG_BYTES_FAR_FACTOR = 1.5;
/** Of the oldest segment so much is looked through per turn: well below a millisecond; */
export const TIDY_BYTES: number = 128 * 1024;
/** or so many times what came in since the turn before, so that it gets ahead of any writer, */
export const TIDY_FACTOR = 4;
/** up to this: a few milliseconds. */
export const TIDY_BYTES_MAX: number = 2 * 1024 * 1024;
