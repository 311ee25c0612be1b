/**
 * A checkpoint as bytes: where the record of each key is, so that a log need not be read from its beginning.
 * It is a file of blocks, each summed up beginning with the sum of the one before, so that one that is missing,
 * spoilt or of another checkpoint is told, as is an end that is not there.
 *
 *     block     0 sum u32        CRC-32, begun with the sum of the block before, of all that follows
 *               4 length u32     of its body
 *               8 kind u8 | body
 *     begin     "RINGIDX1" | segment u32 | salt u32 | number u64 | count u32 | count × segment
 *               the log goes on behind batch `number`, in `segment`, which has this salt; those before it are known by
 *     segment     number u32 | salt u32 | bytes u64 | closed u32 | last u64
 *     rows      n × (key 20 | segment u32 | offset u32 | length u32 | head 24), in ascending order
 *     fact      segment u32 | offset u32 | bytes u32 | length u8 | name | value
 *     end       number u64 | rows u32 | facts u32
 *               nothing of this is of a batch after `number`
 *
 * Numbers are big-endian. Whatever is wrong with it, the log itself is whole, and is read instead.
 */
import { ID_BYTES } from '../id.ts';
import { HEAD_BYTES } from '../store.ts';
import { type Checksum, readLong, viewOf, writeLong } from './batch.ts';
import type { Contents, Fact } from './contents.ts';
import type { LogPort } from './port.ts';
import type { Segment } from './segment.ts';

const Kind = { begin: 1, rows: 2, fact: 3, end: 4 } as const;
type Kind = (typeof Kind)[keyof typeof Kind];

/** The last character is the version of all this. */
const MAGIC = new TextEncoder().encode('RINGIDX1');
const BLOCK_HEAD_BYTES = 9;
/** A length that is more lies. */
const BODY_BYTES_MAX = 1 << 26;
const SEGMENT_BYTES = 28;
const BEGIN_BYTES: number = MAGIC.length + 4 + 4 + 8 + 4;
const FACT_HEAD_BYTES = 13;
const HEAD_AT: number = ID_BYTES + 12;
export const ROW_BYTES: number = HEAD_AT + HEAD_BYTES;

/** A segment that is not read. */
export interface KnownSegment {
  number: number;
  salt: number;
  bytes: number;
  closed: number;
  last: number;
}

/** What is known beside the places. */
export interface CheckpointBounds {
  /** The log is read from here on, and what is behind batch `number` counts. */
  segment: number;
  salt: number;
  number: number;
  /** Batches up to this one were on disk when it was made. */
  end: number;
  /** Those before `segment`. */
  known: ReadonlyMap<number, KnownSegment>;
}

/** Blocks one behind the other. */
export class CheckpointWriter {
  readonly #checksum: Checksum;
  #sum = 0;

  constructor(checksum: Checksum) {
    this.#checksum = checksum;
  }

  /** @param active where batch `number` is, or the next one will be. */
  begin(active: Segment, number: number, known: readonly Segment[]): Uint8Array {
    const block = blank(BEGIN_BYTES + known.length * SEGMENT_BYTES);
    const view = viewOf(block);
    let at = BLOCK_HEAD_BYTES;
    block.set(MAGIC, at);
    at += MAGIC.length;
    view.setUint32(at, active.number);
    view.setUint32(at + 4, active.salt);
    writeLong(view, at + 8, number);
    view.setUint32(at + 16, known.length);
    at += 20;
    for (const { number: its, salt, bytes, closed, last } of known) {
      view.setUint32(at, its);
      view.setUint32(at + 4, salt);
      writeLong(view, at + 8, bytes);
      view.setUint32(at + 16, closed);
      writeLong(view, at + 20, last);
      at += SEGMENT_BYTES;
    }
    return this.#closed(Kind.begin, block);
  }

  /** The next rows behind key `after`, `limit` of them at most, and the last of their keys; null: there are none. */
  rows(
    contents: Contents,
    after: Uint8Array | null,
    limit: number,
  ): { block: Uint8Array; last: Uint8Array; count: number } | null {
    const { keys, segments, offsets, lengths } = contents.places;
    const room = blank(limit * ROW_BYTES);
    const view = viewOf(room);
    let at = BLOCK_HEAD_BYTES;
    const from = after === null ? null : following(after);
    if (after !== null && from === null) return null;
    keys.range(from, null, (key, row) => {
      room.set(key, at);
      view.setUint32(at + ID_BYTES, segments[row]!);
      view.setUint32(at + ID_BYTES + 4, offsets[row]!);
      view.setUint32(at + ID_BYTES + 8, lengths[row]!);
      room.set(contents.places.head(row), at + HEAD_AT);
      at += ROW_BYTES;
      return at < room.length;
    });
    const count = (at - BLOCK_HEAD_BYTES) / ROW_BYTES;
    if (count === 0) return null;
    const last = room.slice(at - ROW_BYTES, at - ROW_BYTES + ID_BYTES);
    return { block: this.#closed(Kind.rows, room.subarray(0, at)), last, count };
  }

  fact(name: string, fact: Fact): Uint8Array {
    const nameBytes = new TextEncoder().encode(name);
    const block = blank(FACT_HEAD_BYTES + nameBytes.length + fact.value.length);
    const view = viewOf(block);
    view.setUint32(BLOCK_HEAD_BYTES, fact.segment);
    view.setUint32(BLOCK_HEAD_BYTES + 4, fact.offset);
    view.setUint32(BLOCK_HEAD_BYTES + 8, fact.bytes);
    block[BLOCK_HEAD_BYTES + 12] = nameBytes.length;
    block.set(nameBytes, BLOCK_HEAD_BYTES + FACT_HEAD_BYTES);
    block.set(fact.value, BLOCK_HEAD_BYTES + FACT_HEAD_BYTES + nameBytes.length);
    return this.#closed(Kind.fact, block);
  }

  end(number: number, rows: number, facts: number): Uint8Array {
    const block = blank(16);
    const view = viewOf(block);
    writeLong(view, BLOCK_HEAD_BYTES, number);
    view.setUint32(BLOCK_HEAD_BYTES + 8, rows);
    view.setUint32(BLOCK_HEAD_BYTES + 12, facts);
    return this.#closed(Kind.end, block);
  }

  #closed(kind: Kind, block: Uint8Array): Uint8Array {
    const view = viewOf(block);
    view.setUint32(4, block.length - BLOCK_HEAD_BYTES);
    block[8] = kind;
    this.#sum = this.#checksum(block.subarray(4), this.#sum);
    view.setUint32(0, this.#sum);
    return block;
  }
}

/**
 * Reads the checkpoint of `port` into `contents`, which are empty; null when there is none that is whole, and
 * then they are worth nothing.
 */
export function readCheckpoint(port: LogPort, contents: Contents): CheckpointBounds | null {
  const blocks = new BlockReader(port);
  const begin = blocks.next();
  const bounds = begin === null ? null : readBegin(begin);
  if (bounds === null) return null;
  for (let block = blocks.next(); block !== null; block = blocks.next()) {
    const kind = block[8];
    if (kind === Kind.end) return isEnd(block, contents, bounds) ? bounds : null;
    if (kind === Kind.rows) readRows(block, contents);
    else if (kind === Kind.fact) readFact(block, contents);
    else return null;
  }
  return null;
}

class BlockReader {
  readonly #port: LogPort;
  #at = 0;
  #sum = 0;

