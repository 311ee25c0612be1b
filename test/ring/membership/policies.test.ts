import { describe, expect, it } from 'vitest';
import { identitiesOf, ringProblems } from '../order.ts';
import { areMembers, SmallRing } from '../small-ring.ts';

describe('the policies', () => {
  // Research §2, "design hole": A-B-C, C joined behind B; B is killed.
  const storm = (policy: 'correct' | 'chord-2001' | 'class-2019') => {
    const world = new SmallRing({ settings: { policy } });
    const [a, b, elsewhere, c] = [0, 1, 2, 3].map(() => world.process());
    for (const process of [a, b, c]) {
      process.start(...(process === a ? [] : [a]));
      world.runUntil(() => areMembers(process), 30_000);
      world.run(3000);
    }
    elsewhere.crash(); // its place is between the wrong two
    const order = identitiesOf([a, b, c]).map(({ process }) => process.number);
    expect([
      order,
      [...order, ...order].slice(1, 4),
      [...order, ...order].slice(2, 5),
    ]).toContainEqual([0, 1, 3]);
    b.crash();
    world.run(60_000);
    return ringProblems(world.living).filter((problem) => problem.startsWith('arc'));
  };

  it('correct keeps a ring that class-2019 splits for good', () => {
    expect(storm('correct')).toEqual([]);
    expect(storm('class-2019')).not.toEqual([]);
  });

  it('chord-2001 survives this one', () => {
    expect(storm('chord-2001')).toEqual([]);
  });

  it('differ in how many successors they know', () => {
    const lengths = (['correct', 'class-2019'] as const).map((policy) => {
      const world = new SmallRing({ settings: { policy, k: 2 } });
      const nodes = world.ring(8);
      world.run(10_000);
      return Math.max(...nodes.map(({ node }) => node.identities[0].successors.length));
    });
    expect(lengths).toEqual([5, 2]);
  });
});
