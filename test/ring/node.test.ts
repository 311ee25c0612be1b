import { describe, expect, it } from 'vitest';
import { SmallRing } from './small-ring.ts';

describe('a node alone', () => {
  it('keeps, replaces, shows and removes', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const [node] = world.ring(1);
    expect(node.done(node.insert('a', 'one', 'all'))).toMatchObject({
      code: 'ok',
      found: false,
      copies: 1,
    });
    expect(node.value('a')).toBe('one');
    expect(node.done(node.insert('a', 'two'))).toMatchObject({ code: 'ok', found: true });
    expect(node.value('a', 'all')).toBe('two');
    expect(node.done(node.exists('a'))).toMatchObject({ found: true, value: null });
    expect(node.done(node.remove('a'))).toMatchObject({ code: 'ok', found: true });
    expect(node.value('a')).toBeNull();
    expect(node.done(node.remove('a'))).toMatchObject({ code: 'ok', found: false });
  });
});

describe('a ring', () => {
  it.each([2, 3, 5, 8])('of %i nodes keeps three copies of each', (count) => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(count);
    world.run(5000);
    const copies = Math.min(count, 3);
    for (let i = 0; i < 50; i++) {
      const outcome = nodes[i % count].done(
        nodes[i % count].insert(`key ${i}`, `value ${i}`, 'all'),
      );
      expect(outcome).toMatchObject({ code: 'ok', copies });
    }
    for (let i = 0; i < 50; i++)
      expect(nodes[(i * 3) % count].value(`key ${i}`)).toBe(`value ${i}`);
    world.run(5000);
    const held = nodes.reduce((sum, { store }) => sum + store.count, 0);
    expect(held).toBe(50 * copies);
  });
});
