/**
 * Tidying: a log that holds much that nobody needs gives up its oldest segment, after what is needed
 * of it was written once more at the end.
 *
 *     oldest                                   end
 *     [ a=1  b gone  c=2 ] … [ a=7 ] … [      c=2 ]     a=1 was replaced; c=2 is still the last word
 *       └─────── given up as soon as c=2 is durable
 *
 * Always the oldest: that a key is removed need only be known as long as an older segment could say
 * otherwise, and there is none. A segment of which nothing is needed any more is not even looked at.
 *
 * It is done in short steps, a batch at a time, so many bytes in a turn; a batch whose image is gone
 * is retrieved without anybody waiting. A batch is checked before it is moved: what a disk has spoilt
 * must not come out of it as whole.
 */
import {
  BATCH_HEAD_BYTES,
  type EntryReader,
  isWhole,
  readBatchHead,
  readEntries,
  toSector,
} from './batch.ts';
import {
  LOG_BYTES_FAR_FACTOR,
  LOG_BYTES_MIN,
  LOG_FACTOR,
  TIDY_BYTES,
  TIDY_BYTES_MAX,
  TIDY_FACTOR,
} from './limits.ts';
import type { LogWriter } from './log-writer.ts';
import type { LogPort } from './port.ts';
import type { Segment } from './segment.ts';

/** What has to be known of a log to tidy it: takes what is still needed of a batch to the end. */
export interface Mover {
  /** Bytes of all entries that are needed. */
  readonly neededBytes: number;
  mover(from: Segment, base: number): EntryReader;
}

export class Tidying {
  /** What was found to be damaged; then nothing is tidied any more. */
  damage: string | null = null;
  /** Nothing more is begun. */
  isEnded = false;
  readonly #port: LogPort;
  readonly #writer: LogWriter;
  readonly #log: Mover;
  /** The segment under way, and the batch that is next. */
  #segment: Segment | null = null;
  #at = 0;
  /** Bytes of the segment from `#from` on, retrieved; none where it has an image. */
  #retrieved: Uint8Array = new Uint8Array(0);
  #from = 0;
  #isRetrieving = false;
  /** The last retrieval failed: another is tried when something was written. */
  #isBaffled = false;

  constructor(port: LogPort, writer: LogWriter, log: Mover) {
    this.#port = port;
    this.#writer = writer;
    this.#log = log;
  }

  get #allowed(): number {
    return Math.max(LOG_BYTES_MIN, LOG_FACTOR * this.#log.neededBytes);
  }

  get isWanted(): boolean {
    if (this.damage !== null || this.isEnded || this.#isBaffled) return false;
    const { bytes, isStopped, eldest } = this.#writer;
    return !isStopped && bytes > this.#allowed && eldest !== null;
  }

  /** There is so much that those who write have to wait. */
  get isFarBehind(): boolean {
    return this.isWanted && this.#writer.bytes > LOG_BYTES_FAR_FACTOR * this.#allowed;
  }

  get isRetrieving(): boolean {
    return this.#isRetrieving;
  }

  /** @param written bytes that were put into the log since the last call. */
  step(written: number): void {
    if (written > 0) this.#isBaffled = false;
    let left = Math.min(TIDY_BYTES_MAX, Math.max(TIDY_BYTES, TIDY_FACTOR * written));
    while (left > 0 && !this.#isRetrieving && this.isWanted) {
      const eldest = this.#writer.eldest!;
      if (eldest !== this.#segment) this.#begin(eldest);
      left -= this.#next(eldest);
    }
  }

  retrieved(error: string | null): void {
    this.#isRetrieving = false;
    this.#isBaffled = error !== null;
    // What cannot be read now may be readable later; nothing is lost by going on without.
    if (error !== null) this.#retrieved = new Uint8Array(0);
    this.#port.soon(0);
  }

  #begin(segment: Segment): void {
    this.#segment = segment;
    this.#at = toSector(1);
    this.#retrieved = new Uint8Array(0);
  }

  /** Looks through the next batch; returns its bytes. */
  #next(segment: Segment): number {
    const at = this.#at;
    if (segment.live === 0 || at >= segment.closed) {
      this.#writer.retire(segment);
      this.#segment = null;
      this.#retrieved = new Uint8Array(0);
      return 0;
    }
    const { image } = segment;
    const { checksum } = this.#port;
    const bytes = image ?? this.#retrieved;
    const base = image === null ? this.#from : 0;
    if (at < base || at - base + BATCH_HEAD_BYTES > bytes.length) return this.#retrieve(segment, 0);
    const head = readBatchHead(bytes, at - base, segment, checksum);
    if (head === null) return this.#damaged(segment);
    const end = at + BATCH_HEAD_BYTES + head.length;
    if (end - base > bytes.length) return this.#retrieve(segment, end - at);
    const isRead =
      isWhole(bytes, at - base, head, segment.salt, checksum) &&
      readEntries(bytes, at - base + BATCH_HEAD_BYTES, end - base, this.#log.mover(segment, base));
    if (!isRead) return this.#damaged(segment);
    this.#at = toSector(end);
    return this.#at - at;
  }

  #retrieve(segment: Segment, length: number): number {
    const bytes = Math.min(Math.max(TIDY_BYTES, length), segment.closed - this.#at);
    this.#retrieved = new Uint8Array(bytes);
    this.#from = this.#at;
    this.#isRetrieving = true;
    this.#port.retrieve(segment.number, this.#at, this.#retrieved);
    return 0;
  }

  #damaged(segment: Segment): number {
    this.damage = `segment ${segment.number} of the log is damaged at byte ${this.#at}`;
    return Number.POSITIVE_INFINITY;
  }
}
