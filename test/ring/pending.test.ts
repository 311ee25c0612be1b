import { expect, test } from 'vitest';
import { Line } from '../../src/ring/patience.ts';
import { Pending } from '../../src/ring/pending.ts';

function asked() {
  const way = { moved: 0, given: 0, movedOf: () => way.moved, gaveUp: () => way.given++ };
  const line = new Line(1000);
  let replies = 0;
  const pending = new Pending(way, 1, line, () => replies++);
  line.join(0, pending);
  return { way, line, replies: () => replies };
}

test('a request has its time, and once more as long as it moves', () => {
  const { way, line, replies } = asked();
  for (let now = 1000; now <= 20_000; now += 1000) {
    way.moved += 1 << 14;
    line.expire(now);
    expect(replies()).toBe(0);
  }
  line.expire(21_000);
  expect([replies(), way.given]).toEqual([1, 1]);
});

test('what creeps does not move', () => {
  const { way, line, replies } = asked();
  way.moved = 1 << 13;
  line.expire(1000);
  expect(replies()).toBe(1);
});
