import { describe, expect, it } from 'vitest';
import { copiesFor } from '../../../src/ring/copies/replicas.ts';
import { keyOf, SmallRing } from '../small-ring.ts';
import { holdersOf } from './holders.ts';

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
      for (let seed = 1; seed <= 8; seed++) {
        const world = new SmallRing({ seed, settings: { k: 2 }, flushMs: [1, 200] });
        const nodes = world.ring(5);
        world.run(5000);
        const node = nodes[seed % 5];
        const name = `key ${seed}`;
        const call = node.insert(name, 'x', level);
        world.runUntil(() => node.outcomes.has(call), 10_000);
        expect(node.outcomes.get(call)!.copies).toBeGreaterThanOrEqual(needed);
        // At this very moment, whoever loses all that is not flushed still has it.
        const holders = holdersOf(world, name).filter(({ store }) => {
          store.crash();
          return store.get(keyOf(name), 0) !== null;
        });
        expect(holders.length, `seed ${seed}`).toBeGreaterThanOrEqual(needed);
      }
    }
  });

  it('at all survives that any K neighbours crash, at once and in full', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(7);
    world.run(5000);
    for (let i = 0; i < 60; i++) nodes[0].done(nodes[0].insert(`key ${i}`, `value ${i}`, 'all'));
    const [a, b] = holdersOf(world, 'key 7');
    a.crash();
    b.crash();
    const reader = world.living[0];
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
        const node = nodes[i % 6];
        return { node, call: node.insert(`key ${i}`, 'x', 'all') };
      });
      for (const { node, call } of calls) {
        expect(node.done(call)).toMatchObject({ code: 'ok', copies: 3 });
      }
      const [a, b] = holdersOf(world, `key ${seed}`);
      a.crash();
      b.crash();
      for (let i = 0; i < 40; i++) expect(world.living[0].value(`key ${i}`)).toBe('x');
    }
  });

  it('at quorum survives that its owner dies, though the next owner had not got it', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(6);
    world.run(5000);
    const [owner, first, second] = holdersOf(world, 'a');
    first.isStoreStuck = true;
    const writer = nodes.find((node) => node !== owner && node !== first && node !== second)!;
    expect(writer.done(writer.insert('a', 'one', 'quorum'))).toMatchObject({
      code: 'ok',
      copies: 2,
    });
    // The heir loses what it had not flushed, and comes back without it.
    owner.crash();
    first.crash();
    first.isStoreStuck = false;
    first.restart(second);
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
    for (const { number } of backups) world.processes[number].storeError = 'disk full';
    const writer = nodes[0];
    expect(writer.done(writer.insert('a', 'one', 'all')).code).toBe('too-few-copies');
    expect(writer.done(writer.insert('a', 'two', 'one'))).toMatchObject({ code: 'ok' });
    for (const backup of backups) backup.storeError = null;
    owner.storeError = 'disk full';
    expect(writer.done(writer.insert('a', 'three', 'one')).code).toBe('store-failed');
    expect(owner.events.some(({ kind }) => kind === 'store-error')).toBe(true);
    owner.storeError = null;
    // Its title names those again that had kept nothing, once they have been compared.
    world.run(6000);
    expect(writer.done(writer.insert('a', 'four', 'all'))).toMatchObject({ code: 'ok', copies: 3 });
    expect(writer.value('a', 'all')).toBe('four');
  });
});
