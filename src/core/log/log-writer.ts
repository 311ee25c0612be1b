/**
 * The end of a log where it is written: entries go into an open batch, which is closed and sent to the
 * disk along with all that was closed since the last write.
 *
 *     put, put, remove ─▶ open batch ── turn ──▶ closed ── write ──▶ durable ─▶ flushes are reported
 *                             ▲                             │
 *                             └── gathers while a write ────┘  is under way
 *
 * Only one write is under way. A segment that is half full has the next one made, so that there is
 * none to wait for. What could not be written stays in memory, all flushes that wait are reported as
 * failed, and the next flush tries the same bytes again, in the same place.
 */
import type { StoreToken } from '../store.ts';
import {
  BATCH_HEAD_BYTES,
  SECTOR_BYTES,
  toSector,
  writeBatchHead,
  writeSegmentHead,
} from './batch.ts';
import {
  BATCH_BYTES,
  IMAGE_BYTES_MAX,
  SEGMENT_BYTES_MAX,
  SEGMENT_BYTES_MIN,
  SPARES_MAX,
} from './limits.ts';
import type { LogPort } from './port.ts';
import { Segment } from './segment.ts';

/** Hears that all flushes up to `token` are durable, or what went wrong. */
export type Reported = (token: StoreToken, error: string | null) => void;

/** What opening a log has found. */
export interface LogEnd {
  /** The segment to go on with, whose image is there; null for a new one. */
  active: Segment | null;
  /** The number of the last batch. */
  number: number;
  /** A number that no segment has had. */
  nextSegment: number;
}

export class LogWriter {
  /** In ascending order, without a gap; those after the active one are empty. */
  readonly segments: Segment[];
  active: Segment;
  /** Bytes of all segments that somebody needs. */
  bytes = 0;
  /** Batches closed, and batches on disk. */
  closed: number;
  durable: number;
  /** Of the open batch: where it begins, or -1, and where its next entry goes. */
  #begin = -1;
  #at = 0;
  readonly #port: LogPort;
  readonly #report: Reported;
  #nextSegment: number;
  #making: Segment | null = null;
  /** Entries since the last write began. */
  #waiting = 0;
  #writing: { segment: Segment; end: number; last: number } | null = null;
  #isStopped = false;
  /** Flushes asked for in this turn, and those whose batch is closed. */
  #asked: StoreToken[] = [];
  readonly #covered: { token: StoreToken; number: number }[] = [];
  /** Segments that nobody needs once batch `number` is durable. */
  readonly #retired: { segment: Segment; number: number }[] = [];
  readonly #spares: Segment[] = [];
  /** Those with an image, the oldest first. */
  readonly #images: Segment[] = [];
  #imageBytes = 0;

  constructor(port: LogPort, report: Reported, segments: Segment[], end: LogEnd) {
    this.#port = port;
    this.#report = report;
    this.segments = segments;
    this.closed = end.number;
    this.durable = end.number;
    this.#nextSegment = end.nextSegment;
    for (const segment of segments) {
      this.bytes += segment.bytes;
      if (segment.image !== null) this.#remember(segment);
    }
    this.active = end.active ?? this.#activated(this.#added(0));
    this.#trim();
  }

