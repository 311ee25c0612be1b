import { expect, test } from 'vitest';
import { durationMs } from '../../src/lab/duration.ts';

test.each([
  [0, 0],
  [1500.4, 1500],
  ['250 ms', 250],
  ['2s', 2000],
  ['0.5 min', 30_000],
  ['1.5 h', 5_400_000],
  ['2 d', 172_800_000],
])('%j is %d ms', (duration, ms) => {
  expect(durationMs(duration)).toBe(ms);
});

test.each([
  ['10'],
  ['-1 s'],
  ['1 day'],
  ['s'],
  [-5],
  [Number.NaN],
  [Infinity],
  [null],
  [undefined],
  [{}],
])('%j is none', (duration) => {
  expect(() => durationMs(duration, 'at')).toThrow(
    /^"at" expected ms or text such as '10 min', got /,
  );
});
