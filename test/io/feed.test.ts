/** A feed: each iteration has its own line, with a bound, and leaving one harms no other. */
import { expect, test } from 'vitest';
import { Feed } from '../../src/io/feed.ts';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('every iteration hears all from its beginning to the end', async () => {
  const feed = new Feed<number>(10);
  feed.push(0);
  const first = all(feed);
  feed.push(1);
  const second = all(feed);
  feed.push(2);
  await new Promise(setImmediate);
  feed.push(3);
  feed.end();
  expect(await first).toEqual([1, 2, 3]);
  expect(await second).toEqual([2, 3]);
  expect(feed.isHeard).toBe(false);
});

test('who reads too slowly misses the oldest', async () => {
  const feed = new Feed<number>(3);
  const slow = all(feed);
  for (let i = 0; i < 10; i++) feed.push(i);
  feed.end();
  expect(await slow).toEqual([7, 8, 9]);
});

test('leaving one ends it', async () => {
  const feed = new Feed<number>(3);
  const left = (async () => {
    for await (const item of feed) if (item === 1) break;
  })();
  feed.push(1);
  await left;
  expect(feed.isHeard).toBe(false);
});

test('one that has ended has nothing to tell', async () => {
  const feed = new Feed<number>(3);
  feed.end();
  expect(await all(feed)).toEqual([]);
});
