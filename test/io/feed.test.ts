/** A feed: each iteration has its own line, with a bound, and leaving one harms no other. */
import { expect, test } from 'vitest';
import { Feed, Line } from '../../src/io/feed.ts';

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

test('what a line drops is counted, and told with the next that is read', async () => {
  const told: [item: number, count: number][] = [];
  const line = new Line<number>({
    items: 2,
    missed: (item, count) => void told.push([item, count]),
  });
  for (let i = 0; i < 5; i++) line.push(i);
  const reading = line.read();
  expect((await reading.next()).value).toBe(3);
  for (let i = 5; i < 9; i++) line.push(i);
  line.end();
  line.push(100);
  expect(await all(reading)).toEqual([7, 8]);
  expect(told).toEqual([
    [3, 3],
    [7, 3],
  ]);
  expect(line.missed).toBe(6);
});

test('a line is bounded by the size of what waits, too, and the newest always fits', async () => {
  const line = new Line<string>({ items: 1000, size: 10, sizeOf: ({ length }) => length });
  for (const item of ['aaaa', 'bbbb', 'cccc', 'd'.repeat(50)]) line.push(item);
  line.end();
  expect(await all(line.read())).toEqual(['d'.repeat(50)]);
  expect(line.missed).toBe(3);
});

test('a long line that is read all the time keeps nothing of what was read', async () => {
  const line = new Line<number>({ items: 10 });
  const reading = line.read();
  for (let i = 0; i < 5000; i++) {
    line.push(i);
    line.push(-i);
    expect([(await reading.next()).value, (await reading.next()).value]).toEqual([i, -i]);
  }
  expect(line.missed).toBe(0);
});
