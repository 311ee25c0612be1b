import { expect, test } from 'vitest';
import { lastTitle } from '../../../src/ring/handover/regain.ts';
import { nextOf } from '../../../src/ring/titles/elector.ts';
import { epochAbove, laterOf } from '../../../src/ring/titles/epoch.ts';
import type { Title } from '../../../src/ring/titles/title.ts';
import type { Process } from '../small-ring.ts';
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

/** What an owner has accepted alone: its own arc and that of its successor as one. */
function unfinished(owner: Process, successor: Process): Title {
  const [ours, theirs] = [titleAt(owner), titleAt(successor)];
  return {
    ...ours,
    end: theirs.end,
    epoch: epochAbove(nextOf(laterOf(ours.epoch, theirs.epoch)), owner.node.seat!.claimant),
    previous: [ours.electors, theirs.electors],
  };
}

test('a takeover that came to nothing does not keep an owner from its own arc', () => {
  for (const seed of [1, 2, 3]) {
    const { world, nodes } = titledRing(6, 1, seed);
    write(nodes, 20);
    const owner = nodes[0];
    const next = nodes.find((node) => identityOf(owner).successor === identityOf(node).member)!;
    const title = unfinished(owner, next);
    owner.group = 1;
    while (titleAt(next).epoch.number <= title.epoch.number) {
      next.call(() => next.node.challenged(world.now, identityOf(next)));
      world.run(300);
    }
    const { elector } = owner.node.seat!;
    expect(elector.accept({ titles: [title], isInForce: false }).isGranted).toBe(true);
    let isKept = false;
    const kept = () => void (isKept = true);
    owner.call(() => owner.node.seat!.whenDurable(world.now, kept));
    world.runUntil(() => isKept, 1000);
    owner.crash();
    owner.group = 0;
    owner.restart(next);
    world.runUntil(() => identityOf(owner).holding !== null, 60_000);
    // It claimed its arc itself, and nobody took it meanwhile.
    expect(titleAt(owner).epoch.claimant).toBe(owner.node.seat!.claimant);
    expect(titleAt(owner).end).toEqual(titleAt(next).from);
    settle(world, 1);
    expectAll(nodes, 20);
  }
});
