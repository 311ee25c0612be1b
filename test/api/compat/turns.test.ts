import { expect, test } from 'vitest';
import { Turns } from '../../../src/api/compat/turns.ts';

test('so many at a time, so many wait, the oldest of these is dropped', async () => {
  const turns = new Turns(2, 3);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  for (let i = 0; i < 6; i++) {
    turns.add(() => {
      begun.push(i);
      return new Promise((resolve) => ends.push(resolve));
    });
  }
  expect(begun).toEqual([0, 1]);
  expect(turns.isBusy).toBe(true);
  while (turns.isBusy) {
    const one = turns.one();
    ends.shift()!();
    await one;
  }
  expect(begun).toEqual([0, 1, 3, 4, 5]);
});

test('what waits can be given up', async () => {
  const turns = new Turns(1, 9);
  const begun: number[] = [];
  for (const i of [0, 1]) turns.add(async () => void begun.push(i));
  turns.clear();
  await turns.one();
  expect(begun).toEqual([0]);
});
