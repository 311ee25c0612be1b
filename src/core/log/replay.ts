/**
 * Opening a log: its batches are read from the oldest segment that is needed to the end, and what is
 * there of a write that never came to its end is told from damage.
 *
 *     [ 7 8 9 ] [ 10 11 12 ] [ 13 14 ~~ 16 ] [          ]
 *                                    └ 15 is not whole: the end, if 16 was made when 15 was not yet
 *                                      known to be on disk, as the two of one write are; else damage
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
  toSector,
} from './batch.ts';
import type { Contents } from './contents.ts';
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

/**
 * Reads the log of `port` into `contents`, which are empty.
 * @throws LogError; what the port throws.
 */
export function replay(port: LogPort, contents: Contents): LogEnd {
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
  if (tail !== null) readAll(port, contents, last.oldest, tail);
  const next = last.number + 1;
  let isClean = tail !== null && !hasRemains(tail, next, port.checksum);
  for (const loaded of trailing) {
    if (hasRemains(loaded, next, port.checksum)) isClean = false;
    contents.segments.push(loaded.segment);
  }
  for (const file of files) if (file < last.oldest) port.drop(file);
  return {
    active: isClean ? tail!.segment : null,
    number: last.number,
    nextSegment: (files.at(-1) ?? 0) + 1,
  };
}

/** From the oldest that is needed to the newest that there was, none may be missing. */
function checkFiles(files: readonly number[], oldest: number, newest: number): void {
  const needed = files.filter((file) => file >= oldest);
  const end = Math.max(newest, needed.at(-1) ?? 0);
  for (let i = 0; oldest + i <= end; i++) {
    if (needed[i] !== oldest + i) throw damaged(oldest + i, 'is not there');
  }
}

function load(port: LogPort, file: number): Loaded {
  const bytes = port.load(file);
  const head = readSegmentHead(bytes);
  if (head === 'version') {
    throw new LogError('version', `segment ${file} of the log was written by another version`);
  }
  if (head === 'damaged' || head.number !== file) throw damaged(file, 'does not begin as one');
  if (head.bytes !== bytes.length) {
    throw damaged(file, `has ${bytes.length} bytes and should have ${head.bytes}`);
  }
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

function readAll(port: LogPort, contents: Contents, oldest: number, tail: Loaded): void {
  let next: number | null = null;
  for (let file = oldest; file <= tail.segment.number; file++) {
    const { segment, bytes } = file === tail.segment.number ? tail : load(port, file);
    contents.segments.push(segment);
    const reader = contents.reader(segment);
    walk(bytes, segment, port.checksum, (head, entriesAt, end) => {
      if (head.number !== (next ?? head.number)) {
        throw damaged(file, `goes on with batch ${head.number}, and ${next} is not there`);
      }
      next = head.number + 1;
      segment.last = head.number;
      if (!readEntries(bytes, entriesAt, end, reader)) {
        throw damaged(file, `has no entries in batch ${head.number}`);
      }
    });
    // The newest are looked at most.
    const isNew = tail.segment.number - file < IMAGE_BYTES_MAX / SEGMENT_BYTES_MAX;
    if (file === tail.segment.number || (isNew && bytes.length <= SEGMENT_BYTES_MAX)) {
      segment.image = bytes;
    }
  }
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
