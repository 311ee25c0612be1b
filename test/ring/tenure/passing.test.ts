import { expect, test } from 'vitest';
import { PASSING_MS, Passing } from '../../../src/ring/tenure/passing.ts';
import { nextOf } from '../../../src/ring/titles/elector.ts';
import type { Passage } from '../../../src/ring/titles/passage.ts';
import { others, titleAt, titledRing } from '../titled.ts';

function pass({ world, nodes }: ReturnType<typeof titledRing>): {
  passage: Passage;
  tookMs: number;
} {
  const owner = nodes[0];
  const title = titleAt(owner);
  const next = { ...title, epoch: nextOf(title.epoch) };
  let ended: Passage | null = null;
  const beganMs = world.now;
  owner.call(() => {
    new Passing(owner.node, [next], [title.electors], [], (_at, passage) => {
      ended = passage;
    }).start(world.now);
  });
  world.runUntil(() => ended !== null, 60_000);
  return { passage: ended!, tookMs: world.now - beganMs };
}

test('a title passes when a majority accepts it, and all others hear of it', () => {
  const ring = titledRing(5, 2);
  const { passage } = pass(ring);
  expect(passage.state).toBe('won');
  ring.world.run(200);
  const { from } = passage.proposal.titles[0];
  for (const { node } of ring.nodes) {
    expect(node.seat!.elector.at(from)).toMatchObject({ isInForce: true });
  }
});

test('it is proposed again and again, and not for ever', () => {
  const ring = titledRing(5, 2);
  for (const other of others(ring.nodes, ring.nodes[0])) other.group = 1;
  const { passage, tookMs } = pass(ring);
  expect(passage.state).toBe('silent');
  expect(tookMs).toBeGreaterThanOrEqual(PASSING_MS);
});
