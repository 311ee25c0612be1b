/**
 * Opening a log: its batches are read from the oldest segment that is needed to the end, and what is
 * there of a write that never came to its end is told from damage.
 *
 *     [ 7 8 9 ] [ 10 11 12 ] [ 13 14 ~~ 16 ] [          ]
 *                                    └ 15 is not whole: the end, if 16 was made when 15 was not yet
 *                                      known to be on disk, as the two of one write are; else damage
 *
 * With a checkpoint (checkpoint.ts) it is read from where that was begun. Of the segments before only the first
 * sector is looked at: each has to be the one that the checkpoint knew.
 *
 * A damaged log is not read as far as it goes: whoever has acknowledged more than he can find must say
 * so, and not answer.
 */
import {
  BATCH_HEAD_BYTES,
  type BatchHead,
  type Checksum,
  isWhole,
  readBatchHead,
  readEntries,
  readSegmentHead,
  SECTOR_BYTES,
  type SegmentHead,
  toSector,
} from './batch.ts';
import { type CheckpointBounds, readCheckpoint } from './checkpoint-file.ts';
import { Contents } from './contents.ts';
import { IMAGE_BYTES_MAX, SEGMENT_BYTES_MAX } from './limits.ts';
import type { LogEnd } from './log-writer.ts';
import type { LogPort } from './port.ts';
import { Segment } from './segment.ts';

/** The log cannot be used: it is damaged, or of another version. */
export class LogError extends Error {
  override name = 'LogError';
  readonly kind: 'damaged' | 'version';

  constructor(kind: 'damaged' | 'version', message: string) {
    super(message);
    this.kind = kind;
  }
}

const damaged = (segment: number, what: string): LogError =>
  new LogError('damaged', `segment ${segment} of the log ${what}`);

/** A segment with all its bytes, and its last whole batch. */
interface Loaded {
  segment: Segment;
  bytes: Uint8Array;
  last: BatchHead | null;
}

/** What a log was found to hold. */
export interface Replayed {
  contents: Contents;
  end: LogEnd;
  /** Bytes of batches that were read for it. */
  readBytes: number;
  /** Segments before the checkpoint: of these no batch was. */
  unread: Segment[];
}

/**
 * Reads the log of `port`.
 * @throws LogError; what the port throws.
 */
export function replay(port: LogPort): Replayed {
  const files = port.found();
  const trailing: Loaded[] = [];
  let tail: Loaded | null = null;
  for (let i = files.length - 1; i >= 0 && tail === null; i--) {
    const loaded = load(port, files[i]!);
    if (loaded.last === null) trailing.unshift(loaded);
    else tail = loaded;
  }
  const last = tail?.last ?? { number: 0, oldest: 1, newest: 0 };
  checkFiles(files, last.oldest, last.newest);
  const { contents, readBytes, unread } = readAll(port, last, tail);
  const next = last.number + 1;
  let isClean = tail !== null && !hasRemains(tail, next, port.checksum);
  for (const loaded of trailing) {
    if (hasRemains(loaded, next, port.checksum)) isClean = false;
    contents.segments.push(loaded.segment);
  }
  for (const file of files) if (file < last.oldest) port.drop(file);
  const end = {
    active: isClean ? tail!.segment : null,
    number: last.number,
    nextSegment: (files.at(-1) ?? 0) + 1,
  };
  return { contents, end, readBytes, unread };
}

/** Batches from the oldest segment that is needed to the tail, or from a checkpoint on. */
function readAll(
  port: LogPort,
  last: { number: number; oldest: number },
  tail: Loaded | null,
): Omit<Replayed, 'end'> {
  const contents = new Contents();
  const checkpoint = readCheckpoint(port, contents);
  if (checkpoint !== null) {
    if (last.number < checkpoint.end) {
      throw damaged(tail?.segment.number ?? 1, `ends before batch ${checkpoint.end}, which it had`);
    }
    try {
      const readBytes = readFrom(port, contents, last.oldest, tail!, checkpoint);
      if (readBytes !== null && contents.settle()) {
        const isUnread = ({ number }: Segment) =>
          number < checkpoint.segment && number !== tail!.segment.number;
        return { contents, readBytes, unread: contents.segments.filter(isUnread) };
      }
    } catch (error) {
      // Which of the two is wrong, reading all of the log will say.
      if (!(error instanceof LogError)) throw error;
    }
  }
  const whole = new Contents();
  const readBytes = tail === null ? 0 : readFrom(port, whole, last.oldest, tail, null)!;
  return { contents: whole, readBytes, unread: [] };
}

/** From the oldest that is needed to the newest that there was, none may be missing. */
function checkFiles(files: readonly number[], oldest: number, newest: number): void {
  const needed = files.filter((file) => file >= oldest);
  const end = Math.max(newest, needed.at(-1) ?? 0);
  for (let i = 0; oldest + i <= end; i++) {
    if (needed[i] !== oldest + i) throw damaged(oldest + i, 'is not there');
  }
}

