/** Nodes at rest: exactly as long as they said, and nobody new where there is no room. */
import { expect, test } from 'vitest';
import { Resting } from '../../../src/mainline/rows/resting.ts';

test('a node may be asked again when its time is over, and not before', () => {
  const resting = new Resting();
  expect(resting.mayAsk(0, 7)).toBe(true);
  resting.rest(100, 7, 1000);
  expect([1099, 1100].map((now) => resting.mayAsk(now, 7))).toEqual([false, true]);
  resting.rest(1100, 7, 0);
  expect(resting.mayAsk(1100, 7)).toBe(true);
  expect(resting.count).toBe(1);
});

test('without room nobody new is asked, until somebody has rested', () => {
  const resting = new Resting(3);
  for (const address of [1, 2, 3]) resting.rest(0, address, address * 1000);
  expect(resting.mayAsk(999, 4)).toBe(false);
  expect(resting.count).toBe(3);
  expect(resting.mayAsk(1000, 4)).toBe(true);
  resting.rest(1000, 4, 60_000);
  expect(resting.mayAsk(1001, 5)).toBe(false);
  expect(resting.count).toBe(3);
});
