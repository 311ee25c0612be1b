import { expect, it } from 'vitest';
import { HELD_LIMIT, HeldWrites } from '../../../src/ring/handover/held-writes.ts';

it('holds writes back up to its limit, and lets all of them go in their order, once', () => {
  const held = new HeldWrites();
  const done: number[] = [];
  for (let i = 0; i < HELD_LIMIT; i++) expect(held.hold(() => done.push(i))).toBe(true);
  expect(held.hold(() => done.push(-1))).toBe(false);
  held.release(1);
  expect(done).toEqual(Array.from({ length: HELD_LIMIT }, (_, i) => i));
  held.release(2);
  expect(done.length).toBe(HELD_LIMIT);
});

it('keeps whoever comes back while they are let go for the next time', () => {
  const held = new HeldWrites();
  const times: number[] = [];
  const again = (now: number) => {
    times.push(now);
    if (now === 1) held.hold(again);
  };
  held.hold(again);
  held.release(1);
  expect(times).toEqual([1]);
  held.release(2);
  expect(times).toEqual([1, 2]);
});
