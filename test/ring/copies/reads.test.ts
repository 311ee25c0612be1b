import { describe, expect, it } from 'vitest';
import { StoreReadError } from '../../../src/core/store.ts';
import { removeRecord } from '../../../src/ring/copies/keeping.ts';
import { QueryVerb } from '../../../src/ring/queries.ts';
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

  it('at one is the word of its owner, who waits for no backup', () => {
    const world = new SmallRing({ settings: { k: 2, pulseMs: 60_000, titles: false } });
    const nodes = world.ring(4);
    world.run(70_000);
    nodes[0].done(nodes[0].insert('a', 'one', 'all'));
    const [owner, ...backups] = holdersOf(world, 'a');
    for (const backup of backups) backup.group = 1;
    const from = world.now;
    expect(owner.value('a', 'one')).toBe('one');
    expect(owner.done(owner.exists('a', 'one'))).toMatchObject({ code: 'ok', found: true });
    const read = Uint8Array.of(QueryVerb.read, ...new Uint8Array(16));
    const ask = (at: number, call: number) => owner.node.query(at, call, keyOf('a'), read, 'one');
    expect(owner.done(owner.command(ask))).toMatchObject({ code: 'ok' });
    // Silence takes seconds to be noticed; this is three looks of the test itself.
    expect(world.now - from).toBeLessThan(100);
    expect(owner.done(owner.get('a', 'all')).code).toBe('too-few-copies');
  });
});

describe.each([true, false])('a record that the disk does not give, titles %s', (titles) => {
  function broken() {
    const world = new SmallRing({ settings: { titles, k: 2, pulseMs: 10_000 } });
    const nodes = world.ring(4);
    world.run(20_000);
    for (const key of ['a', 'b']) nodes[0].done(nodes[0].insert(key, 'one', 'all'));
    const holders = holdersOf(world, 'a');
    const breakOf = ({ node }: (typeof holders)[0]) => {
      const get = node.store.get.bind(node.store);
      const key = Buffer.from(keyOf('a')).toString('hex');
      node.store.get = (bytes, start) => {
        const asked = Buffer.from(bytes.subarray(start, start + 20)).toString('hex');
        if (asked === key) throw new StoreReadError('cannot read a record: EIO');
        return get(bytes, start);
      };
    };
    return { world, nodes, holders, breakOf };
  }

  it('is an error with a code at once, counted and told, and no other record suffers', () => {
    const { world, nodes, holders, breakOf } = broken();
    const [owner] = holders;
    breakOf(owner);
    const reader = nodes.find((node) => node !== owner)!;
    const from = world.now;
    for (const level of ['one', 'quorum'] as const) {
      expect(reader.done(reader.get('a', level)).code).toBe('store-failed');
    }
    expect(reader.done(reader.insert('a', 'two')).code).toBe('store-failed');
    expect(world.now - from).toBeLessThan(1000);
    expect(owner.node.counters.readErrors).toBe(3);
    expect(owner.events.filter(({ kind }) => kind === 'store-error').length).toBe(3);
    expect(reader.value('b', 'quorum')).toBe('one');
    world.run(60_000);
    expect(reader.done(reader.get('a', 'one')).code).toBe('store-failed');
  });

  it('of a backup does not keep the others from being read', () => {
    const { nodes, holders, breakOf } = broken();
    breakOf(holders[1]);
    expect(nodes[0].value('a', 'quorum')).toBe('one');
  });
});
