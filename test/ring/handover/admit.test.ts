import { describe, expect, it } from 'vitest';
import { ringProblems } from '../order.ts';
import { areMembers, SmallRing } from '../small-ring.ts';
import { expectAll, write } from './moving.ts';

describe('a join', () => {
  it('of two into one arc lets one wait for the other', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const [first] = world.ring(1);
    write([first], 30);
    const joiners = [1, 2, 3].map(() => world.process().start(first));
    world.runUntil(() => joiners.every(areMembers), 30_000);
    world.run(10_000);
    expect(ringProblems(world.living)).toEqual([]);
    expectAll(world.living, 30);
  });
});
