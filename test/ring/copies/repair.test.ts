import { describe, expect, it } from 'vitest';
import { removeRecord } from '../../../src/ring/copies/keeping.ts';
import { keyOf, type Process, SmallRing } from '../small-ring.ts';

function fill(node: Process, count: number): void {
  for (let i = 0; i < count; i++) node.done(node.insert(`key ${i}`, `value ${i}`, 'all'));
}

describe('repair', () => {
  it('brings back what a backup has lost, and says so', () => {
    const world = new SmallRing({ settings: { k: 2, repairMs: 5000 } });
    const nodes = world.ring(5);
    world.run(5000);
    fill(nodes[0], 40);
    const victim = nodes[3];
    const before = victim.store.count;
    expect(before).toBeGreaterThan(5);
    for (let i = 0; i < 40; i++) removeRecord(victim.node, keyOf(`key ${i}`));
    world.run(15_000);
    expect(victim.store.count).toBe(before);
    const repaired = nodes
      .flatMap(({ events }) => events)
      .filter(({ kind }) => kind === 'repaired');
    expect(repaired.length).toBeGreaterThan(0);
  });

  it('shows the effective K while it goes down and comes back', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(5);
    world.run(10_000);
    fill(nodes[0], 30);
    expect(nodes.map(({ node }) => node.info().effectiveK)).toEqual([2, 2, 2, 2, 2]);
    nodes[4].crash();
    let least = 2;
    for (let i = 0; i < 1000; i++) {
      world.run(10);
      least = Math.min(least, ...world.living.map(({ node }) => node.info().effectiveK));
    }
    expect(least).toBeLessThan(2);
    expect(world.living.map(({ node }) => node.info().effectiveK)).toEqual([2, 2, 2, 2]);
  });

  it('begins at once for an arc that has grown, though all backups stay the same', () => {
    const world = new SmallRing({ settings: { k: 2, repairMs: 60_000 } });
    const nodes = world.ring(5);
    world.run(70_000);
    fill(nodes[0], 30);
    nodes[4].crash();
    world.run(10_000);
    expect(world.living.map(({ node }) => node.info().effectiveK)).toEqual([2, 2, 2, 2]);
  });

  it('counts no more backups than there are', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const [a] = world.ring(1);
    expect(a.node.info().effectiveK).toBe(0);
    const b = world.process().start(a);
    world.run(10_000);
    expect([a, b].map(({ node }) => node.info().effectiveK)).toEqual([1, 1]);
    expect(a.done(a.insert('a', 'x', 'all'))).toMatchObject({ code: 'ok', copies: 2 });
  });
});
