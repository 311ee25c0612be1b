/**
 * A record: what the store keeps under a key, and what travels in every stream between our nodes.
 *
 *      16          1       6          2 + n            2 + n               …
 *     ┌───────────┬───────┬─────────┬────────────────┬───────────────────┬─────────┐
 *     │ version   │ flags │ expiry  │ length, name   │ length, done acts │ value   │
 *     └───────────┴───────┴─────────┴────────────────┴───────────────────┴─────────┘
 *                                    only when flagged, each
 *
 * A delete is a record too, a *tombstone*: without it, the next comparison with a node that was away
 * would bring the value back (riak_kv#311, KeyDB#83). On every path the newer version wins.
 *
 * The expiry is milliseconds since 1970, 0 for none; from then on the record is *gone*, which is as good
 * as a tombstone of the same version, and every holder makes it one by itself. The name is what the key is
 * the hash of, for those who want to list keys; whoever keeps the record keeps it, and so does its tombstone.
 * Which acts have made it stands in done-acts.ts.
 */
import { MS_BYTES, VERSION_BYTES, versionMs, writeMs } from './clock.ts';
import {
  type ActId,
  type ActOutcome,
  DONE_ACTS_BYTES_MAX,
  isDoneActs,
  nextDoneActs,
} from './done-acts.ts';

const FLAGS_AT = VERSION_BYTES;
const EXPIRY_AT = FLAGS_AT + 1;
/** Bytes before the name, or before the value where there is none. */
export const RECORD_HEADER_BYTES: number = EXPIRY_AT + MS_BYTES;
const TOMBSTONE = 1;
const NAMED = 2;
const DONE = 4;
/** Of the length of a name, and of what acts have left. */
const LENGTH_BYTES = 2;
/** Of a name: a list of a few hundred still fits a frame. */
export const NAME_BYTES_MAX = 2048;
/** The last expiry that six bytes can say, in the year 10889. */
export const EXPIRY_MS_MAX: number = 2 ** 48 - 1;

export function isTombstone(record: Uint8Array, at = 0): boolean {
  return (record[at + FLAGS_AT] & TOMBSTONE) !== 0;
}

/** Milliseconds since 1970 from which on the record is gone; 0: never. */
export function expiryMs(record: Uint8Array, at = 0): number {
  return versionMs(record, at + EXPIRY_AT);
}

/** Removed or expired: for whoever asks there is no such key. */
export function isGone(record: Uint8Array, now: number): boolean {
  if (isTombstone(record)) return true;
  const ms = expiryMs(record);
  return ms !== 0 && ms <= now;
}

/** A tombstone that has done its duty: nobody remembers the value any more. */
export function isForgotten(record: Uint8Array, now: number, tombstoneMs: number): boolean {
  return isTombstone(record) && versionMs(record, 0) + tombstoneMs < now;
}

/** Length of a part that may be there at `at`, its own length included. */
function partBytes(record: Uint8Array, flag: number, start: number, at: number): number {
  if ((record[start + FLAGS_AT] & flag) === 0) return 0;
  return LENGTH_BYTES + ((record[at] << 8) | record[at + 1]);
}

/** Where the done acts would begin, counted from the beginning of the array. */
function actsStart(record: Uint8Array, start: number): number {
  const at = start + RECORD_HEADER_BYTES;
  return at + partBytes(record, NAMED, start, at);
}

/** Where the value begins, counted from the beginning of the record. */
export function valueAt(record: Uint8Array, at = 0): number {
  const acts = actsStart(record, at);
  return acts + partBytes(record, DONE, at, acts) - at;
}

/** Bytes of the name and of the done acts, their lengths included. */
export function partsOf(record: Uint8Array, at: number): [name: number, acts: number] {
  const acts = actsStart(record, at);
  return [acts - at - RECORD_HEADER_BYTES, valueAt(record, at) + at - acts];
}

/** Bytes of the value; 0 of a tombstone. */
export function valueBytes(record: Uint8Array): number {
  return record.length - valueAt(record);
}

/** The name, as part of the record; null when it was not kept. */
export function nameOf(record: Uint8Array): Uint8Array | null {
  const start = RECORD_HEADER_BYTES + LENGTH_BYTES;
  const end = actsStart(record, 0);
  return start > end ? null : record.subarray(start, end);
}

/** What it remembers of acts (done-acts.ts), as part of the record; null when that is nothing. */
export function doneActsOf(record: Uint8Array): Uint8Array | null {
  const start = actsStart(record, 0) + LENGTH_BYTES;
  const end = valueAt(record);
  return start > end ? null : record.subarray(start, end);
}

/** A record of `bytes[start, end)`, its version still zeros; a tombstone has no value. */
export function blankRecord(
  bytes: Uint8Array | null,
  start = 0,
  end: number = bytes?.length ?? 0,
): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER_BYTES + (bytes ? end - start : 0));
  if (bytes) record.set(bytes.subarray(start, end), RECORD_HEADER_BYTES);
  else record[FLAGS_AT] = TOMBSTONE;
  return record;
}

