import { describe, expect, it } from 'vitest';
import { areMembers, SmallRing } from '../small-ring.ts';

describe('a join', () => {
  it('goes on trying while nobody answers', () => {
    const world = new SmallRing();
    const [first] = world.ring(1);
    first.crash();
    const joiner = world.process().start(first);
    world.run(10_000);
    expect(joiner.events.some(({ kind }) => kind === 'join-failed')).toBe(true);
    expect(joiner.done(joiner.get('a'))).toMatchObject({ code: 'not-a-member' });
    first.restart();
    world.runUntil(() => areMembers(joiner), 30_000);
  });
});