  constructor(port: LogPort) {
    this.#port = port;
  }

  /** The next block, if it is the one that was put there. */
  next(): Uint8Array | null {
    const head = this.#read(BLOCK_HEAD_BYTES);
    const length = head === null ? 0 : viewOf(head).getUint32(4);
    if (head === null || length > BODY_BYTES_MAX) return null;
    const body = this.#read(length);
    if (body === null) return null;
    const block = new Uint8Array(BLOCK_HEAD_BYTES + length);
    block.set(head);
    block.set(body, BLOCK_HEAD_BYTES);
    this.#sum = this.#port.checksum(block.subarray(4), this.#sum);
    return this.#sum === viewOf(block).getUint32(0) ? block : null;
  }

  #read(length: number): Uint8Array | null {
    const bytes = new Uint8Array(length);
    if (this.#port.readCheckpoint(this.#at, bytes) < length) return null;
    this.#at += length;
    return bytes;
  }
}

function readBegin(block: Uint8Array): (CheckpointBounds & { end: number }) | null {
  const view = viewOf(block);
  let at = BLOCK_HEAD_BYTES;
  if (block[8] !== Kind.begin || block.length < at + BEGIN_BYTES) return null;
  if (MAGIC.some((byte, i) => block[at + i] !== byte)) return null;
  at += MAGIC.length;
  const segment = view.getUint32(at);
  const salt = view.getUint32(at + 4);
  const number = readLong(view, at + 8);
  const count = view.getUint32(at + 16);
  at += 20;
  if (block.length !== at + count * SEGMENT_BYTES) return null;
  const known = new Map<number, KnownSegment>();
  for (; at < block.length; at += SEGMENT_BYTES) {
    const its = view.getUint32(at);
    known.set(its, {
      number: its,
      salt: view.getUint32(at + 4),
      bytes: readLong(view, at + 8),
      closed: view.getUint32(at + 16),
      last: readLong(view, at + 20),
    });
  }
  return { segment, salt, number, end: 0, known };
}

function readRows(block: Uint8Array, contents: Contents): void {
  const view = viewOf(block);
  for (let at = BLOCK_HEAD_BYTES; at + ROW_BYTES <= block.length; at += ROW_BYTES) {
    const segment = view.getUint32(at + ID_BYTES);
    const offset = view.getUint32(at + ID_BYTES + 4);
    const length = view.getUint32(at + ID_BYTES + 8);
    contents.append(segment, block, at, offset, length, at + HEAD_AT);
  }
}

function readFact(block: Uint8Array, contents: Contents): void {
  const view = viewOf(block);
  const nameAt = BLOCK_HEAD_BYTES + FACT_HEAD_BYTES;
  const valueAt = nameAt + block[nameAt - 1]!;
  contents.keepFact(new TextDecoder().decode(block.subarray(nameAt, valueAt)), {
    value: block.slice(valueAt),
    segment: view.getUint32(BLOCK_HEAD_BYTES),
    offset: view.getUint32(BLOCK_HEAD_BYTES + 4),
    bytes: view.getUint32(BLOCK_HEAD_BYTES + 8),
  });
}

function isEnd(block: Uint8Array, contents: Contents, bounds: { end: number }): boolean {
  if (block.length !== BLOCK_HEAD_BYTES + 16) return false;
  const view = viewOf(block);
  bounds.end = readLong(view, BLOCK_HEAD_BYTES);
  const rows = view.getUint32(BLOCK_HEAD_BYTES + 8);
  const facts = view.getUint32(BLOCK_HEAD_BYTES + 12);
  return rows === contents.count && facts === contents.facts.size;
}

function blank(length: number): Uint8Array {
  return new Uint8Array(BLOCK_HEAD_BYTES + length);
}

/** The key after this one; null after the last. */
function following(key: Uint8Array): Uint8Array | null {
  const next = new Uint8Array(key);
  for (let i = ID_BYTES - 1; i >= 0; i--) {
    next[i] = next[i]! + 1;
    if (next[i] !== 0) return next;
  }
  return null;
}
