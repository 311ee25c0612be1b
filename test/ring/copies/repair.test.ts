import { describe, expect, it } from 'vitest';
import { removeRecord } from '../../../src/ring/copies/keeping.ts';
import { probe } from '../../../src/ring/membership/life.ts';
import { areMembers, keyOf, type Process, SmallRing } from '../small-ring.ts';
import { holdersOf } from './holders.ts';

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

  it('counts no copy of a backup that came back with an empty disk while the owner was busy', () => {
    const times = { repairMs: 600_000, pulseMs: 60_000, pulseTimeoutMs: 60_000 };
    const settings = { k: 2, ...times, titles: false };
    const world = new SmallRing({ settings });
    const nodes = world.ring(5);
    world.run(70_000);
    fill(nodes[0], 30);
    // Who follows the backup lives, and so its host can take it in without the owner.
    const [owner, , backup] = holdersOf(world, 'key 0');
    const { predecessor } = backup.node.identities[0];
    const host = nodes.find(({ addresses }) => addresses[0] === predecessor!.address);
    const own = backup.addresses[0];
    const goOn = owner.stall();
    backup.crash();
    world.disks.wipe(backup.number);
    backup.restart(host!);
    world.runUntil(() => areMembers(backup), 60_000);
    expect(backup.store.get(keyOf('key 0'), 0)).toBeNull();
    // It has noticed nothing.
    const copy = () => owner.node.identities[0].copies.find(({ member }) => member.address === own);
    expect(copy()?.isInStep).toBe(true);
    goOn();
    // A way there and back, and what the greeting takes.
    world.runUntil(() => owner.node.info().effectiveK < 2, 100);
    // It does not count, or has no more to do with the arc for now.
    expect(copy()?.isInStep).not.toBe(true);
    world.runUntil(() => owner.node.info().effectiveK === 2, 5000);
    expect(backup.store.get(keyOf('key 0'), 0)).not.toBeNull();
  });

  it('begins again with a backup whose greeting tells of other data than those it counted on', () => {
    const world = new SmallRing({ settings: { k: 2, repairMs: 600_000 } });
    world.ring(4);
    world.run(10_000);
    const [owner] = world.processes;
    const [copy, other] = owner.node.identities[0].copies;
    expect(copy.incarnation).toBe(copy.member.incarnation);
    copy.incarnation = 4711;
    for (const { member } of [copy, other]) owner.node.linkTo(world.now, member).drop(world.now);
    owner.call(() => {
      for (const { member } of [copy, other]) probe(owner.node, world.now, member);
      owner.node.tick(world.now);
    });
    world.runUntil(() => !copy.isInStep, 100);
    expect(other.isInStep).toBe(true);
    world.runUntil(() => copy.isInStep, 1000);
    expect(copy.incarnation).toBe(copy.member.incarnation);
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
