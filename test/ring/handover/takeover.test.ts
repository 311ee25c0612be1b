import { expect, test } from 'vitest';
import { isInArc } from '../../../src/core/arc.ts';
import { equalIds } from '../../../src/core/id.ts';
import type { Title } from '../../../src/ring/titles/title.ts';
import type { SmallRing } from '../small-ring.ts';
import { identitiesOf, identityOf, others, settle, titleAt, titledRing } from '../titled.ts';
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

// Whoever is let in while the arc behind is looked at stands between, and that arc is its to take over. It was
// claimed all the same, with a gap where the joiner stands; such a claim ends with an assertion now.
test('a joiner that is let in while an arc is looked at keeps what it was given', {
  timeout: 60_000,
}, () => {
  let between = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const { world, nodes } = titledRing(5, 2, seed);
    const dead = nodes[seed % nodes.length];
    const { hash } = identityOf(dead);
    const heir = nodes.find((node) => identityOf(node).successor === identityOf(dead).member)!;
    const joiner = world.process();
    const isBehindHeir = isInArc(identityOf(joiner).hash, 0, identityOf(heir).hash, 0, hash, 0);
    if (!isBehindHeir) continue;
    between++;
    // Silent, not gone: to ask its electors takes as long as to wait for it.
    dead.group = 1;
    world.runUntil(() => identityOf(heir).isClaiming, 60_000);
    joiner.start(heir);
    world.runUntil(() => identityOf(joiner).holding !== null, 60_000);
    for (let ms = 0; ms < 5000; ms += 10) {
      world.run(10);
      expect(identityOf(joiner).holding).not.toBeNull();
      expect(outbid(world, titleAt(joiner))).toEqual([]);
    }
    dead.crash();
    settle(world, 2);
  }
  expect(between).toBeGreaterThan(3);
});

/** Owners of titles that reach over another's place. */
function outbid(world: SmallRing, { from }: Title): string[] {
  const over = identitiesOf(world).filter(
    ({ hash, holding }) =>
      holding !== null &&
      !equalIds(hash, 0, from, 0) &&
      isInArc(from, 0, hash, 0, holding.title.end, 0),
  );
  return over.map(({ member }) => `${member.address}`);
}
