import { expect, it } from 'vitest';
import { EVENT_VALUE_BYTES_MAX, History } from '../../../src/ring/records/history.ts';
import { blankRecord, RECORD_HEADER_BYTES } from '../../../src/ring/records/record.ts';

const key = new Uint8Array(20).fill(3);

function recordOf(ms: number, length = 10): Uint8Array {
  const record = blankRecord(new Uint8Array(length));
  record[5] = ms;
  return record;
}

it('keeps the last changes, bounded in bytes, and says what it lost', () => {
  const history = new History(2000);
  for (let i = 1; i <= 100; i++) history.note(key, 0, recordOf(i), i === 100);
  expect(history.next).toBe(101);
  const kept = history.next - history.first;
  expect(kept).toBeGreaterThan(5);
  expect(kept * (RECORD_HEADER_BYTES + 10)).toBeLessThan(2000);
  expect(history.at(100)).toMatchObject({ key, isExpiry: true, isCut: false });
  expect(history.at(history.first).record[5]).toBe(history.first);
  expect(history.lostMs).toBe(history.first - 1);
});

it('keeps of a large value the news only', () => {
  const history = new History(1 << 20);
  history.note(key, 0, recordOf(1, EVENT_VALUE_BYTES_MAX), false);
  history.note(key, 0, recordOf(1, EVENT_VALUE_BYTES_MAX + 1), false);
  expect(history.at(1).isCut).toBe(false);
  expect(history.at(2)).toMatchObject({ isCut: true });
  expect(history.at(2).record).toHaveLength(RECORD_HEADER_BYTES);
});

it('gives every entry back as it was noted, however many were forgotten', () => {
  const history = new History(40_000);
  const noted: { key: Uint8Array; record: Uint8Array; isExpiry: boolean }[] = [];
  for (let i = 0; i < 2000; i++) {
    const bytes = Uint8Array.from({ length: 27 }, (_, at) => (i * 31 + at * 7) & 255);
    const record = recordOf(i & 255, (i * 37) % 400);
    const isExpiry = i % 3 === 0;
    history.note(bytes, 7, record, isExpiry);
    noted.push({ key: bytes.slice(7), record, isExpiry });
    if (i % 97 !== 0) continue;
    expect(history.next).toBe(noted.length + 1);
    for (let number = history.first; number < history.next; number++) {
      expect(history.at(number)).toEqual({ ...noted[number - 1], isCut: false });
    }
  }
  expect(history.first).toBeGreaterThan(1000);
});

it('is nothing where nobody wants it', () => {
  const history = new History(0);
  history.note(key, 0, recordOf(1), false);
  expect(history.next).toBe(1);
});
