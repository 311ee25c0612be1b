/**
 * What a ring node keeps, as plain data for people and programs: its records without their values.
 */
import { formatId } from '../core/id.ts';
import { VERSION_BYTES } from './records/clock.ts';
import { isTombstone, valueBytes } from './records/record.ts';
import type { RingState } from './state.ts';

export interface RecordInfo {
  /** 40 hexadecimal digits. */
  readonly key: string;
  /** 32 hexadecimal digits that compare as versions are ordered: the newer is the larger. */
  readonly version: string;
  /** Of the value; 0 of a tombstone. */
  readonly bytes: number;
  /** A tombstone: the key was removed. */
  readonly isRemoved: boolean;
  /** It lies in an arc that this node answers for; otherwise it is a copy of somebody else's. */
  readonly isOwn: boolean;
}

/** The first `limit` records in the order of their keys. */
export function recordsOf(node: RingState, limit: number): RecordInfo[] {
  const records: RecordInfo[] = [];
  if (limit <= 0) return records;
  node.store.range(null, null, (key, record) => {
    records.push({
      key: formatId(key),
      version: hexOf(record, VERSION_BYTES),
      bytes: valueBytes(record),
      isRemoved: isTombstone(record),
      isOwn: node.identities.some((identity) => identity.owns(key, 0)),
    });
    return records.length < limit;
  });
  return records;
}

function hexOf(bytes: Uint8Array, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += bytes[i].toString(16).padStart(2, '0');
  return text;
}
