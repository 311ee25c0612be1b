import { describe, expect, it } from 'vitest';
import { HybridClock } from '../../../src/ring/records/clock.ts';
import {
  blankRecord,
  EXPIRY_MS_MAX,
  expiredRecord,
  expiryMs,
  isForgotten,
  isGone,
  isRecord,
  isTombstone,
  NAME_BYTES_MAX,
  nameOf,
  RECORD_HEADER_BYTES,
  RecordRoom,
  roomyRecord,
  valueAt,
  valueBytes,
  withPastOf,
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

  it('has a name and an expiry when it was given them', () => {
    const name = new TextEncoder().encode('room');
    const record = roomyRecord(name, 1_234_567_890_123, 3);
    record.set([1, 2, 3], valueAt(record));
    expect(isRecord(record, 0, record.length)).toBe(true);
    expect(expiryMs(record)).toBe(1_234_567_890_123);
    expect(nameOf(record)).toEqual(name);
    expect(valueBytes(record)).toBe(3);
    expect(isGone(record, 1_234_567_890_122)).toBe(false);
    expect(isGone(record, 1_234_567_890_123)).toBe(true);
    expect(expiryMs(roomyRecord(null, EXPIRY_MS_MAX, 0))).toBe(EXPIRY_MS_MAX);
    for (let length = 0; length < record.length - 3; length++) {
      expect(isRecord(record, 0, length), `${length}`).toBe(false);
    }
    const long = roomyRecord(new Uint8Array(NAME_BYTES_MAX + 1), 0, 0);
    expect(isRecord(long, 0, long.length)).toBe(false);
  });

  it('takes over the name of the one before, and keeps it as a tombstone', () => {
    const name = new TextEncoder().encode('room');
    const before = roomyRecord(name, 99, 3);
    before[0] = 5;
    const next = withPastOf(before, blankRecord(Uint8Array.of(7, 8)), 0, true);
    expect(nameOf(next)).toEqual(name);
    expect([...next.subarray(valueAt(next))]).toEqual([7, 8]);
    const removed = withPastOf(before, blankRecord(null), 0, true);
    expect(isTombstone(removed)).toBe(true);
    expect(nameOf(removed)).toEqual(name);
    const expired = expiredRecord(before);
    expect([expired[0], isTombstone(expired), expiryMs(expired)]).toEqual([5, true, 0]);
    for (const record of [next, removed, expired]) {
      expect(isRecord(record, 0, record.length)).toBe(true);
    }
  });
});

describe('room for a record', () => {
  const name = Uint8Array.of(1, 2, 3);

  it('becomes the record around what was written into it, once', () => {
    const room = new RecordRoom(name, 4);
    room.value.set([9, 8, 7, 6]);
    const record = room.take(name.slice(), 5000)!;
    const made = roomyRecord(name, 5000, 4);
    made.set([9, 8, 7, 6], valueAt(made));
    expect([...record]).toEqual([...made]);
    expect(record.buffer).toBe(room.value.buffer);
    expect(room.take(name, 5000)).toBeNull();
  });

  it('is nobody’s whose name is another', () => {
    const room = new RecordRoom(name, 1);
    for (const other of [null, Uint8Array.of(1, 2), Uint8Array.of(1, 2, 4)]) {
      expect(room.take(other, 0)).toBeNull();
    }
    expect(room.take(name, 0)).not.toBeNull();
    expect(new RecordRoom(null, 0).take(null, 0)).toEqual(roomyRecord(null, 0, 0));
  });
});
