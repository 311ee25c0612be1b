import { describe, expect, it } from 'vitest';
import { HybridClock } from '../../../src/ring/records/clock.ts';
import {
  blankRecord,
  isForgotten,
  isRecord,
  isTombstone,
  RECORD_HEADER_BYTES,
} from '../../../src/ring/records/record.ts';

const hash = new Uint8Array(20).fill(7);

describe('a record', () => {
  it('has its value behind the header', () => {
    const record = blankRecord(Uint8Array.of(9, 1, 2, 3, 9), 1, 4);
    expect(record.length).toBe(RECORD_HEADER_BYTES + 3);
    expect([...record.subarray(RECORD_HEADER_BYTES)]).toEqual([1, 2, 3]);
    expect(isTombstone(record)).toBe(false);
    expect(isRecord(record, 0, record.length)).toBe(true);
  });

  it('may be empty, which is no tombstone', () => {
    expect(isTombstone(blankRecord(new Uint8Array(0)))).toBe(false);
    expect(isTombstone(blankRecord(null))).toBe(true);
  });

  it('is forgotten when it is a tombstone of that age', () => {
    const [tomb, value] = [blankRecord(null), blankRecord(hash)];
    for (const record of [tomb, value]) new HybridClock().next(1_000_000, hash, null, record);
    expect(isForgotten(tomb, 1_000_500, 500)).toBe(false);
    expect(isForgotten(tomb, 1_000_501, 500)).toBe(true);
    expect(isForgotten(value, 9_000_000, 500)).toBe(false);
  });

  it('is told from bytes that are none', () => {
    const record = blankRecord(hash, 0, 20);
    expect(isRecord(record, 0, RECORD_HEADER_BYTES - 1)).toBe(false);
    record[16] = 2;
    expect(isRecord(record, 0, record.length)).toBe(false);
    record[16] = 1; // a tombstone has no value
    expect(isRecord(record, 0, record.length)).toBe(false);
    expect(isRecord(record, 0, RECORD_HEADER_BYTES)).toBe(true);
  });
});
