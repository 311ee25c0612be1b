import { describe, expect, it } from 'vitest';
import { identitiesOf, ringProblems } from '../order.ts';
import { areMembers, SmallRing } from '../small-ring.ts';

describe('a ring', () => {
  it('of virtual nodes has arcs in order and copies on distinct processes', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(4, 5);
    world.run(20_000);
    expect(ringProblems(nodes)).toEqual([]);
    for (let i = 0; i < 60; i++) nodes[0].done(nodes[0].insert(`key ${i}`, 'x', 'all'));
    expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(180);
    nodes[2].crash();
    for (let i = 0; i < 60; i++) expect(nodes[0].value(`key ${i}`)).toBe('x');
    world.run(20_000);
    expect(ringProblems(world.living)).toEqual([]);
    expect(world.living.reduce((sum, { store }) => sum + store.count, 0)).toBe(180);
  });

  it('puts copies on other hosts while there are such', () => {
    const ip = (process: number) => `10.0.0.${(process >> 1) + 1}`;
    const world = new SmallRing({ settings: { k: 1 }, ip });
    // Two processes per host: their ports must differ.
    for (let i = 0; i < 6; i++) {
      const process = world.process(i % 2 === 0 ? 1 : 2);
      process.start(...(i === 0 ? [] : [world.processes[0]]));
      world.runUntil(() => areMembers(process), 60_000);
    }
    world.run(10_000);
    for (const { identity } of identitiesOf(world.living)) {
      for (const { member } of identity.copies) expect(member.host).not.toBe(identity.member.host);
    }
  });
});
