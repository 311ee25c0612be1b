/** What a log holds, and how much of each segment is still needed. */
import { expect, test } from 'vitest';
import { Contents } from '../../../src/core/log/contents.ts';
import { Segment } from '../../../src/core/log/segment.ts';

const key = (n: number) => new Uint8Array(20).fill(n);

test('a segment knows how many last words it has; sums are those of what is needed', () => {
  const contents = new Contents();
  const [five, six] = [new Segment(5, 1000, 0), new Segment(6, 1000, 0)];
  contents.segments.push(five, six);
  const record = new Uint8Array(40);
  contents.put(five, key(1), 0, 600, 10, record, 0);
  contents.put(five, key(2), 0, 700, 20, record, 0);
  contents.keepFact('who', { value: key(1), segment: 5, offset: 800, bytes: 30 });
  expect([five.live, contents.count, contents.byteLength]).toEqual([3, 2, 70]);
  expect(contents.neededBytes).toBe(10 + 20 + 2 * 25 + 30);
  contents.put(six, key(1), 0, 600, 11, record, 0);
  contents.keepFact('who', { value: key(2), segment: 6, offset: 800, bytes: 31 });
  contents.remove(key(2), 0);
  contents.remove(key(3), 0); // one that was never there
  expect([five.live, six.live, contents.count, contents.byteLength]).toEqual([0, 2, 1, 31]);
  expect(contents.neededBytes).toBe(11 + 25 + 31);
  expect(contents.segment(6)).toBe(six);
});
