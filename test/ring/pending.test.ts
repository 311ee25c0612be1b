import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Line } from '../../src/ring/patience.ts';
import { Pending, Requests } from '../../src/ring/pending.ts';

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

test('requests are found by their numbers in any order, and end in the order in which they were opened', () => {
  const acts = fc.array(fc.oneof(fc.constant(-1), fc.nat(5)), { maxLength: 40 });
  fc.assert(
    fc.property(acts, (list) => {
      const way = { movedOf: () => 0, gaveUp: () => {} };
      const line = new Line(1000);
      const requests = new Requests();
      const open: Pending[] = [];
      const ended: Pending[] = [];
      for (const act of list) {
        if (act < 0) {
          const opened = requests.open(0, way, line, () => ended.push(opened));
          open.push(opened);
        } else if (open.length > 0) {
          const [pending] = open.splice(act % open.length, 1);
          expect(requests.take(pending.request)).toBe(pending);
          expect(requests.take(pending.request)).toBeUndefined();
        }
        expect(requests.count).toBe(open.length);
      }
      requests.end(0);
      expect(ended).toEqual(open);
      expect([requests.count, line.deadline]).toEqual([0, Infinity]);
    }),
  );
});
