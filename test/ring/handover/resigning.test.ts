import { expect, test } from 'vitest';
import type { Process } from '../small-ring.ts';
import { identityOf, settle, titleAt, titledRing } from '../titled.ts';

test('a leaver stays until nobody counts on it any more', () => {
  const { world, nodes } = titledRing(7, 2);
  const leaver = nodes[2];
  const { home } = leaver.node;
  expect(leaver.done(leaver.leave()).code).toBe('ok');
  for (const node of nodes) {
    if (node === leaver) continue;
    const { copies, electors } = titleAt(node);
    expect([...copies, ...electors].some((peer) => peer.home === home)).toBe(false);
  }
  // It may come again, and is counted on as before.
  leaver.stop();
  leaver.restart(nodes[0]);
  settle(world, 2);
  world.runUntil(() => nodes.every(({ node }) => !node.resigned.has(home)), 60_000);
});

test('one that was taken out before it said that it leaves is not missed for ever', () => {
  const { world, nodes } = titledRing(4, 3);
  const [owner, leaver] = nodes as [Process, Process];
  const { holding } = identityOf(owner);
  expect(holding!.title.wanted).toBe(4);
  // Its lists say that it is gone, and why is not known yet.
  const peers = holding!.title.copies.filter(({ home }) => home !== leaver.node.home);
  owner.call(() => {
    holding!.title = { ...holding!.title, copies: peers };
  });
  expect(leaver.done(leaver.leave()).code).toBe('ok');
  leaver.stop();
  world.runUntil(() => titleAt(owner).wanted === 3, 20_000);
  expect(owner.done(owner.insert('after', 'x', 'all'))).toMatchObject({ code: 'ok', copies: 3 });
});

test('the last two may leave, one after the other', () => {
  const { nodes } = titledRing(2, 1);
  for (const node of nodes) {
    expect(['ok', 'too-few-copies']).toContain(node.done(node.leave()).code);
    node.stop();
  }
});