/** The same with a name, an expiry and done acts: room for a value of `length` bytes, or a tombstone. */
export function roomyRecord(
  name: Uint8Array | null,
  untilMs: number,
  length: number | null,
  acts: Uint8Array | null = null,
): Uint8Array {
  const nameBytes = name === null ? 0 : LENGTH_BYTES + name.length;
  const actsBytes = acts === null ? 0 : LENGTH_BYTES + acts.length;
  const record = new Uint8Array(RECORD_HEADER_BYTES + nameBytes + actsBytes + (length ?? 0));
  if (length === null) record[FLAGS_AT] = TOMBSTONE;
  writeMs(record, EXPIRY_AT, untilMs);
  putPart(record, NAMED, RECORD_HEADER_BYTES, name);
  putPart(record, DONE, RECORD_HEADER_BYTES + nameBytes, acts);
  return record;
}

/**
 * Memory for a record whose value is still coming in. It is written where it will lie, so that a large one is
 * never there twice:
 *
 *     header, name │ value ◀── written by whoever takes it in
 *     ◀────────── the record, once ──────────────────────────▶
 */
export class RecordRoom {
  /** To be filled; from `take` on it is the record's. */
  readonly value: Uint8Array;
  readonly #name: Uint8Array | null;
  #record: Uint8Array | null;

  constructor(name: Uint8Array | null, length: number) {
    this.#name = name;
    this.#record = roomyRecord(name, 0, length);
    this.value = this.#record.subarray(this.#record.length - length);
  }

  /** The record around the value, if it is to have this name, and has not been taken: nobody else may have it. */
  take(name: Uint8Array | null, untilMs: number): Uint8Array | null {
    const record = this.#record;
    if (record === null || !isSameName(name, this.#name)) return null;
    this.#record = null;
    writeMs(record, EXPIRY_AT, untilMs);
    return record;
  }
}

function isSameName(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function putPart(record: Uint8Array, flag: number, at: number, part: Uint8Array | null): void {
  if (part === null) return;
  record[FLAGS_AT] |= flag;
  record[at] = part.length >>> 8;
  record[at + 1] = part.length & 255;
  record.set(part, at + LENGTH_BYTES);
}

/**
 * The record with the name of the one that it replaces, for a key has one name, whoever writes it, and with what
 * that one remembers of acts, unless it has been given that already.
 */
export function withPastOf(
  before: Uint8Array | null,
  record: Uint8Array,
  now: number,
  isSteady: boolean,
): Uint8Array {
  if (before === null || (record[FLAGS_AT] & DONE) !== 0) return rebuilt(before, record, null);
  const version = before.subarray(0, VERSION_BYTES);
  return rebuilt(
    before,
    record,
    nextDoneActs(doneActsOf(before), version, now, isSteady, null, null),
  );
}

/** The same, made by an act that is to be remembered. */
export function withDoneAct(
  before: Uint8Array | null,
  record: Uint8Array,
  now: number,
  isSteady: boolean,
  id: ActId,
  done: ActOutcome,
): Uint8Array {
  const version = before?.subarray(0, VERSION_BYTES) ?? record;
  const section = before === null ? null : doneActsOf(before);
  return rebuilt(before, record, nextDoneActs(section, version, now, isSteady, id, done));
}

function rebuilt(
  before: Uint8Array | null,
  record: Uint8Array,
  newActs: Uint8Array | null,
): Uint8Array {
  const own = nameOf(record);
  const name = own ?? (before === null ? null : nameOf(before));
  if (newActs === null && name === own) return record;
  const acts = newActs ?? doneActsOf(record);
  const length = isTombstone(record) ? null : valueBytes(record);
  const next = roomyRecord(name, expiryMs(record), length, acts);
  next.set(record.subarray(0, VERSION_BYTES));
  if (length !== null) next.set(record.subarray(valueAt(record)), valueAt(next));
  return next;
}

/** The tombstone that an expired record has become, of the same version. */
export function expiredRecord(record: Uint8Array): Uint8Array {
  const tombstone = roomyRecord(nameOf(record), 0, null, doneActsOf(record));
  tombstone.set(record.subarray(0, VERSION_BYTES));
  return tombstone;
}

/** Bytes that could not have been written here: they came from somebody broken. */
export function isRecord(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < RECORD_HEADER_BYTES) return false;
  const flags = bytes[start + FLAGS_AT];
  if ((flags & ~(TOMBSTONE | NAMED | DONE)) !== 0) return false;
  const name = start + RECORD_HEADER_BYTES;
  if (!isPart(bytes, flags & NAMED, name, end, NAME_BYTES_MAX)) return false;
  const acts = actsStart(bytes, start);
  if (!isPart(bytes, flags & DONE, acts, end, DONE_ACTS_BYTES_MAX)) return false;
  const value = start + valueAt(bytes, start);
  if ((flags & DONE) !== 0 && !isDoneActs(bytes, acts + LENGTH_BYTES, value)) return false;
  return isTombstone(bytes, start) ? value === end : true;
}

/** A part that is there, whole, and not longer than it may be. */
function isPart(bytes: Uint8Array, flag: number, at: number, end: number, most: number): boolean {
  if (flag === 0) return true;
  if (at + LENGTH_BYTES > end) return false;
  const length = (bytes[at] << 8) | bytes[at + 1];
  return length <= most && at + LENGTH_BYTES + length <= end;
}
