import { expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { ActIds } from '../../../src/ring/records/act-ids.ts';

it('numbers go up, and each tells the oldest that is waited for', () => {
  const ids = new ActIds(new SeededRandom(1, 1));
  const [first, second, third] = [ids.take(), ids.take(), ids.take()];
  expect([first, second, third].map(({ number, oldest }) => [number, oldest])).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
  expect(third.client).toEqual(first.client);
  ids.end(second);
  expect(ids.take().oldest).toBe(1);
  ids.end(first);
  expect(ids.take()).toMatchObject({ number: 5, oldest: 3 });
});

it('another name begins when the numbers are used up', () => {
  const ids = new ActIds(new SeededRandom(1, 1), 2);
  const all = [ids.take(), ids.take(), ids.take()];
  expect(all[1].client).toEqual(all[0].client);
  expect(all[2].client).not.toEqual(all[0].client);
  expect(all[2]).toMatchObject({ number: 1, oldest: 1 });
  // Those of the old name say nothing of the new one.
  ids.end(all[0]);
  expect(ids.take().oldest).toBe(1);
});
