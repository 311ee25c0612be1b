/**
 * What a log of records is made of: segments, files of one size whose bytes exist before anything is
 * written to them; in a segment batches, one behind the other; in a batch entries.
 *
 *     segment   0 "RINGLOG1" | 8 number u32 | 12 salt u32 | 16 bytes u64     512 bytes, then batches
 *     batch     0 head's sum u32     CRC-32, begun with the salt, of bytes 4 to 40
 *               4 entries' sum u32   the same of the entries
 *               8 length u32         bytes of the entries
 *              12 segment u32        the one it is in
 *              16 oldest u32         the first segment that is still needed
 *              20 newest u32         the last segment that is there: one that was taken away is missed
 *              24 number u64         1, 2, 3 … through all segments
 *              32 durable u64        all batches up to this number were on disk when this one was made
 *              40 entries
 *     entry     0 | key 20                                   removed
 *               1 | key 20 | length u32 | record             put
 *               2 | length u8 | name | length u32 | value    fact
 *
 * Numbers are big-endian. A batch begins at a multiple of 512 bytes, a sector: a write that the power
 * fails in never touches a sector of a batch that was durable before. So what is there of an
 * unfinished write is no batch, for its sum is wrong, and all before it is whole. Numbers without a
 * gap say that nothing is missing in between, and `durable` tells an unfinished batch, after which a
 * later one of the same write may well stand, from one that was damaged afterwards.
 *
 * Each use of a file has a salt of its own, which nobody outside can know. So neither what an earlier
 * use has left, nor a value that was made to look like a batch, is ever taken for one.
 */
import { ID_BYTES } from '../id.ts';

/** The smallest that any disk writes in one piece. */
export const SECTOR_BYTES = 512;
export const BATCH_HEAD_BYTES = 40;
/** Of an entry, before its record. */
export const PUT_HEAD_BYTES: number = 1 + ID_BYTES + 4;
export const REMOVED_BYTES: number = 1 + ID_BYTES;
/** A fact has a name of so many bytes at most: its length is one byte. */
export const FACT_NAME_BYTES_MAX = 255;

/** Where the entries' sum, and the length after it, stand in a head. */
const SUM_AT = 4;
const LENGTH_AT = 8;
const WORD = 0x1_0000_0000;
/** The last character is the version of all this. */
const MAGIC = new TextEncoder().encode('RINGLOG1');

const Entry = { removed: 0, put: 1, fact: 2 } as const;

/** CRC-32 as in zlib and PNG, begun with `seed`. */
export type Checksum = (bytes: Uint8Array, seed: number) => number;

/** What stands at the head of a batch. */
export interface BatchHead {
  /** Bytes of its entries. */
  length: number;
  segment: number;
  oldest: number;
  newest: number;
  number: number;
  durable: number;
}

/** What a batch says, entry by entry; offsets are those of `bytes`, which are borrowed. */
export interface EntryReader {
  put(bytes: Uint8Array, key: number, record: number, length: number): void;
  removed(bytes: Uint8Array, key: number): void;
  /** @param entryBytes of all of the entry. */
  fact(bytes: Uint8Array, name: string, value: number, length: number, entryBytes: number): void;
}

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function toSector(offset: number): number {
  return Math.ceil(offset / SECTOR_BYTES) * SECTOR_BYTES;
}

/** The first sector of a segment. */
export interface SegmentHead {
  number: number;
  salt: number;
  bytes: number;
}

export function writeSegmentHead(segment: SegmentHead): Uint8Array {
  const head = new Uint8Array(SECTOR_BYTES);
  head.set(MAGIC);
  const view = viewOf(head);
  view.setUint32(8, segment.number);
  view.setUint32(12, segment.salt);
  writeLong(view, 16, segment.bytes);
  return head;
}

/** What is wrong is told in a word: it is of another version, or no head of a segment. */
export function readSegmentHead(head: Uint8Array): SegmentHead | 'version' | 'damaged' {
  if (head.length < SECTOR_BYTES) return 'damaged';
  const last = MAGIC.length - 1;
  for (let i = 0; i < last; i++) if (head[i] !== MAGIC[i]) return 'damaged';
  if (head[last] !== MAGIC[last]) return 'version';
  const view = viewOf(head);
  return { number: view.getUint32(8), salt: view.getUint32(12), bytes: readLong(view, 16) };
}

/** Closes the batch at `at`, whose entries are in place. */
export function writeBatchHead(
  bytes: Uint8Array,
  at: number,
  head: BatchHead,
  salt: number,
  checksum: Checksum,
): void {
  const view = viewOf(bytes);
  const entriesAt = at + BATCH_HEAD_BYTES;
  view.setUint32(at + SUM_AT, checksum(bytes.subarray(entriesAt, entriesAt + head.length), salt));
  view.setUint32(at + LENGTH_AT, head.length);
  view.setUint32(at + 12, head.segment);
  view.setUint32(at + 16, head.oldest);
  view.setUint32(at + 20, head.newest);
  writeLong(view, at + 24, head.number);
  writeLong(view, at + 32, head.durable);
  view.setUint32(at, checksum(bytes.subarray(at + SUM_AT, entriesAt), salt));
}

