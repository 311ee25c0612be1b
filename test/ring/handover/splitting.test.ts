import { expect, test } from 'vitest';
import { identityOf, settle, titleAt, titledRing } from '../titled.ts';
import { expectAll, write } from './moving.ts';

test('a joiner gets its part by a title of the same epoch, which names all copies at once', () => {
  const { world, nodes } = titledRing(5, 2);
  write(nodes, 40);
  const joiner = world.process().start(nodes[0]);
  world.runUntil(() => identityOf(joiner).isMember, 60_000);
  const title = titleAt(joiner);
  expect(title.copies.length).toBe(3);
  expect(title.copies[0].home).toBe(joiner.node.home);
  settle(world, 2);
  const host = nodes.find(({ node }) => node.home === title.copies[1].home)!;
  expect(identityOf(host).end).toEqual(title.from);
  expect(titleAt(host).end).toEqual(title.from);
  expectAll([...nodes, joiner], 40);
});
