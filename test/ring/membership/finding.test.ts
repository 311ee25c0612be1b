import { describe, expect, it } from 'vitest';
import { ringProblems } from '../order.ts';
import { areMembers, SmallRing } from '../small-ring.ts';

describe('a ring', () => {
  it('that was split in two becomes one again, with the newer of all values', () => {
    // With titles one side only would go on writing.
    const world = new SmallRing({ settings: { k: 1, repairMs: 3000, titles: false } });
    const nodes = world.ring(8);
    world.run(5000);
    for (let i = 0; i < 30; i++) nodes[0].done(nodes[0].insert(`key ${i}`, 'before', 'all'));
    for (const node of nodes) node.group = node.number % 2;
    world.run(40_000);
    for (const group of [0, 1]) {
      const side = nodes.filter((node) => node.group === group);
      expect(ringProblems(side)).toEqual([]);
    }
    for (let i = 0; i < 30; i++) nodes[0].done(nodes[0].insert(`key ${i}`, 'even', 'all'));
    // What both copies of were on the other side is not there to be removed.
    const removed = Array.from({ length: 15 }, (_, i) => {
      return nodes[1].done(nodes[1].remove(`key ${i}`, 'all')).found;
    });
    expect(removed).toContain(true);
    for (let i = 0; i < 5; i++) nodes[1].done(nodes[1].insert(`key ${i}`, 'odd', 'all'));
    for (const node of nodes) node.group = 0;
    world.run(90_000);
    expect(ringProblems(nodes)).toEqual([]);
    for (let i = 0; i < 30; i++) {
      const expected = i < 5 ? 'odd' : removed[i] ? null : 'even';
      expect(nodes[i % 8].value(`key ${i}`, 'all'), `key ${i}`).toBe(expected);
    }
    expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(60);
  });

  it('whose nodes were all restarted is one again', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(5);
    world.run(15_000);
    for (let i = 0; i < 20; i++) nodes[0].done(nodes[0].insert(`key ${i}`, 'x', 'all'));
    for (const node of nodes) node.crash();
    world.run(1000);
    for (const node of nodes) node.restart(); // nobody is told whom to join
    world.run(90_000);
    expect(nodes.every(areMembers)).toBe(true);
    expect(ringProblems(nodes)).toEqual([]);
    for (let i = 0; i < 20; i++) expect(nodes[i % 5].value(`key ${i}`)).toBe('x');
  });
});
