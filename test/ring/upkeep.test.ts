import { describe, expect, it } from 'vitest';
import { areMembers, SmallRing } from './small-ring.ts';

describe('upkeep', () => {
  it('looks up all fingers soon after joining', () => {
    const world = new SmallRing({ settings: { fingerMs: 5000 } });
    const nodes = world.ring(32);
    world.run(6000);
    const counts = nodes.map(({ node }) => node.identities[0].fingers.members.length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
    expect(counts.reduce((sum, count) => sum + count) / 32).toBeGreaterThan(1.5);
  });

  it('asks for few ticks while nothing happens', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(4);
    world.run(30_000);
    const before = nodes.map(({ ticks }) => ticks);
    const bytes = world.bytes;
    world.run(60_000);
    nodes.forEach(({ ticks }, i) => {
      expect(ticks - before[i]).toBeLessThan(60 * 5);
    });
    // A pulse a second to either side, and the checks of the lists.
    expect((world.bytes - bytes) / 60 / 4).toBeLessThan(2500);
  });

  it('with everything switched off is silent but for the pulse', () => {
    const world = new SmallRing({
      settings: { pulseMs: 10_000, fingerMs: 0, selfTestMs: 0, repairMs: 3_600_000 },
    });
    const nodes = world.ring(3);
    world.run(60_000);
    const before = world.bytes;
    world.run(60_000);
    expect(world.bytes - before).toBeLessThan(3 * 7 * 1200);
    expect(nodes.every(areMembers)).toBe(true);
  });

  it('is the same, byte for byte, from the same seed', () => {
    const run = (seed: number) => {
      const world = new SmallRing({ seed, settings: { k: 1 } });
      const nodes = world.ring(5);
      for (let i = 0; i < 20; i++) nodes[i % 5].insert(`key ${i}`, 'x');
      world.run(20_000);
      return world.fingerprint;
    };
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });
});
