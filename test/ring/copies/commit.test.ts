import { expect, test } from 'vitest';
import { valueAt } from '../../../src/ring/records/record.ts';
import { change } from '../../../src/ring/tenure/changing.ts';
import { peerOf } from '../../../src/ring/tenure/choosing.ts';
import type { Title } from '../../../src/ring/titles/title.ts';
import { keyOf, textOf } from '../small-ring.ts';
import { identityOf, nameOwnedBy, ownerOf, settle, titleAt, titledRing } from '../titled.ts';

test('a write above `one` is acknowledged when all copies of the title have it, durably', () => {
  const { world, nodes } = titledRing(5, 2);
  for (const level of ['quorum', 'all'] as const) {
    for (let i = 0; i < 10; i++) {
      const name = `${level} ${i}`;
      const node = nodes[i % 5];
      const call = node.insert(name, name, level);
      world.runUntil(() => node.outcomes.has(call), 10_000);
      expect(node.outcomes.get(call)).toMatchObject({ code: 'ok', copies: 3 });
      const { copies } = titleAt(ownerOf(world, name));
      for (const { home } of copies) {
        const { store } = nodes.find((its) => its.node.home === home)!;
        const record = store.get(keyOf(name), 0)!;
        expect(textOf(record.subarray(valueAt(record)))).toBe(name);
      }
    }
  }
});

test('a copy that has promised somebody else more refuses, and the owner goes above that', () => {
  const { world, nodes } = titledRing(5, 2);
  const owner = nodes[0];
  const name = nameOwnedBy(owner);
  const { copies, from, end, epoch } = titleAt(owner);
  const copy = nodes.find(({ node }) => node.home === copies[1].home)!;
  copy.node.seat!.elector.promise(from, end, { number: epoch.number + 9, claimant: 5 });
  expect(owner.done(owner.insert(name, 'x', 'all'))).toMatchObject({ code: 'ok', copies: 3 });
  expect(titleAt(owner).epoch.number).toBeGreaterThan(epoch.number + 9);
  settle(world, 2);
});

test('a copy that is gone is waited for until another has taken its place', () => {
  const { nodes } = titledRing(5, 2);
  const owner = nodes[0];
  const name = nameOwnedBy(owner);
  const { copies } = titleAt(owner);
  nodes.find(({ node }) => node.home === copies[1].home)!.crash();
  const first = owner.done(owner.insert(name, 'x', 'all'));
  expect(['ok', 'too-few-copies']).toContain(first.code);
  let outcome = first;
  for (let i = 0; i < 5 && outcome.code !== 'ok'; i++) {
    outcome = owner.done(owner.insert(name, 'y', 'all'));
  }
  expect(outcome).toMatchObject({ code: 'ok', copies: 3 });
});

test('who was a copy for a while, and is no neighbour, lets go of what came while it was one', () => {
  const { world, nodes } = titledRing(7, 1);
  const [owner] = nodes;
  const name = nameOwnedBy(owner);
  const [next] = identityOf(owner).successors;
  const guest = nodes.find(({ node }) => node.home === next.home)!;
  owner.call(() => {
    const add = (title: Title) => [{ ...title, copies: [...title.copies, peerOf(next)!] }];
    change(owner.node, world.now, identityOf(owner), add, () => {});
  });
  world.runUntil(() => titleAt(owner).copies.length === 3, 1000);
  // It has looked for what is not its own before this.
  world.run(100);
  expect(owner.done(owner.insert(name, 'x', 'all'))).toMatchObject({ code: 'ok', copies: 3 });
  expect(guest.store.get(keyOf(name), 0)).not.toBeNull();
  world.runUntil(() => guest.store.get(keyOf(name), 0) === null, 20_000);
  expect(titleAt(owner).copies).toHaveLength(2);
});
