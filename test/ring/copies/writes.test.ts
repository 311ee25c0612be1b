import { describe, expect, it } from 'vitest';
import { SmallRing } from '../small-ring.ts';
import { holdersOf } from './holders.ts';

describe('a write', () => {
  it('waits for a slow store no longer than its caller', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(3);
    world.run(3000);
    const [owner, backup] = holdersOf(world, 'a');
    backup.isStoreStuck = true;
    const writer = nodes.find((node) => node !== owner && node !== backup)!;
    const before = world.now;
    expect(writer.done(writer.insert('a', 'x', 'all'))).toMatchObject({ code: 'too-few-copies' });
    expect(world.now - before).toBeLessThan(5000);
  });

  it('is refused when it is too large, and taken when it just fits', () => {
    const world = new SmallRing({ settings: { valueBytesMax: 1000 } });
    const [a, b] = world.ring(2);
    for (const node of [a, b]) {
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
    expect(nodes[0].done(nodes[0].insert('large', value, 'all'))).toMatchObject({ code: 'ok' });
    for (const node of nodes) {
      const { value: got } = node.done(node.get('large', 'all'));
      expect(Buffer.compare(got!, value)).toBe(0);
    }
  });
});
