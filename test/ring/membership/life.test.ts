import { describe, expect, it } from 'vitest';
import { identitiesOf, ringProblems } from '../order.ts';
import { SmallRing } from '../small-ring.ts';

describe('a ring', () => {
  it('of many is in order, and stays so through one crash after the other', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(20);
    world.run(10_000);
    expect(ringProblems(nodes)).toEqual([]);
    for (let i = 0; i < 12; i++) {
      nodes[(i * 7) % 20].crash();
      world.run(8000);
      expect(ringProblems(world.living), `after ${i + 1}`).toEqual([]);
    }
  });

  // With titles an arc without its data is nobody's (takeover.test.ts).
  it('loses K + 1 neighbours at once and closes again, where there are no titles', () => {
    const world = new SmallRing({ settings: { k: 2, titles: false } });
    const nodes = world.ring(9);
    world.run(10_000);
    const order = identitiesOf(nodes).map(({ process }) => process);
    for (const process of order.slice(2, 5)) process.crash();
    world.run(20_000);
    expect(ringProblems(world.living)).toEqual([]);
    expect(world.living.some(({ events }) => events.some(({ kind }) => kind === 'lost'))).toBe(
      true,
    );
  });

  it('torn in two places at once is one again within seconds, though each part closes at once', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const world = new SmallRing({ seed, settings: { k: 0, selfTestMs: 3_600_000 } });
      const nodes = world.ring(16);
      world.run(10_000);
      const order = identitiesOf(nodes).map(({ process }) => process);
      // Lists of neighbours are three long: whoever stands before a gap knows nobody behind it.
      for (const at of [2, 3, 4, 5, 10, 11, 12, 13]) order[at].crash();
      world.run(20_000);
      expect(ringProblems(world.living), `seed ${seed}`).toEqual([]);
    }
  });

  it('does not give up who is only hard to reach', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(4);
    world.run(5000);
    // One connection breaks; its ends are alive.
    const lost = () => nodes.flatMap(({ events }) => events).filter(({ kind }) => kind === 'lost');
    const before = lost().length;
    nodes[1].node.connections.to(world.now, nodes[2].node.identities[0].member).drop(world.now);
    world.run(20_000);
    expect(lost().length).toBe(before);
    expect(ringProblems(nodes)).toEqual([]);
  });
});