/** The head of a batch of `segment` at `at`; null when there is none. */
export function readBatchHead(
  bytes: Uint8Array,
  at: number,
  segment: { number: number; salt: number },
  checksum: Checksum,
): BatchHead | null {
  const entriesAt = at + BATCH_HEAD_BYTES;
  if (entriesAt > bytes.length) return null;
  const view = viewOf(bytes);
  if (view.getUint32(at + 12) !== segment.number) return null;
  const sum = checksum(bytes.subarray(at + SUM_AT, entriesAt), segment.salt);
  if (view.getUint32(at) !== sum) return null;
  return {
    length: view.getUint32(at + LENGTH_AT),
    segment: segment.number,
    oldest: view.getUint32(at + 16),
    newest: view.getUint32(at + 20),
    number: readLong(view, at + 24),
    durable: readLong(view, at + 32),
  };
}

/** Whether all entries of a batch are there as they were written. */
export function isWhole(
  bytes: Uint8Array,
  at: number,
  head: BatchHead,
  salt: number,
  checksum: Checksum,
): boolean {
  const entriesAt = at + BATCH_HEAD_BYTES;
  const end = entriesAt + head.length;
  if (end > bytes.length) return false;
  return viewOf(bytes).getUint32(at + SUM_AT) === checksum(bytes.subarray(entriesAt, end), salt);
}

/** Writes an entry at `at`; returns where its record begins. */
export function writePut(
  bytes: Uint8Array,
  at: number,
  key: Uint8Array,
  start: number,
  record: Uint8Array,
): number {
  bytes[at] = Entry.put;
  for (let i = 0; i < ID_BYTES; i++) bytes[at + 1 + i] = key[start + i]!;
  const lengthAt = at + 1 + ID_BYTES;
  bytes[lengthAt] = record.length >>> 24;
  bytes[lengthAt + 1] = record.length >>> 16;
  bytes[lengthAt + 2] = record.length >>> 8;
  bytes[lengthAt + 3] = record.length;
  bytes.set(record, lengthAt + 4);
  return lengthAt + 4;
}

export function writeRemoved(bytes: Uint8Array, at: number, key: Uint8Array, start: number): void {
  bytes[at] = Entry.removed;
  for (let i = 0; i < ID_BYTES; i++) bytes[at + 1 + i] = key[start + i]!;
}

export function factBytes(name: Uint8Array, value: Uint8Array): number {
  return 1 + 1 + name.length + 4 + value.length;
}

/** Writes an entry at `at`; returns where its value begins. */
export function writeFact(
  bytes: Uint8Array,
  at: number,
  name: Uint8Array,
  value: Uint8Array,
): number {
  bytes[at] = Entry.fact;
  bytes[at + 1] = name.length;
  bytes.set(name, at + 2);
  viewOf(bytes).setUint32(at + 2 + name.length, value.length);
  const valueAt = at + 2 + name.length + 4;
  bytes.set(value, valueAt);
  return valueAt;
}

/** Reads the entries of a whole batch from `at` to `end`. False when they are none, whatever the sum says. */
export function readEntries(
  bytes: Uint8Array,
  at: number,
  end: number,
  reader: EntryReader,
): boolean {
  const view = viewOf(bytes);
  while (at < end) {
    const kind = bytes[at]!;
    const nameAt = kind === Entry.fact ? at + 2 : at + 1;
    const lengthAt = nameAt + (kind === Entry.fact ? bytes[at + 1]! : ID_BYTES);
    if (kind > Entry.fact || lengthAt > end) return false;
    if (kind === Entry.removed) {
      reader.removed(bytes, nameAt);
      at = lengthAt;
      continue;
    }
    const valueAt = lengthAt + 4;
    const length = valueAt > end ? WORD : view.getUint32(lengthAt);
    const entryBytes = valueAt + length - at;
    at += entryBytes;
    if (at > end) return false;
    if (kind === Entry.put) reader.put(bytes, nameAt, valueAt, length);
    else {
      const name = new TextDecoder().decode(bytes.subarray(nameAt, lengthAt));
      reader.fact(bytes, name, valueAt, length, entryBytes);
    }
  }
  return true;
}

export function writeLong(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / WORD));
  view.setUint32(at + 4, value % WORD);
}

export function readLong(view: DataView, at: number): number {
  return view.getUint32(at) * WORD + view.getUint32(at + 4);
}
