import { describe, expect, it } from 'vitest';
import { removeRecord } from '../../../src/ring/copies/keeping.ts';
import { copiesFor } from '../../../src/ring/copies/replicas.ts';
import { keyOf, type Process, SmallRing } from '../small-ring.ts';

/** The owner of a key first, then its backups. */
function holdersOf(world: SmallRing, name: string): Process[] {
  const owner = world.living.find(({ node }) => node.ownerOf(keyOf(name), 0))!;
  const { copies } = owner.node.ownerOf(keyOf(name), 0)!;
  const at = (address: number) => world.processes.find((p) => p.addresses.includes(address))!;
  return [owner, ...copies.map(({ member }) => at(member.address))];
}

describe('a level', () => {
  it('asks for one copy, a majority, or all', () => {
    expect([0, 1, 2, 3, 4].map((backups) => copiesFor('one', backups))).toEqual([1, 1, 1, 1, 1]);
    expect([0, 1, 2, 3, 4].map((backups) => copiesFor('quorum', backups))).toEqual([1, 2, 2, 3, 3]);
    expect([0, 1, 2, 3, 4].map((backups) => copiesFor('all', backups))).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a write', () => {
  it('is acknowledged when as many copies as asked for are durable', () => {
    for (const [level, needed] of [
      ['one', 1],
      ['quorum', 2],
      ['all', 3],
    ] as const) {
      const world = new SmallRing({ settings: { k: 2 }, flushMs: [1, 200] });
      const nodes = world.ring(5);
      world.run(5000);
      for (let i = 0; i < 10; i++) {
        const node = nodes[i % 5]!;
        const call = node.insert(`key ${i}`, 'x', level);
        world.runUntil(() => node.outcomes.has(call), 10_000);
        expect(node.outcomes.get(call)!.copies).toBeGreaterThanOrEqual(needed);
        // At this very moment, whoever loses all that is not flushed still has it.
        const holders = holdersOf(world, `key ${i}`).filter(({ store }) => {
          const key = keyOf(`key ${i}`);
          return store.get(key, 0) !== null && store.undurable === 0;
        });
        if (level === 'all') expect(holders.length).toBe(3);
      }
    }
  });

  it('at all survives that any K neighbours crash, at once and in full', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(7);
    world.run(5000);
    for (let i = 0; i < 60; i++) nodes[0]!.done(nodes[0]!.insert(`key ${i}`, `value ${i}`, 'all'));
    const [a, b] = holdersOf(world, 'key 7');
    a!.crash();
    b!.crash();
    const reader = world.living[0]!;
    for (let i = 0; i < 60; i++) expect(reader.value(`key ${i}`), `key ${i}`).toBe(`value ${i}`);
    // And is repaired to K again.
    world.run(20_000);
    for (const { node } of world.living) expect(node.info().effectiveK).toBe(2);
    expect(world.living.reduce((sum, { store }) => sum + store.count, 0)).toBe(180);
  });

  it('at all counts copies that the owner has yet to get to know, right after a join', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const world = new SmallRing({ seed, settings: { k: 2 } });
      const nodes = world.ring(6); // and not a moment to settle
      const calls = Array.from({ length: 40 }, (_, i) => {
        const node = nodes[i % 6]!;
        return { node, call: node.insert(`key ${i}`, 'x', 'all') };
      });
      for (const { node, call } of calls) {
        expect(node.done(call)).toMatchObject({ code: 'ok', copies: 3 });
      }
      const [a, b] = holdersOf(world, `key ${seed}`);
      a!.crash();
      b!.crash();
      for (let i = 0; i < 40; i++) expect(world.living[0]!.value(`key ${i}`)).toBe('x');
    }
  });

  it('at quorum survives that its owner dies, though the next owner had not got it', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(6);
    world.run(5000);
    const [owner, first, second] = holdersOf(world, 'a');
    first!.isStoreStuck = true;
    const writer = nodes.find((node) => node !== owner && node !== first && node !== second)!;
    expect(writer.done(writer.insert('a', 'one', 'quorum'))).toMatchObject({
      code: 'ok',
      copies: 2,
    });
    // The heir loses what it had not flushed, and comes back without it.
    owner!.crash();
    first!.crash();
    first!.isStoreStuck = false;
    first!.restart(second!);
    expect(writer.value('a')).toBe('one');
    world.run(15_000);
    expect(holdersOf(world, 'a').every(({ store }) => store.get(keyOf('a'), 0) !== null)).toBe(
      true,
    );
  });

  it('fails when too few stores keep it, and may be there all the same', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(4);
    world.run(5000);
    const [owner, ...backups] = holdersOf(world, 'a');
    for (const { number } of backups) world.processes[number]!.storeError = 'disk full';
    const writer = nodes[0]!;
    expect(writer.done(writer.insert('a', 'one', 'all')).code).toBe('too-few-copies');
    expect(writer.done(writer.insert('a', 'two', 'one'))).toMatchObject({ code: 'ok' });
    for (const backup of backups) backup.storeError = null;
    owner!.storeError = 'disk full';
    expect(writer.done(writer.insert('a', 'three', 'one')).code).toBe('store-failed');
    expect(owner!.events.some(({ kind }) => kind === 'store-error')).toBe(true);
    owner!.storeError = null;
    world.run(3000);
    expect(writer.done(writer.insert('a', 'four', 'all'))).toMatchObject({ code: 'ok', copies: 3 });
    expect(writer.value('a', 'all')).toBe('four');
  });

  it('waits for a slow store no longer than its caller', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(3);
    world.run(3000);
    const [owner, backup] = holdersOf(world, 'a');
    backup!.isStoreStuck = true;
    const writer = nodes.find((node) => node !== owner && node !== backup)!;
    const before = world.now;
    expect(writer.done(writer.insert('a', 'x', 'all'))).toMatchObject({ code: 'too-few-copies' });
    expect(world.now - before).toBeLessThan(5000);
  });

  it('is refused when it is too large, and taken when it just fits', () => {
    const world = new SmallRing({ settings: { valueBytesMax: 1000 } });
    const [a, b] = world.ring(2);
    for (const node of [a!, b!]) {
      for (const name of ['x', 'y', 'z']) {
        const fits = node.done(node.insert(name, new Uint8Array(1000)));
        expect(fits).toMatchObject({ code: 'ok' });
        expect(node.done(node.insert(name, new Uint8Array(1001))).code).toBe('too-large');
      }
    }
  });

  it('of many megabytes goes through', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(3);
    const value = new Uint8Array(5_000_000).map((_, i) => (i * 7) & 255);
    expect(nodes[0]!.done(nodes[0]!.insert('large', value, 'all'))).toMatchObject({ code: 'ok' });
    for (const node of nodes) {
      const { value: got } = node.done(node.get('large', 'all'));
      expect(Buffer.compare(got!, value)).toBe(0);
    }
  });
});

