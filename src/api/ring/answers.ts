/**
 * Answers of owners to acts and queries, read: the bytes that ring/acts.ts and ring/queries.ts write, as
 * plain data.
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { Frame, FrameWriter } from '../../ring/frames.ts';
import type { RingOutcome } from '../../ring/outcome.ts';
import { ListFlag, QueryVerb } from '../../ring/queries.ts';
import { VERDICTS, type Verdict } from '../../ring/records/act.ts';
import { VERSION_BYTES } from '../../ring/records/clock.ts';

/** What an act came to. */
export interface Acted {
  readonly verdict: Verdict;
  /** There was such a key. */
  readonly existed: boolean;
  /** The old value, where it was asked for; a new length or number of acts that make one. */
  readonly result: Uint8Array | null;
  /** Of the record as it is now; zeros when there is none. */
  readonly version: Uint8Array;
  readonly copies: number;
  readonly owner: number;
  readonly hops: number;
}

export function actedOf({ value, found, version, copies, owner, hops }: RingOutcome): Acted {
  const [verdict = 0, hasResult] = value ?? [];
  return {
    verdict: VERDICTS[verdict] ?? 'unmatched',
    existed: found,
    result: hasResult === 1 ? value!.subarray(2) : null,
    version: version ?? new Uint8Array(VERSION_BYTES),
    copies,
    owner,
    hops,
  };
}

/** Bytes as somebody writes them, in memory of their own. */
export function written(write: (out: FrameWriter) => void, roomBytes = 256): Uint8Array {
  const out = new FrameWriter();
  out.room(roomBytes);
  write(out);
  return out.bytes.subarray(0, out.length);
}

/** Bytes as something to read from. */
export function frameOf(bytes: Uint8Array): Frame {
  const frame = new Frame();
  frame.bytes = bytes;
  frame.end = bytes.length;
  return frame;
}

/** A value, or a part of it, and what is known of it. */
export interface Part {
  readonly value: Uint8Array;
  readonly version: Uint8Array;
  /** Milliseconds since 1970; 0: it does not expire. */
  readonly untilMs: number;
  /** Of the whole value. */
  readonly length: number;
}

/** Asks for the bytes from `first` to `last`, both counted from 0, or backwards from -1. */
export function readQuery(first: number, last: number): Uint8Array {
  return written((out) => {
    out.u8(QueryVerb.read);
    out.f64(first);
    out.f64(last);
  });
}

/** Null: there is no such key. */
export function partOf(frame: Frame): Part | null {
  if (frame.u8() === 0) return null;
  const version = frame.copy(VERSION_BYTES);
  const untilMs = frame.f64();
  const length = frame.f64();
  const value = frame.bytes.subarray(frame.at, frame.end);
  return { value, version, untilMs, length };
}

/** Who owns a place. */
export interface ServedAt {
  /** Where the next one begins. */
  readonly next: Uint8Array;
  readonly home: Address;
  /** Where it serves clients of others, `host:port`; '' is nowhere. */
  readonly servesAt: string;
}

export function portQuery(): Uint8Array {
  return written((out) => out.u8(QueryVerb.port));
}

export function servedAt(frame: Frame): ServedAt {
  const next = frame.copy(ID_BYTES);
  const home = frame.address();
  const servesAt = new TextDecoder().decode(frame.bytes.subarray(frame.at, frame.end));
  return { next, home, servesAt };
}

export interface ListWish {
  readonly limit: number;
  readonly prefix: Uint8Array;
  readonly flags: number;
}

/** Asks for the keys from a place to the end of the circle, or to `to`. */
export function listQuery(to: Uint8Array, { flags, limit, prefix }: ListWish): Uint8Array {
  return written((out) => {
    out.u8(QueryVerb.list);
    out.raw(to);
    out.u8(flags);
    out.u32(limit);
    out.raw(prefix);
  });
}

export interface Listed {
  readonly hash: Uint8Array;
  /** Null: it was not kept. */
  readonly name: Uint8Array | null;
  readonly version: Uint8Array;
  readonly untilMs: number;
  readonly length: number;
  /** Only when values were asked for. */
  readonly value: Uint8Array | null;
}

export interface ListPage {
  /** Where to go on. */
  readonly next: Uint8Array;
  readonly count: number;
  readonly entries: readonly Listed[];
}

export function listPageOf(frame: Frame, flags: number): ListPage {
  const next = frame.copy(ID_BYTES);
  const count = frame.u32();
  const entries: Listed[] = [];
  while (frame.left > 0 && !frame.isBroken) {
    const hash = frame.copy(ID_BYTES);
    const version = frame.copy(VERSION_BYTES);
    const untilMs = frame.f64();
    const length = frame.f64();
    const isNamed = frame.u8() === 1;
    const name = frame.copy(frame.u32());
    const hasValue = (flags & ListFlag.values) !== 0;
    const value = hasValue ? frame.copy(length) : null;
    entries.push({ hash, name: isNamed ? name : null, version, untilMs, length, value });
  }
  return { next, count, entries };
}
