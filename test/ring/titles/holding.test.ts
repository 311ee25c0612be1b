import { expect, test } from 'vitest';
import { HELD_ACTS_LIMIT, Holding } from '../../../src/ring/titles/holding.ts';
import { peersUpTo, titleOf } from './samples.ts';

const title = (number: number) => titleOf(0, 8, number, peersUpTo(3));

test('acts are held back while a title changes, in their order, and no more than there is room for', () => {
  const holding = new Holding(title(1), 0, true);
  const done: number[] = [];
  holding.isChanging = true;
  for (let i = 0; i < HELD_ACTS_LIMIT; i++) expect(holding.hold(() => done.push(i))).toBe(true);
  expect(holding.hold(() => {})).toBe(false);
  holding.release(5);
  expect(holding.isChanging).toBe(false);
  expect(done.length).toBe(HELD_ACTS_LIMIT);
  expect(done.slice(0, 3)).toEqual([0, 1, 2]);
  holding.release(6);
  expect(done.length).toBe(HELD_ACTS_LIMIT);
});

test('writes are counted from the beginning under each title', () => {
  const holding = new Holding(title(1), 10, false);
  holding.counter = 7;
  holding.follow(title(2), 20);
  expect(holding).toMatchObject({ counter: 0, confirmedAtMs: 20, hasReserve: true });
  expect(holding.title.epoch.number).toBe(2);
});