describe('a read', () => {
  it('at quorum finds what the owner has lost, and gives it back', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(5);
    world.run(5000);
    nodes[0]!.done(nodes[0]!.insert('a', 'one', 'all'));
    const [owner] = holdersOf(world, 'a');
    removeRecord(owner!.node, keyOf('a'));
    expect(nodes[1]!.value('a', 'one')).toBeNull();
    expect(nodes[1]!.value('a', 'quorum')).toBe('one');
    expect(nodes[1]!.value('a', 'one')).toBe('one');
    expect(owner!.node.counters.readRepairs).toBe(1);
  });

  it('at all fails while a copy cannot be asked, at one it does not', () => {
    const world = new SmallRing({ settings: { k: 2, pulseMs: 60_000 } });
    const nodes = world.ring(4);
    world.run(70_000);
    const writer = nodes[0]!;
    expect(writer.done(writer.insert('a', 'one', 'all'))).toMatchObject({ code: 'ok' });
    const [owner, backup] = holdersOf(world, 'a');
    backup!.group = 1;
    const reader = nodes.find((node) => node !== backup && node !== owner)!;
    expect(reader.done(reader.get('a', 'all')).code).toBe('too-few-copies');
    expect(reader.value('a', 'quorum')).toBe('one');
    expect(reader.value('a', 'one')).toBe('one');
  });
});

describe('a delete', () => {
  it('is not undone by a node that was away', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(5);
    world.run(5000);
    const writer = nodes[0]!;
    for (let i = 0; i < 20; i++) writer.done(writer.insert(`key ${i}`, 'old', 'all'));
    const away = nodes[3]!;
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

  it('is forgotten after its time, on all copies', () => {
    const world = new SmallRing({ settings: { k: 1, tombstoneMs: 60_000, repairMs: 5000 } });
    const nodes = world.ring(3);
    world.run(3000);
    nodes[0]!.done(nodes[0]!.insert('a', 'x', 'all'));
    nodes[0]!.done(nodes[0]!.remove('a', 'all'));
    world.run(30_000);
    expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(2);
    world.run(60_000);
    expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(0);
  });

  it('holds against a node that was away for longer than deletes are remembered', () => {
    const world = new SmallRing({ settings: { k: 1, tombstoneMs: 60_000, repairMs: 5000 } });
    const nodes = world.ring(4);
    const writer = nodes[0]!;
    for (let i = 0; i < 30; i++) writer.done(writer.insert(`key ${i}`, 'old', 'all'));
    world.run(30_000);
    const away = nodes[2]!;
    expect(away.store.count).toBeGreaterThan(0);
    away.crash();
    world.run(10_000);
    for (let i = 0; i < 30; i++) writer.done(writer.remove(`key ${i}`, 'all'));
    world.run(200_000);
    away.restart(writer);
    world.run(20_000);
    for (let i = 0; i < 30; i++) expect(writer.value(`key ${i}`, 'all')).toBeNull();
    expect(world.living.reduce((sum, { store }) => sum + store.count, 0)).toBe(0);
  });

  it('does not cost a ring its data that was switched off for longer than that', () => {
    const world = new SmallRing({ settings: { k: 1, tombstoneMs: 60_000, repairMs: 5000 } });
    const nodes = world.ring(3);
    for (let i = 0; i < 30; i++) nodes[0]!.done(nodes[0]!.insert(`key ${i}`, 'x', 'all'));
    world.run(30_000);
    for (const node of nodes) node.crash();
    world.run(300_000);
    for (const node of nodes) node.restart(...nodes.filter((other) => other !== node));
    world.run(120_000);
    for (let i = 0; i < 30; i++) expect(nodes[i % 3]!.value(`key ${i}`)).toBe('x');
  });
});
