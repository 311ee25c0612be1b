/**
 * A record: what the store keeps under a key, and what travels in every stream between our nodes.
 *
 *      16          1       6         …
 *     ┌───────────┬───────┬─────────┬─────────┐
 *     │ version   │ flags │ expiry  │ value   │
 *     └───────────┴───────┴─────────┴─────────┘
 *
 * A delete is a record too, a *tombstone*: without it, the next comparison with a node that was away
 * would bring the value back (riak_kv#311, KeyDB#83). On every path the newer version wins.
 * The expiry (ms since 1970, 0 for none) has its place and no use yet.
 */
import { VERSION_BYTES, versionMs } from './clock.ts';

const FLAGS_AT = VERSION_BYTES;
const EXPIRY_BYTES = 6;
/** Bytes before the value. */
export const RECORD_HEADER_BYTES: number = VERSION_BYTES + 1 + EXPIRY_BYTES;
const TOMBSTONE = 1;

export function isTombstone(record: Uint8Array, at = 0): boolean {
  return (record[at + FLAGS_AT] & TOMBSTONE) !== 0;
}

/** A tombstone that has done its duty: nobody remembers the value any more. */
export function isForgotten(record: Uint8Array, now: number, tombstoneMs: number): boolean {
  return isTombstone(record) && versionMs(record, 0) + tombstoneMs < now;
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

/** Bytes that could not have been written by `blankRecord`: they came from somebody broken. */
export function isRecord(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < RECORD_HEADER_BYTES) return false;
  if ((bytes[start + FLAGS_AT] & ~TOMBSTONE) !== 0) return false;
  return !isTombstone(bytes, start) || end - start === RECORD_HEADER_BYTES;
}