/** The head of a segment, of which nothing else is read. */
function readHead(port: LogPort, file: number): SegmentHead {
  const size = port.size(file);
  const head = new Uint8Array(Math.min(SECTOR_BYTES, size));
  port.read(file, 0, head);
  return checkedHead(file, head, size);
}

function checkedHead(file: number, bytes: Uint8Array, size: number): SegmentHead {
  const head = readSegmentHead(bytes);
  if (head === 'version') {
    throw new LogError('version', `segment ${file} of the log was written by another version`);
  }
  if (head === 'damaged' || head.number !== file) throw damaged(file, 'does not begin as one');
  if (head.bytes !== size) throw damaged(file, `has ${size} bytes and should have ${head.bytes}`);
  return head;
}

function load(port: LogPort, file: number): Loaded {
  const bytes = port.load(file);
  const head = checkedHead(file, bytes, bytes.length);
  const segment = new Segment(file, head.bytes, head.salt);
  segment.isMade = true;
  let last: BatchHead | null = null;
  const end = walk(bytes, segment, port.checksum, (batch) => {
    last = batch;
  });
  segment.closed = end;
  segment.durable = end;
  return { segment, bytes, last };
}

/** Visits the whole batches of a segment up to the first that is none; returns where they end. */
function walk(
  bytes: Uint8Array,
  segment: Segment,
  checksum: Checksum,
  visit: (head: BatchHead, entriesAt: number, end: number) => void,
): number {
  for (let at = SECTOR_BYTES; ; ) {
    const head = readBatchHead(bytes, at, segment, checksum);
    if (head === null || !isWhole(bytes, at, head, segment.salt, checksum)) return at;
    const end = at + BATCH_HEAD_BYTES + head.length;
    visit(head, at + BATCH_HEAD_BYTES, end);
    at = toSector(end);
  }
}

/**
 * Reads the segments from `oldest` to the tail; those before a checkpoint are only looked at. Returns the bytes
 * of batches; null when the checkpoint does not know one of them.
 */
function readFrom(
  port: LogPort,
  contents: Contents,
  oldest: number,
  tail: Loaded,
  checkpoint: CheckpointBounds | null,
): number | null {
  let next: number | null = null;
  let readBytes = 0;
  for (let file = oldest; file <= tail.segment.number; file++) {
    if (checkpoint !== null && file < checkpoint.segment && file !== tail.segment.number) {
      const segment = known(port, file, checkpoint);
      if (segment === null) return null;
      contents.segments.push(segment);
      next = segment.last + 1;
      continue;
    }
    const loaded = file === tail.segment.number ? tail : load(port, file);
    if (file === checkpoint?.segment && loaded.segment.salt !== checkpoint.salt) return null;
    next = readSegment(port, contents, loaded, next, checkpoint?.number ?? 0);
    const { segment, bytes } = loaded;
    readBytes += segment.closed;
    // The newest are looked at most.
    const isNew = tail.segment.number - file < IMAGE_BYTES_MAX / SEGMENT_BYTES_MAX;
    if (file === tail.segment.number || (isNew && bytes.length <= SEGMENT_BYTES_MAX)) {
      segment.image = bytes;
    }
  }
  return readBytes;
}

/** Takes over what batches behind `behind` say. @param next the number of the first. @returns that of the next. */
function readSegment(
  port: LogPort,
  contents: Contents,
  { segment, bytes }: Loaded,
  next: number | null,
  behind: number,
): number | null {
  contents.segments.push(segment);
  const reader = contents.reader(segment);
  walk(bytes, segment, port.checksum, (head, entriesAt, end) => {
    if (head.number !== (next ?? head.number)) {
      throw damaged(segment.number, `goes on with batch ${head.number}, and ${next} is not there`);
    }
    next = head.number + 1;
    segment.last = head.number;
    if (head.number <= behind) return;
    if (!readEntries(bytes, entriesAt, end, reader)) {
      throw damaged(segment.number, `has no entries in batch ${head.number}`);
    }
  });
  return next;
}

/** A segment whose batches are not read; null when the checkpoint did not know it. */
function known(port: LogPort, file: number, checkpoint: CheckpointBounds): Segment | null {
  const its = checkpoint.known.get(file);
  const head = readHead(port, file);
  if (its === undefined || its.salt !== head.salt || its.bytes !== head.bytes) return null;
  const segment = new Segment(file, head.bytes, head.salt);
  segment.isMade = true;
  segment.closed = its.closed;
  segment.durable = its.closed;
  segment.last = its.last;
  return segment;
}

/**
 * Whether whole batches lie behind the end, of a write that never came to its own.
 * @throws LogError when one was made after batch `next`, which is not whole, was on disk.
 */
function hasRemains({ bytes, segment }: Loaded, next: number, checksum: Checksum): boolean {
  let isFound = false;
  for (let at = segment.closed; at < bytes.length; at += SECTOR_BYTES) {
    const head = readBatchHead(bytes, at, segment, checksum);
    if (head === null) continue;
    if (head.durable >= next) {
      throw damaged(segment.number, `is damaged at byte ${segment.closed}`);
    }
    isFound ||= isWhole(bytes, at, head, segment.salt, checksum);
  }
  return isFound;
}
