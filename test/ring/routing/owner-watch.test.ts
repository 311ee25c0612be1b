import { describe, expect, it } from 'vitest';
import { holdersOf } from '../copies/holders.ts';
import { keyOf, SmallRing } from '../small-ring.ts';

/** An owner that stands still after a client has learnt to know it. */
function frozen(seed: number) {
  const world = new SmallRing({ seed, settings: { k: 2, titles: false } });
  const nodes = world.ring(6);
  world.run(3000);
  const client = world.process(0).start(...nodes);
  client.done(client.insert('a', 'old'));
  const [owner] = holdersOf(world, 'a');
  const goOn = owner.stall();
  const isReplaced = () =>
    nodes.some(({ node }) => node !== owner.node && node.ownerOf(keyOf('a'), 0) !== null);
  return { world, client, owner, goOn, isReplaced };
}

describe('an owner that stands still', () => {
  it('is left as soon as the ring has replaced it', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const { world, client, isReplaced, goOn } = frozen(seed);
      const reading = client.get('a', 'quorum');
      const writing = client.insert('a', 'new');
      world.runUntil(isReplaced, 20_000);
      // One look takes two seconds at most, and a sending that may yet be done five.
      world.runUntil(() => client.outcomes.has(reading), 3000);
      world.runUntil(() => client.outcomes.has(writing), 2500);
      expect(client.outcomes.get(writing)!.code).toBe('ok');
      expect(client.outcomes.get(reading)!.code).toBe('ok');
      goOn();
      world.run(10_000);
      expect(client.value('a', 'quorum')).toBe('new');
    }
  });

  it('is waited for as long as nobody has taken its place', () => {
    const world = new SmallRing({ settings: { k: 0 } });
    const [owner] = world.ring(1);
    const client = world.process(0).start(owner);
    client.done(client.insert('a', 'old'));
    const goOn = owner.stall();
    const reading = client.get('a');
    world.run(9000);
    expect(client.outcomes.has(reading)).toBe(false);
    goOn();
    world.run(100);
    expect(client.outcomes.get(reading)).toMatchObject({ code: 'ok', silent: 0 });
  });
});
