/**
 * A record: what the store keeps under a key, and what travels in every stream between our nodes.
 *
 *      16          1       6          2 + n            …
 *     ┌───────────┬───────┬─────────┬────────────────┬─────────┐
 *     │ version   │ flags │ expiry  │ length, name   │ value   │
 *     └───────────┴───────┴─────────┴────────────────┴─────────┘
 *                                    only when flagged
 *
 * A delete is a record too, a *tombstone*: without it, the next comparison with a node that was away
 * would bring the value back (riak_kv#311, KeyDB#83). On every path the newer version wins.
 *
 * The expiry is milliseconds since 1970, 0 for none; from then on the record is *gone*, which is as good
 * as a tombstone of the same version, and every holder makes it one by itself. The name is what the key is
 * the hash of, for those who want to list keys; whoever keeps the record keeps it, and so does its tombstone.
 */
import { VERSION_BYTES, versionMs } from './clock.ts';

const FLAGS_AT = VERSION_BYTES;
const EXPIRY_AT = FLAGS_AT + 1;
const EXPIRY_BYTES = 6;
/** Bytes before the name, or before the value where there is none. */
export const RECORD_HEADER_BYTES: number = EXPIRY_AT + EXPIRY_BYTES;
const TOMBSTONE = 1;
const NAMED = 2;
const NAME_LENGTH_BYTES = 2;
/** Of a name: a list of a few hundred still fits a frame. */
export const NAME_BYTES_MAX = 2048;
/** The last expiry that six bytes can say, in the year 10889. */
export const EXPIRY_MS_MAX: number = 2 ** 48 - 1;

export function isTombstone(record: Uint8Array, at = 0): boolean {
  return (record[at + FLAGS_AT] & TOMBSTONE) !== 0;
}

/** Milliseconds since 1970 from which on the record is gone; 0: never. */
export function expiryMs(record: Uint8Array, at = 0): number {
  let ms = 0;
  for (let i = 0; i < EXPIRY_BYTES; i++) ms = ms * 256 + record[at + EXPIRY_AT + i];
  return ms;
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

function nameLength(record: Uint8Array, at: number): number {
  if ((record[at + FLAGS_AT] & NAMED) === 0) return -1;
  return (record[at + RECORD_HEADER_BYTES] << 8) | record[at + RECORD_HEADER_BYTES + 1];
}

/** Where the value begins, counted from the beginning of the record. */
export function valueAt(record: Uint8Array, at = 0): number {
  const length = nameLength(record, at);
  return length < 0 ? RECORD_HEADER_BYTES : RECORD_HEADER_BYTES + NAME_LENGTH_BYTES + length;
}

/** Bytes of the value; 0 of a tombstone. */
export function valueBytes(record: Uint8Array): number {
  return record.length - valueAt(record);
}

/** The name, as part of the record; null when it was not kept. */
export function nameOf(record: Uint8Array): Uint8Array | null {
  const length = nameLength(record, 0);
  if (length < 0) return null;
  const start = RECORD_HEADER_BYTES + NAME_LENGTH_BYTES;
  return record.subarray(start, start + length);
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

/** The same with a name and an expiry: room for a value of `length` bytes, or a tombstone. */
export function roomyRecord(
  name: Uint8Array | null,
  untilMs: number,
  length: number | null,
): Uint8Array {
  const head = RECORD_HEADER_BYTES + (name === null ? 0 : NAME_LENGTH_BYTES + name.length);
  const record = new Uint8Array(head + (length ?? 0));
  if (length === null) record[FLAGS_AT] = TOMBSTONE;
  let rest = untilMs;
  for (let i = EXPIRY_BYTES - 1; i >= 0; i--) {
    record[EXPIRY_AT + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  if (name === null) return record;
  record[FLAGS_AT] |= NAMED;
  record[RECORD_HEADER_BYTES] = name.length >>> 8;
  record[RECORD_HEADER_BYTES + 1] = name.length & 255;
  record.set(name, RECORD_HEADER_BYTES + NAME_LENGTH_BYTES);
  return record;
}

/** The record with the name of the one that it replaces: a key has one name, whoever writes it. */
export function withNameOf(before: Uint8Array | null, record: Uint8Array): Uint8Array {
  const name = before === null ? null : nameOf(before);
  if (name === null || nameLength(record, 0) >= 0) return record;
  const isGoneNow = isTombstone(record);
  const named = roomyRecord(name, expiryMs(record), isGoneNow ? null : valueBytes(record));
  named.set(record.subarray(0, VERSION_BYTES));
  if (!isGoneNow) named.set(record.subarray(RECORD_HEADER_BYTES), valueAt(named));
  return named;
}

/** The tombstone that an expired record has become, of the same version. */
export function expiredRecord(record: Uint8Array): Uint8Array {
  const tombstone = roomyRecord(nameOf(record), 0, null);
  tombstone.set(record.subarray(0, VERSION_BYTES));
  return tombstone;
}

/** Bytes that could not have been written here: they came from somebody broken. */
export function isRecord(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < RECORD_HEADER_BYTES) return false;
  const flags = bytes[start + FLAGS_AT];
  if ((flags & ~(TOMBSTONE | NAMED)) !== 0) return false;
  if ((flags & NAMED) !== 0) {
    if (end - start < RECORD_HEADER_BYTES + NAME_LENGTH_BYTES) return false;
    if (nameLength(bytes, start) > NAME_BYTES_MAX) return false;
  }
  const value = start + valueAt(bytes, start);
  return isTombstone(bytes, start) ? value === end : value <= end;
}
