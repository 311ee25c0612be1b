import { expect, test } from 'vitest';
import { identityOf, others, settle, titleAt, titledRing } from '../titled.ts';
import { expectAll, write } from './moving.ts';

test('the arc of a leaver becomes part of its predecessor’s, and names it no more', () => {
  const { world, nodes } = titledRing(5, 2);
  write(nodes, 40);
  const leaver = nodes[3];
  const { end } = titleAt(leaver);
  const heir = nodes.find((node) => identityOf(node).successor === identityOf(leaver).member)!;
  expect(leaver.done(leaver.leave()).code).toBe('ok');
  expect(titleAt(heir).end).toEqual(end);
  const { home } = leaver.node;
  leaver.stop();
  settle(world, 2);
  for (const node of others(nodes, leaver)) {
    const { copies, electors } = titleAt(node);
    expect([...copies, ...electors].some((peer) => peer.home === home)).toBe(false);
  }
  expectAll(others(nodes, leaver), 40);
});

test('two neighbours may leave at the same time', () => {
  const { world, nodes } = titledRing(7, 2);
  write(nodes, 40);
  const first = nodes[3];
  const second = nodes.find((node) => identityOf(node).successor === identityOf(first).member)!;
  const calls = [first.leave(), second.leave()];
  expect(first.done(calls[0]).code).toBe('ok');
  expect(second.done(calls[1]).code).toBe('ok');
  first.stop();
  second.stop();
  settle(world, 2);
  expectAll(others(nodes, first, second), 40);
});
