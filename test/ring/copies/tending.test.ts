import { expect, test } from 'vitest';
import { keyOf } from '../small-ring.ts';
import { nameOwnedBy, others, settle, titleAt, titledRing } from '../titled.ts';

test('copies and electors that are gone are replaced, where there is somebody', () => {
  const { world, nodes } = titledRing(7, 2);
  const owner = nodes[0];
  const gone = titleAt(owner).copies[1].home;
  nodes.find(({ node }) => node.home === gone)!.crash();
  world.runUntil(() => titleAt(owner).copies.every(({ home }) => home !== gone), 30_000);
  settle(world, 2);
  const { copies, electors, wanted } = titleAt(owner);
  expect([copies.length, electors.length, wanted]).toEqual([3, 5, 3]);
  expect(electors.some(({ home }) => home === gone)).toBe(false);
});

test('where there is nobody they are missing, and an act at `all` says so', () => {
  const { world, nodes } = titledRing(3, 2);
  const owner = nodes[0];
  others(nodes, owner)[0].crash();
  world.run(20_000);
  const { copies, electors, wanted } = titleAt(owner);
  expect([copies.length, electors.length, wanted]).toEqual([2, 3, 3]);
  expect(owner.done(owner.insert('key', 'x', 'all'))).toMatchObject({ code: 'too-few-copies' });
  expect(owner.done(owner.insert('key', 'x', 'quorum')).code).toBe('ok');
});

test('who has left in good order is not missed', () => {
  const { world, nodes } = titledRing(3, 2);
  const leaver = nodes[2];
  nodes[0].done(nodes[0].insert('key', 'x', 'all'));
  expect(leaver.done(leaver.leave()).code).toBe('ok');
  leaver.stop();
  settle(world, 2);
  world.runUntil(() => titleAt(nodes[0]).wanted === 2, 20_000);
});

test('a copy whose disk hangs is named no longer, and is again when it keeps what it is given', () => {
  const { world, nodes } = titledRing(5, 2);
  const owner = nodes[0];
  const name = nameOwnedBy(owner);
  const { home } = titleAt(owner).copies[1];
  const late = nodes.find(({ node }) => node.home === home)!;
  late.isStoreStuck = true;
  // It waits until the owner has changed its title.
  expect(owner.done(owner.insert(name, 'x', 'quorum')).code).toBe('ok');
  expect(titleAt(owner).copies.some((peer) => peer.home === home)).toBe(false);
  expect(owner.done(owner.insert(name, 'y', 'quorum')).code).toBe('ok');
  late.isStoreStuck = false;
  world.runUntil(() => titleAt(owner).copies.some((peer) => peer.home === home), 60_000);
  expect(late.store.get(keyOf(name), 0)).toEqual(owner.store.get(keyOf(name), 0));
});
