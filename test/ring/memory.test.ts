import { describe, expect, it } from 'vitest';
import { COMPACT_ADDRESS_BYTES, readAddress } from '../../src/core/address.ts';
import { areMembers, SmallRing } from './small-ring.ts';

describe('a node', () => {
  it('remembers whom it met, at most 32, and finds back by that alone', () => {
    const world = new SmallRing();
    const nodes = world.ring(40);
    world.run(45_000);
    const node = nodes[5];
    expect(node.node.memory.known.length).toBe(32);
    const fact = node.store.fact('known')!;
    expect(fact.length).toBe(32 * COMPACT_ADDRESS_BYTES);
    const own = new Set(nodes.flatMap(({ addresses }) => addresses));
    for (let at = 0; at < fact.length; at += COMPACT_ADDRESS_BYTES) {
      expect(own.has(readAddress(fact, at))).toBe(true);
    }
    const { memory } = node.node;
    expect(new Set(memory.someKnown(8)).size).toBe(8);
    expect(new Set(memory.someKnown(100))).toEqual(new Set(memory.known));
    node.crash();
    world.run(20_000);
    node.restart();
    world.runUntil(() => areMembers(node), 10_000);
    expect(node.node.identities[0].successors.length).toBeGreaterThan(1);
  });
});
