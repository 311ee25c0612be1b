import { describe, expect, it } from 'vitest';
import { type Process, SmallRing } from '../small-ring.ts';
import { expectAll, write } from './moving.ts';

/** Tells all of them to leave and ends each when it has; how long each took, and what it was told. */
function leaveTogether(world: SmallRing, nodes: readonly Process[]) {
  const beganMs = world.now;
  const calls = nodes.map((node) => node.leave());
  const ends = new Map<Process, { ms: number; code: string }>();
  world.runUntil(() => {
    nodes.forEach((node, i) => {
      const outcome = node.outcomes.get(calls[i]);
      if (outcome === undefined || ends.has(node)) return;
      ends.set(node, { ms: world.now - beganMs, code: outcome.code });
      node.stop();
    });
    return ends.size === nodes.length;
  }, 70_000);
  return [...ends.values()];
}

describe('a whole ring that is stopped at once', () => {
  it.each([3, 4, 5])('of %i members is gone within seconds, whatever the order', (count) => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = new SmallRing({ seed, settings: { k: 2 } });
      const nodes = world.ring(count);
      write(nodes, 5);
      world.run(13 * seed);
      for (const { ms } of leaveTogether(world, nodes)) expect(ms).toBeLessThan(8000);
    }
  });

  it.each([
    [3, 4],
    [3, 5],
    [4, 5],
  ])('%i of %i are gone within seconds, and who stays has all', (leavers, count) => {
    for (let seed = 1; seed <= 12; seed++) {
      const world = new SmallRing({ seed, settings: { k: 2 } });
      const nodes = world.ring(count);
      write(nodes, 5);
      world.run(13 * seed);
      const ends = leaveTogether(world, nodes.slice(0, leavers));
      for (const { ms } of ends) expect(ms).toBeLessThan(8000);
      world.run(5000);
      expectAll(nodes.slice(leavers), 5);
    }
  });

  it('is there again with all it had when its members are', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(3);
    write(nodes, 20);
    leaveTogether(world, nodes);
    for (const node of nodes) node.restart(...(node === nodes[0] ? [] : [nodes[0]]));
    world.run(30_000);
    expectAll(nodes, 20);
  });
});

describe('a leaver', () => {
  it('does not take silence for the end of the ring', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(4);
    write(nodes, 20);
    const leaver = nodes[2];
    const call = leaver.leave();
    world.runUntil(() => leaver.node.identities[0].state === 'left', 10_000);
    leaver.group = 1;
    world.run(30_000);
    expect(leaver.outcomes.has(call)).toBe(false);
    expect(leaver.node.isRingOver).toBe(false);
    leaver.group = 0;
    expect(leaver.done(call).code).toBe('ok');
  });
});
