import { describe, expect, it } from 'vitest';
import { removeRecord } from '../../../src/ring/copies/keeping.ts';
import { type Process, SmallRing } from '../small-ring.ts';

function fill(node: Process, count: number): void {
  for (let i = 0; i < count; i++) node.done(node.insert(`key ${i}`, `value ${i}`, 'all'));
}

describe('records of others', () => {
  it('go when their owner has confirmed them, and not before', () => {
    const world = new SmallRing({ settings: { k: 0 } });
    const [a] = world.ring(1);
    fill(a, 80);
    const b = world.process().start(a);
    world.runUntil(() => b.node.isMember, 10_000);
    const moved = b.store.count;
    expect(moved).toBeGreaterThan(10);
    expect(a.store.count).toBe(80);
    // Lost over there before they are confirmed: they go back.
    const lost: Uint8Array[] = [];
    b.store.range(null, null, (key) => lost.push(new Uint8Array(key)) < 5);
    for (const key of lost) removeRecord(b.node, key);
    world.run(15_000);
    expect(a.store.count + b.store.count).toBe(80);
    expect(b.store.count).toBe(moved);
    expect(a.counters.released).toBe(moved);
    expect(a.node.info().foreign).toBe(0);
  });

  it('stay while their owner is not safe itself', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(4);
    fill(nodes[0], 60);
    world.run(10_000);
    for (const node of nodes.slice(1)) node.isStoreStuck = true; // nobody can confirm
    const held = nodes[0].store.count;
    world.process().start(nodes[0]);
    world.run(8000);
    expect(nodes[0].store.count).toBeGreaterThanOrEqual(held);
    for (const node of nodes) node.isStoreStuck = false;
    world.run(40_000);
    const sum = world.living.reduce((total, { store }) => total + store.count, 0);
    expect(sum).toBe(120);
  });
});
