import { expect, test } from 'vitest';
import { Claiming, epochFor, holdersOf, sharedHolders } from '../../../src/ring/tenure/claiming.ts';
import { Claim } from '../../../src/ring/titles/claim.ts';
import { compareEpochs } from '../../../src/ring/titles/epoch.ts';
import { identityOf, titleAt, titledRing } from '../titled.ts';

test('a claim is granted by a majority, and knows who holds copies and has promised', () => {
  const { world, nodes } = titledRing(5, 2);
  const [owner, other] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const title = titleAt(owner);
  const silent = nodes.find(({ node }) => node.home === title.copies[1].home)!;
  if (silent !== other) silent.crash();
  const bases = [{ title, isInForce: true }];
  const epoch = epochFor(other.node, bases);
  expect(compareEpochs(epoch, title.epoch)).toBeGreaterThan(0);
  const claim = new Claim(epoch, bases);
  let isDone = false;
  other.call(() => {
    new Claiming(other.node, claim, () => {
      isDone = true;
    }).start(world.now);
  });
  world.runUntil(() => isDone, 10_000);
  expect(claim.state).toBe('granted');
  const holders = holdersOf(claim, claim.parts[0]);
  expect(holders.length).toBe(silent === other ? 3 : 2);
  expect(
    sharedHolders(claim, other.node.seat!.peer).some(({ home }) => home === other.node.home),
  ).toBe(false);
  // The owner was fenced by it, and goes above it.
  world.runUntil(() => {
    const { holding } = identityOf(owner);
    return holding !== null && compareEpochs(holding.title.epoch, epoch) > 0;
  }, 60_000);
});
