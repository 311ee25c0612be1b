import { describe, expect, it } from 'vitest';
import { copyArc, Items } from '../../../src/ring/handover/snapshot.ts';
import { keyOf, SmallRing, textOf } from '../small-ring.ts';

describe('a snapshot', () => {
  it('has keys and values of the arc, without tombstones, as they were', () => {
    const world = new SmallRing();
    const [node] = world.ring(1);
    for (let i = 0; i < 30; i++) node.done(node.insert(`key ${i}`, `value ${i}`));
    for (let i = 0; i < 30; i += 3) node.done(node.remove(`key ${i}`));
    const all = new Uint8Array(20);
    const items = copyArc(node.store, 0, all, all);
    expect(items.length).toBe(20);
    const half = copyArc(node.store, 0, all, new Uint8Array(20).fill(0x80));
    expect(half.length).toBeLessThan(20);
    expect(half.every(({ key }) => key[0] < 0x81)).toBe(true);
    node.done(node.insert('key 1', 'changed'));
    const found = items.find(({ key }) => Buffer.compare(key, keyOf('key 1')) === 0)!;
    expect(textOf(found.value)).toBe('value 1');
  });

  it('is given out item by item', () => {
    const items = new Items([{ key: keyOf('a'), value: Uint8Array.of(1) }]);
    expect(items.count).toBe(1);
    expect(items.next()).toBe(true);
    expect(items.key).toEqual(keyOf('a'));
    expect([...items.value]).toEqual([1]);
    expect(items.next()).toBe(false);
  });
});
