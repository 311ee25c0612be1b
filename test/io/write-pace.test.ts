/** Whether the next write to a disk waits for more to come in: only where several come along, and not many. */
import { expect, test } from 'vitest';
import { WritePace } from '../../src/io/write-pace.ts';

/** So many writes of so many records, each of which takes so long, one right behind the other; the time after them. */
function written(pace: WritePace, writes: number, records: number, tookMs: number, fromMs = 0) {
  let nowMs = fromMs;
  for (let i = 0; i < writes; i++) {
    pace.began(nowMs, records);
    nowMs += tookMs;
    pace.ended(nowMs);
  }
  return nowMs;
}

test('whoever writes alone never waits, however slow the disk is', () => {
  for (const tookMs of [0.05, 1, 20]) {
    const pace = new WritePace();
    expect(pace.restMs(0, 1)).toBe(0);
    const nowMs = written(pace, 100, 1, tookMs);
    expect(pace.restMs(nowMs, 1)).toBe(0);
    expect(pace.restMs(nowMs, 5)).toBe(0);
  }
});

test('a few that come along wait twice as long as a write takes, and no longer', () => {
  const pace = new WritePace();
  const nowMs = written(pace, 100, 2, 1.5);
  expect(pace.restMs(nowMs, 2)).toBeCloseTo(3, 3);
  expect(pace.restMs(nowMs + 1.5, 2)).toBeCloseTo(1.5, 3);
  expect(pace.restMs(nowMs + 2.5, 2)).toBe(0); // less than a timer can count
  expect(pace.restMs(nowMs + 60_000, 2)).toBe(0); // the disk has rested long enough
});

test('the rest is over when enough wait, and there is none where many come anyway', () => {
  const pace = new WritePace();
  const nowMs = written(pace, 100, 4, 1.5);
  expect(pace.restMs(nowMs, 7)).toBeGreaterThan(0);
  expect(pace.restMs(nowMs, 8)).toBe(0);
  const busy = new WritePace();
  expect(busy.restMs(written(busy, 100, 30, 1.5), 2)).toBe(0);
});

test('a quick disk is never left alone, a slow one for four milliseconds at most', () => {
  const quick = new WritePace();
  expect(quick.restMs(written(quick, 100, 3, 0.3), 3)).toBe(0);
  const slow = new WritePace();
  expect(slow.restMs(written(slow, 100, 3, 50), 3)).toBe(4);
});

test('what was is forgotten: who was in company and is alone now soon waits no longer', () => {
  const pace = new WritePace();
  let nowMs = written(pace, 100, 4, 2);
  expect(pace.restMs(nowMs, 1)).toBeGreaterThan(0);
  nowMs = written(pace, 25, 1, 2, nowMs);
  expect(pace.restMs(nowMs, 1)).toBe(0);
});
