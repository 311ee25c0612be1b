import { describe, expect, it } from 'vitest';
import { keep, removeRecord } from '../../../src/ring/copies/keeping.ts';
import { sendRecord } from '../../../src/ring/copies/replicas.ts';
import { CLOCK_LEAD_MS, HybridClock } from '../../../src/ring/records/clock.ts';
import { Digest } from '../../../src/ring/records/digests.ts';
import { blankRecord } from '../../../src/ring/records/record.ts';
import { keyOf, SmallRing, textOf } from '../small-ring.ts';
import { holdersOf } from './holders.ts';

describe('a record', () => {
  it('is taken when it is newer than what is here, and the digests hear of it', () => {
    const world = new SmallRing();
    const { node, store, counters } = world.process();
    const clock = new HybridClock();
    const record = (at: number) => {
      const made = blankRecord(Uint8Array.of(1));
      clock.next(at, keyOf('writer'), null, made);
      return made;
    };
    const [older, newer] = [record(world.now - 2000), record(world.now - 1000)];
    const key = keyOf('a');
    const all = new Uint8Array(20);
    const digest = () => {
      const sum = new Digest();
      node.digests.of(all, all, sum);
      return [sum.count, sum.high, sum.low];
    };
    expect(keep(node, world.now, key, 0, older)).toBe(true);
    const before = digest();
    expect(keep(node, world.now, key, 0, newer)).toBe(true);
    expect(digest()).not.toEqual(before);
    for (const late of [older, newer]) expect(keep(node, world.now, key, 0, late)).toBe(false);
    expect(store.get(key, 0)).toEqual(newer);
    expect([counters.replicas, counters.stale]).toEqual([2, 2]);
    removeRecord(node, key);
    removeRecord(node, key);
    expect([store.count, digest()[0]]).toEqual([0, 0]);
  });
});

describe('a record from the future', () => {
  const fromFuture = (world: SmallRing, value: number) => {
    const record = blankRecord(Uint8Array.of(value));
    new HybridClock().next(world.now + 10 * CLOCK_LEAD_MS, keyOf('writer'), null, record);
    return record;
  };

  it('is refused, counted, and not said to be kept', () => {
    const world = new SmallRing({ settings: { k: 1, titles: false } });
    const [a, b] = world.ring(2);
    let isKept: boolean | null = null;
    a.call(() => {
      const { member } = b.node.identities[0];
      const key = keyOf('x');
      sendRecord(a.node, world.now, member, key, fromFuture(world, 1), (_now, kept) => {
        isKept = kept;
      });
      a.node.tick(world.now);
    });
    world.runUntil(() => isKept !== null, 10_000);
    expect(isKept).toBe(false);
    expect(b.counters.refusedVersions).toBe(1);
    expect(b.store.get(keyOf('x'), 0)).toBeNull();
  });

  it('that somebody has from before is read, and pins no key', () => {
    const world = new SmallRing({ settings: { k: 2, titles: false } });
    const nodes = world.ring(4);
    world.run(5000);
    const [owner, backup] = holdersOf(world, 'x');
    for (const { store } of [owner, backup]) {
      store.put(keyOf('x'), 0, fromFuture(world, 65));
    }
    expect(nodes[0].value('x', 'one')).toBe('A');
    expect(nodes[0].done(nodes[0].insert('x', 'better', 'all'))).toMatchObject({
      code: 'ok',
      copies: 3,
    });
    for (const node of nodes) expect(node.value('x', 'all')).toBe('better');
  });
});

describe('a write whose backup has something newer', () => {
  it('goes above it: what is written last is what is read', () => {
    const world = new SmallRing({ settings: { k: 2, repairMs: 600_000, titles: false } });
    const nodes = world.ring(4);
    world.run(5000);
    nodes[0].done(nodes[0].insert('x', 'old', 'all'));
    const [owner, backup] = holdersOf(world, 'x');
    // An heir wrote it while the owner stood still, by a clock that is 20 s before that of the owner.
    const record = blankRecord(Uint8Array.of(66));
    new HybridClock().next(world.now + 20_000, keyOf('heir'), null, record);
    backup.store.put(keyOf('x'), 0, record);
    const written = nodes[0].done(nodes[0].insert('x', 'new', 'all'));
    expect(written).toMatchObject({ code: 'ok', copies: 3 });
    for (const holder of [owner, backup]) {
      expect(textOf(holder.store.get(keyOf('x'), 0))).toMatch(/new$/);
    }
  });
});

describe('a delete', () => {
  it('is not undone by a node that was away', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(5);
    world.run(5000);
    const writer = nodes[0];
    for (let i = 0; i < 20; i++) writer.done(writer.insert(`key ${i}`, 'old', 'all'));
    const away = nodes[3];
    away.crash();
    world.run(10_000);
    for (let i = 0; i < 20; i++) writer.done(writer.remove(`key ${i}`, 'all'));
    for (let i = 0; i < 20; i += 2) writer.done(writer.insert(`key ${i}`, 'new', 'all'));
    away.restart(writer);
    world.run(20_000);
    for (let i = 0; i < 20; i++) {
      expect(away.value(`key ${i}`, 'all')).toBe(i % 2 === 0 ? 'new' : null);
    }
  });

  it('is forgotten after its time, on all copies, where there are no titles', () => {
    const settings = { k: 1, tombstoneMs: 60_000, repairMs: 5000, titles: false };
    const world = new SmallRing({ settings });
    const nodes = world.ring(3);
    world.run(3000);
    nodes[0].done(nodes[0].insert('a', 'x', 'all'));
    nodes[0].done(nodes[0].remove('a', 'all'));
    world.run(30_000);
    expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(2);
    world.run(60_000);
    expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(0);
  });

  it.each([false, true])('holds against who was away until all have forgotten it: %s', (titles) => {
    const settings = { k: 1, tombstoneMs: 60_000, repairMs: 5000, titles };
    const world = new SmallRing({ settings });
    const nodes = world.ring(4);
    const writer = nodes[0];
    for (let i = 0; i < 30; i++) writer.done(writer.insert(`key ${i}`, 'old', 'all'));
    world.run(30_000);
    const away = nodes[2];
    expect(away.store.count).toBeGreaterThan(0);
    away.crash();
    world.run(10_000);
    for (let i = 0; i < 30; i++) writer.done(writer.remove(`key ${i}`, 'all'));
    world.run(titles ? 400_000 : 200_000);
    away.restart(writer);
    world.run(20_000);
    for (let i = 0; i < 30; i++) expect(writer.value(`key ${i}`, 'all')).toBeNull();
    expect(world.living.reduce((sum, { store }) => sum + store.count, 0)).toBe(0);
  });

  it('does not cost a ring its data that was switched off for longer than that', () => {
    const world = new SmallRing({ settings: { k: 1, tombstoneMs: 60_000, repairMs: 5000 } });
    const nodes = world.ring(3);
    for (let i = 0; i < 30; i++) nodes[0].done(nodes[0].insert(`key ${i}`, 'x', 'all'));
    world.run(30_000);
    for (const node of nodes) node.crash();
    world.run(300_000);
    for (const node of nodes) node.restart(...nodes.filter((other) => other !== node));
    world.run(120_000);
    for (let i = 0; i < 30; i++) expect(nodes[i % 3].value(`key ${i}`)).toBe('x');
  });
});
