import { describe, expect, it } from 'vitest';
import { removeRecord } from '../../src/ring/copies/keeping.ts';
import { SmallRing } from './small-ring.ts';
import { titledRing } from './titled.ts';

describe('the view of a node', () => {
  it('is plain data, whole and in text', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(3, 2);
    world.run(20_000);
    nodes[0].done(nodes[0].insert('a', 'x', 'all'));
    const info = nodes[0].node.info();
    expect(JSON.parse(JSON.stringify(info))).toEqual(info);
    expect(info).toMatchObject({
      wire: 'seed',
      policy: 'correct',
      k: 1,
      effectiveK: 1,
      foreign: 0,
    });
    expect(info.identities.map(({ address }) => address)).toEqual([
      '10.0.0.1:5000',
      '10.0.0.1:5001',
    ]);
    for (const identity of info.identities) {
      expect(identity.state).toBe('member');
      expect(identity.hash).toMatch(/^[0-9a-f]{40}$/);
      expect(identity.end).toBe(identity.successors[0].hash);
      expect(identity.backups.every(({ isInStep, progress }) => isInStep && progress === 1)).toBe(
        true,
      );
      expect(identity.successors.length).toBeGreaterThanOrEqual(3);
    }
    expect(info.counters['joins']).toBe(2);
    expect(info.connections).toBeGreaterThan(0);
    expect(info.records).toBe(nodes[0].store.count);
  });

  it('shows how far a repair has come', () => {
    const world = new SmallRing({ settings: { k: 1, repairBytesPerSecond: 200_000 } });
    const [a] = world.ring(1);
    for (let i = 0; i < 100; i++) a.done(a.insert(`key ${i}`, new Uint8Array(20_000)));
    const b = world.process().start(a);
    world.runUntil(() => b.node.isMember, 60_000);
    world.run(20_000);
    // The copies of a's arc are gone from b: they come back, slowly.
    const lost: Uint8Array[] = [];
    b.store.range(null, null, (key) => lost.push(new Uint8Array(key)) > 0);
    for (const key of lost) if (a.node.ownerOf(key, 0)) removeRecord(b.node, key);
    const seen = new Set<number>();
    for (let i = 0; i < 300; i++) {
      world.run(50);
      for (const { node } of [a, b]) {
        for (const { progress } of node.info().identities[0].backups) seen.add(progress);
      }
    }
    expect([...seen].filter((progress) => progress > 0 && progress < 1).length).toBeGreaterThan(0);
    expect(a.node.info().effectiveK).toBe(1);
    expect(b.node.info().effectiveK).toBe(1);
  });
});

describe('what a node with titles shows', () => {
  it('says under which title it answers', () => {
    const { nodes } = titledRing(3, 1);
    const { title } = nodes[0].node.info().identities[0];
    expect(title).toMatchObject({ wanted: 2, isChanging: false });
    expect(title!.copies.length).toBe(2);
    expect(title!.electors.length).toBe(3);
    expect(title!.epoch).toBeGreaterThan(1);
  });
});
