import { expect, test } from 'vitest';
import { identityOf, settle, titleAt, titledRing } from '../titled.ts';
import { expectAll, write } from './moving.ts';

test('what one has no copy of is fetched before it is proposed', () => {
  // With K = 1 the predecessor of a dead pair holds nothing of the second one's arc.
  const { world, nodes } = titledRing(7, 1, 4);
  write(nodes, 60);
  const order = [...nodes].sort((a, b) => Buffer.compare(identityOf(a).hash, identityOf(b).hash));
  const [heir, first, second, third] = order as [
    (typeof nodes)[0],
    (typeof nodes)[0],
    (typeof nodes)[0],
    (typeof nodes)[0],
  ];
  const { end } = titleAt(second);
  first.crash();
  settle(world, 1);
  second.crash();
  settle(world, 1);
  expect(titleAt(heir).end).toEqual(end);
  expect(identityOf(third).isMember).toBe(true);
  expectAll([heir, third], 60);
});
