/** Contacts handed from one family to the other: once a second, and to nobody who has closed. */
import { expect, test } from 'vitest';
import { Kin } from '../../src/mainline/kin.ts';
import { ManualClock } from '../io/memory-network.ts';

test('contacts of a sibling join those of the entrance, once a second', () => {
  const clock = new ManualClock();
  const joins: (readonly number[])[] = [];
  const nodes = [0, 1].map(() => ({
    sibling: null as unknown,
    meet(_now: number, other: unknown) {
      this.sibling = other;
    },
  }));
  const [us, them] = nodes.map(
    (node) =>
      new Kin(
        node as never,
        () => clock.now(),
        (addresses) => void joins.push(addresses),
      ),
  ) as [Kin, Kin];
  us.handOn([1]);
  us.meet(them);
  expect(nodes[0].sibling).toBe(nodes[1]);
  them.join([7]);
  us.handOn([1, 2]);
  us.handOn([3]);
  clock.advance(1000);
  us.handOn([4]);
  expect(joins).toEqual([[7], [7, 1, 2], [7, 4]]);
  them.close();
  expect(nodes[0].sibling).toBeNull();
  clock.advance(1000);
  us.handOn([5]);
  us.close();
  expect(joins).toHaveLength(3);
});