  /** The oldest segment; null while it is still written to. */
  get eldest(): Segment | null {
    const eldest = this.segments[this.#retired.length]!;
    return eldest.number < this.active.number && eldest.isDurable ? eldest : null;
  }

  /** Something failed, and nothing is tried until somebody asks for a flush. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  get isWriting(): boolean {
    return this.#writing !== null;
  }

  /** Takes `length` bytes of the active segment, whose image they belong into; returns where. */
  place(length: number): number {
    if (this.#begin >= 0 && this.#at - this.#begin >= BATCH_BYTES) this.close();
    while (this.#next() + length > this.active.bytes) {
      this.close();
      if (this.active.closed + BATCH_HEAD_BYTES + length > this.active.bytes) this.#advance(length);
    }
    const at = this.#next();
    if (this.#begin < 0) this.#begin = this.active.closed;
    this.#at = at + length;
    this.#waiting++;
    return at;
  }

  /** The number of the batch that is open, or else of the last. */
  get newest(): number {
    return this.#begin < 0 ? this.closed : this.closed + 1;
  }

  /** Closes the batch that is open. */
  close(): void {
    if (this.#begin < 0) return;
    const { active, segments } = this;
    const head = {
      length: this.#at - this.#begin - BATCH_HEAD_BYTES,
      segment: active.number,
      oldest: segments[this.#retired.length]!.number,
      newest: segments.findLast(({ isMade }) => isMade)?.number ?? 0,
      number: ++this.closed,
      durable: this.durable,
    };
    writeBatchHead(active.image!, this.#begin, head, active.salt, this.#port.checksum);
    active.closed = toSector(this.#at);
    active.last = this.closed;
    this.#begin = -1;
    if (active.closed > active.bytes / 2 && this.#after === undefined) this.#added(0);
  }

  /** Nobody needs the oldest segment once what is written now is durable. */
  retire(segment: Segment): void {
    this.#retired.push({ segment, number: this.closed + 1 });
    this.bytes -= segment.bytes;
  }

  flush(token: StoreToken): void {
    this.#asked.push(token);
    this.#port.soon(this.#waiting);
  }

  /** Closes what is open, and begins to write. @param isHeld whether those who wait have to wait on. */
  turn(isHeld: boolean): void {
    if (this.#writing !== null) return;
    if (this.#asked.length > 0) this.#isStopped = false;
    this.close();
    if (!isHeld) {
      for (const token of this.#asked) this.#covered.push({ token, number: this.closed });
      this.#asked = [];
    }
    this.#reportUpTo(this.durable, null);
    if (!this.#isStopped) this.#write();
  }

  made(file: number, error: string | null): void {
    const segment = this.#making;
    if (segment === null || segment.number !== file) return;
    this.#making = null;
    if (error === null) segment.isMade = true;
    // The one after the active one is not waited for, and is asked for again.
    else if (segment.number <= this.active.number) return this.#fail(error);
    if (error === null) this.#makeNext();
    this.#port.soon(0);
  }

  written(error: string | null): void {
    const write = this.#writing;
    if (write === null) return;
    this.#writing = null;
    if (error !== null) return this.#fail(error);
    const { segment, end, last } = write;
    segment.durable = end;
    this.durable = last;
    this.#release();
    this.#trim();
    this.#reportUpTo(last, null);
    if (this.#asked.length > 0 || this.#first() !== null) this.#port.soon(this.#waiting);
  }

  /** Nothing can be written any more, or not now. */
  #fail(error: string): void {
    this.#isStopped = true;
    this.#reportUpTo(this.closed, error);
    if (this.#asked.length > 0) this.#port.soon(0);
  }

  #reportUpTo(number: number, error: string | null): void {
    let token: StoreToken | null = null;
    while (this.#covered.length > 0 && this.#covered[0]!.number <= number) {
      token = this.#covered.shift()!.token;
    }
    if (token !== null) this.#report(token, error);
  }

  /** The first segment that has something to write. */
  #first(): Segment | null {
    let found: Segment | null = null;
    for (let i = this.segments.length - 1; i >= 0; i--) {
      const segment = this.segments[i]!;
      if (!segment.isDurable) found = segment;
      else if (segment.number < this.active.number) break;
    }
    return found;
  }

  #write(): void {
    const segment = this.#first();
    if (segment === null) return;
    if (!segment.isMade) return this.#makeNext();
    const { durable, closed, last } = segment;
    this.#writing = { segment, end: closed, last };
    this.#waiting = 0;
    this.#port.write(segment.number, durable, segment.image!.subarray(durable, closed));
  }

  // Segments.

  /** Where the next entry would go. */
  #next(): number {
    return this.#begin < 0 ? this.active.closed + BATCH_HEAD_BYTES : this.#at;
  }

  #advance(length: number): void {
    this.active = this.#activated(this.#after ?? this.#added(length));
  }

  /** The segment after the active one. */
  get #after(): Segment | undefined {
    return this.segments[this.active.number + 1 - this.segments[0]!.number];
  }

  /** A new segment with room for an entry of `length` bytes. */
  #added(length: number): Segment {
    const usual = Math.min(SEGMENT_BYTES_MAX, Math.max(SEGMENT_BYTES_MIN, this.bytes));
    const bytes = Math.max(usual, toSector(SECTOR_BYTES + BATCH_HEAD_BYTES + length));
    const segment = new Segment(this.#nextSegment++, bytes, this.#port.salt());
    this.segments.push(segment);
    this.bytes += bytes;
    this.#makeNext();
    return segment;
  }

  #activated(segment: Segment): Segment {
    segment.image ??= new Uint8Array(segment.bytes);
    segment.last = this.closed;
    this.#remember(segment);
    return segment;
  }

  #makeNext(): void {
    if (this.#making !== null) return;
    const segment = this.segments.find(({ isMade }) => !isMade);
    if (segment === undefined) return;
    this.#making = segment;
    const { number, bytes } = segment;
    const at = this.#spares.findIndex((spare) => spare.bytes === bytes);
    const spare = at < 0 ? 0 : this.#spares.splice(at, 1)[0]!.number;
    this.#port.make(number, bytes, writeSegmentHead(segment), spare);
  }

  /** Lets go of segments that nobody needs. */
  #release(): void {
    while (this.#retired.length > 0 && this.#retired[0]!.number <= this.durable) {
      const { segment } = this.#retired.shift()!;
      this.segments.shift();
      this.#forget(segment);
      const isSpare = segment.bytes === SEGMENT_BYTES_MAX && this.#spares.length < SPARES_MAX;
      if (isSpare) this.#spares.push(segment);
      else this.#port.drop(segment.number);
    }
  }

  // Images.

  #remember(segment: Segment): void {
    this.#images.push(segment);
    this.#imageBytes += segment.bytes;
  }

  #forget(segment: Segment): void {
    const at = this.#images.indexOf(segment);
    if (at < 0) return;
    this.#images.splice(at, 1);
    this.#imageBytes -= segment.bytes;
    segment.image = null;
  }

  /** Images of what is on disk go, the oldest first, until the others are few enough. */
  #trim(): void {
    while (this.#imageBytes > IMAGE_BYTES_MAX) {
      const oldest = this.#images.find(
        (segment) => segment.isDurable && segment.number < this.active.number,
      );
      if (oldest === undefined) return;
      this.#forget(oldest);
    }
  }
}
