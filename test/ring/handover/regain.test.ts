import { expect, test } from 'vitest';
import { lastTitle } from '../../../src/ring/handover/regain.ts';
import { identityOf, settle, titleAt, titledRing } from '../titled.ts';
import { expectAll, write } from './moving.ts';

test('a ring that has lost its power comes back in any order, with all that it had', () => {
  for (const seed of [1, 2, 3]) {
    const { world, nodes } = titledRing(5, 2, seed);
    write(nodes, 20);
    for (const node of nodes) node.crash();
    world.run(1000);
    const order = seed === 1 ? [4, 2, 0, 1, 3] : seed === 2 ? [0, 1, 2, 3, 4] : [3, 4, 1, 2, 0];
    // The first of them are told of nobody, the others of one that may not be there yet.
    for (const [i, at] of order.entries()) {
      nodes[at].restart(...(i < 2 ? [] : [nodes[order[(i + 1) % 5]]]));
      world.run(1500);
    }
    settle(world, 2, 120_000);
    expectAll(nodes, 20);
  }
});

test('one who comes back alone does not begin a ring of its own', () => {
  const { world, nodes } = titledRing(5, 2);
  for (const node of nodes) node.crash();
  nodes[0].restart();
  world.run(60_000);
  expect(identityOf(nodes[0]).state).toBe('joining');
  expect(lastTitle(nodes[0].node, identityOf(nodes[0]))).not.toBeNull();
});

test('an owner that was replaced while it stood still joins again', () => {
  const { world, nodes } = titledRing(5, 2);
  const owner = nodes[0];
  const { number } = titleAt(owner).epoch;
  owner.group = 1;
  world.run(20_000);
  owner.group = 0;
  settle(world, 2);
  expect(titleAt(owner).epoch.number).toBeGreaterThan(number);
});
