import { describe, expect, it } from 'vitest';
import { keptEnd } from '../../../src/ring/copies/belonging.ts';
import { removeRecord } from '../../../src/ring/copies/keeping.ts';
import { identitiesOf } from '../schedule.ts';
import { keyOf, type Process, SmallRing } from '../small-ring.ts';

function fill(node: Process, count: number): void {
  for (let i = 0; i < count; i++) node.done(node.insert(`key ${i}`, `value ${i}`, 'all'));
}

describe('repair', () => {
  it('brings back what a backup has lost, and says so', () => {
    const world = new SmallRing({ settings: { k: 2, repairMs: 5000 } });
    const nodes = world.ring(5);
    world.run(5000);
    fill(nodes[0]!, 40);
    const victim = nodes[3]!;
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
    fill(nodes[0]!, 30);
    expect(nodes.map(({ node }) => node.info().effectiveK)).toEqual([2, 2, 2, 2, 2]);
    nodes[4]!.crash();
    let least = 2;
    for (let i = 0; i < 100; i++) {
      world.run(100);
      least = Math.min(least, ...world.living.map(({ node }) => node.info().effectiveK));
    }
    expect(least).toBeLessThan(2);
    expect(world.living.map(({ node }) => node.info().effectiveK)).toEqual([2, 2, 2, 2]);
  });

  it('counts no more backups than there are', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const [a] = world.ring(1);
    expect(a!.node.info().effectiveK).toBe(0);
    const b = world.process().start(a!);
    world.run(10_000);
    expect([a!, b].map(({ node }) => node.info().effectiveK)).toEqual([1, 1]);
    expect(a!.done(a!.insert('a', 'x', 'all'))).toMatchObject({ code: 'ok', copies: 2 });
  });
});

describe('records of others', () => {
  it('go when their owner has confirmed them, and not before', () => {
    const world = new SmallRing({ settings: { k: 0 } });
    const [a] = world.ring(1);
    fill(a!, 80);
    const b = world.process().start(a!);
    world.runUntil(() => b.node.isMember, 10_000);
    const moved = b.store.count;
    expect(moved).toBeGreaterThan(10);
    expect(a!.store.count).toBe(80);
    // Lost over there before they are confirmed: they go back.
    const lost: Uint8Array[] = [];
    b.store.range(null, null, (key) => lost.push(new Uint8Array(key)) < 5);
    for (const key of lost) removeRecord(b.node, key);
    world.run(15_000);
    expect(a!.store.count + b.store.count).toBe(80);
    expect(b.store.count).toBe(moved);
    expect(a!.counters.released).toBe(moved);
    expect(a!.node.info().foreign).toBe(0);
  });

  it('stay while their owner is not safe itself', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(4);
    fill(nodes[0]!, 60);
    world.run(10_000);
    for (const node of nodes.slice(1)) node.isStoreStuck = true; // nobody can confirm
    const held = nodes[0]!.store.count;
    world.process().start(nodes[0]!);
    world.run(8000);
    expect(nodes[0]!.store.count).toBeGreaterThanOrEqual(held);
    for (const node of nodes) node.isStoreStuck = false;
    world.run(40_000);
    const sum = world.living.reduce((total, { store }) => total + store.count, 0);
    expect(sum).toBe(120);
  });

  it('begin behind the arcs of the K nearest processes', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(7);
    world.run(10_000);
    const all = identitiesOf(nodes);
    all.forEach(({ process, identity }, i) => {
      expect(keptEnd(process.node, identity)).toEqual(all[(i + 3) % 7]!.identity.hash);
    });
    const few = new SmallRing({ settings: { k: 2 } });
    for (const { node } of few.ring(3)) {
      few.run(5000);
      expect(keptEnd(node, node.identities[0]!)).toBeNull();
    }
  });
});
