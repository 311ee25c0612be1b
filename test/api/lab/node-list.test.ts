import { expect, test } from 'vitest';
import { lazyList } from '../../../src/api/lab/node-list.ts';

test('is an array of which only what is looked at is made, once', () => {
  let made = 0;
  const list = lazyList(1_000_000, (number) => ({ number, at: ++made }));
  expect(list).toHaveLength(1_000_000);
  expect(list[999_999]).toBe(list[999_999]);
  expect([list[3]!.number, list[1_000_000], list[-1], made]).toEqual([3, undefined, undefined, 2]);
  expect([5 in list, 1_000_000 in list]).toEqual([true, false]);
  expect(lazyList(3, (n) => n * n).map((n) => n)).toEqual([0, 1, 4]);
});
