import { describe, expect, it } from 'vitest';
import { removeRecord } from '../../../src/ring/copies/keeping.ts';
import { keyOf, SmallRing } from '../small-ring.ts';
import { holdersOf } from './holders.ts';

// With titles an owner needs nobody to tell it what is there (titled-acts.test.ts).
describe('a read', () => {
  it('at quorum finds what the owner has lost, and gives it back', () => {
    const world = new SmallRing({ settings: { titles: false, k: 2 } });
    const nodes = world.ring(5);
    world.run(5000);
    nodes[0].done(nodes[0].insert('a', 'one', 'all'));
    const [owner] = holdersOf(world, 'a');
    removeRecord(owner.node, keyOf('a'));
    expect(nodes[1].value('a', 'one')).toBeNull();
    expect(nodes[1].value('a', 'quorum')).toBe('one');
    expect(nodes[1].value('a', 'one')).toBe('one');
    expect(owner.node.counters.readRepairs).toBe(1);
  });

  it('at all fails while a copy cannot be asked, at one it does not', () => {
    const world = new SmallRing({ settings: { k: 2, pulseMs: 60_000, titles: false } });
    const nodes = world.ring(4);
    world.run(70_000);
    const writer = nodes[0];
    expect(writer.done(writer.insert('a', 'one', 'all'))).toMatchObject({ code: 'ok' });
    const [owner, backup] = holdersOf(world, 'a');
    backup.group = 1;
    const reader = nodes.find((node) => node !== backup && node !== owner)!;
    expect(reader.done(reader.get('a', 'all')).code).toBe('too-few-copies');
    expect(reader.value('a', 'quorum')).toBe('one');
    expect(reader.value('a', 'one')).toBe('one');
  });
});
