import { expect, test } from 'vitest';
import { identityOf, others, settle, titleAt, titledRing } from '../titled.ts';
import { expectAll, write } from './moving.ts';

test('the arc of a dead owner becomes part of its predecessor’s, with all that was acknowledged', () => {
  const { world, nodes } = titledRing(6, 2);
  write(nodes, 40);
  const dead = nodes[2];
  const { end, epoch } = titleAt(dead);
  const heir = nodes.find((node) => identityOf(node).successor === identityOf(dead).member)!;
  dead.crash();
  settle(world, 2);
  expect(titleAt(heir).end).toEqual(end);
  expect(titleAt(heir).epoch.number).toBeGreaterThan(epoch.number);
  expectAll(others(nodes, dead), 40);
});

test('an arc whose copies are all gone is nobody’s until one of them is back', () => {
  const { world, nodes } = titledRing(7, 1);
  write(nodes, 40);
  const owner = nodes[0];
  const { copies, from } = titleAt(owner);
  const holders = nodes.filter(({ node }) => copies.some(({ home }) => home === node.home));
  for (const holder of holders) holder.crash();
  world.run(30_000);
  const left = others(nodes, ...holders);
  expect(left.every(({ node }) => node.ownerOf(from, 0) === null)).toBe(true);
  holders[1].restart(left[0]);
  settle(world, 1, 120_000);
  expectAll(left, 40);
});
