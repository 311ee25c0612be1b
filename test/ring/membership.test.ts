import { describe, expect, it } from 'vitest';
import { identitiesOf, ringProblems } from './schedule.ts';
import { areMembers, SmallRing } from './small-ring.ts';

describe('a ring', () => {
  it('of many is in order, and stays so through one crash after the other', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(20);
    world.run(10_000);
    expect(ringProblems(nodes)).toEqual([]);
    for (let i = 0; i < 12; i++) {
      nodes[(i * 7) % 20]!.crash();
      world.run(8000);
      expect(ringProblems(world.living), `after ${i + 1}`).toEqual([]);
    }
  });

  it('loses K + 1 neighbours at once and closes again', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(9);
    world.run(10_000);
    const order = identitiesOf(nodes).map(({ process }) => process);
    for (const process of order.slice(2, 5)) process.crash();
    world.run(20_000);
    expect(ringProblems(world.living)).toEqual([]);
    expect(world.living.some(({ events }) => events.some(({ kind }) => kind === 'lost'))).toBe(
      true,
    );
  });

  it('does not give up who is only hard to reach', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(4);
    world.run(5000);
    // One connection breaks; its ends are alive.
    const lost = () => nodes.flatMap(({ events }) => events).filter(({ kind }) => kind === 'lost');
    const before = lost().length;
    nodes[1]!.node.connections.to(world.now, nodes[2]!.node.identities[0]!.member).drop(world.now);
    world.run(20_000);
    expect(lost().length).toBe(before);
    expect(ringProblems(nodes)).toEqual([]);
  });

  it('that was split in two becomes one again, with the newer of all values', () => {
    const world = new SmallRing({ settings: { k: 1, repairMs: 3000 } });
    const nodes = world.ring(8);
    world.run(5000);
    for (let i = 0; i < 30; i++) nodes[0]!.done(nodes[0]!.insert(`key ${i}`, 'before', 'all'));
    for (const node of nodes) node.group = node.number % 2;
    world.run(40_000);
    for (const group of [0, 1]) {
      const side = nodes.filter((node) => node.group === group);
      expect(ringProblems(side)).toEqual([]);
    }
    for (let i = 0; i < 30; i++) nodes[0]!.done(nodes[0]!.insert(`key ${i}`, 'even', 'all'));
    // What both copies of were on the other side is not there to be removed.
    const removed = Array.from({ length: 15 }, (_, i) => {
      return nodes[1]!.done(nodes[1]!.remove(`key ${i}`, 'all')).found;
    });
    expect(removed).toContain(true);
    for (let i = 0; i < 5; i++) nodes[1]!.done(nodes[1]!.insert(`key ${i}`, 'odd', 'all'));
    for (const node of nodes) node.group = 0;
    world.run(90_000);
    expect(ringProblems(nodes)).toEqual([]);
    for (let i = 0; i < 30; i++) {
      const expected = i < 5 ? 'odd' : removed[i] ? null : 'even';
      expect(nodes[i % 8]!.value(`key ${i}`, 'all'), `key ${i}`).toBe(expected);
    }
    expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(60);
  });

  it('whose nodes were all restarted is one again', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(5);
    world.run(15_000);
    for (let i = 0; i < 20; i++) nodes[0]!.done(nodes[0]!.insert(`key ${i}`, 'x', 'all'));
    for (const node of nodes) node.crash();
    world.run(1000);
    for (const node of nodes) node.restart(); // nobody is told whom to join
    world.run(90_000);
    expect(nodes.every(areMembers)).toBe(true);
    expect(ringProblems(nodes)).toEqual([]);
    for (let i = 0; i < 20; i++) expect(nodes[i % 5]!.value(`key ${i}`)).toBe('x');
  });

  it('of virtual nodes has arcs in order and copies on distinct processes', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(4, 5);
    world.run(20_000);
    expect(ringProblems(nodes)).toEqual([]);
    for (let i = 0; i < 60; i++) nodes[0]!.done(nodes[0]!.insert(`key ${i}`, 'x', 'all'));
    expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(180);
    nodes[2]!.crash();
    for (let i = 0; i < 60; i++) expect(nodes[0]!.value(`key ${i}`)).toBe('x');
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
      process.start(...(i === 0 ? [] : [world.processes[0]!]));
      world.runUntil(() => areMembers(process), 60_000);
    }
    world.run(10_000);
    for (const { identity } of identitiesOf(world.living)) {
      for (const { member } of identity.copies) expect(member.host).not.toBe(identity.member.host);
    }
  });
});

describe('the policies', () => {
  // Research §2, "design hole": A-B-C, C joined behind B; B is killed.
  const storm = (policy: 'correct' | 'chord-2001' | 'class-2019') => {
    const world = new SmallRing({ settings: { policy } });
    const [a, b, elsewhere, c] = [0, 1, 2, 3].map(() => world.process());
    for (const process of [a!, b!, c!]) {
      process.start(...(process === a ? [] : [a!]));
      world.runUntil(() => areMembers(process), 30_000);
      world.run(3000);
    }
    elsewhere!.crash(); // its place is between the wrong two
    const order = identitiesOf([a!, b!, c!]).map(({ process }) => process.number);
    expect([
      order,
      [...order, ...order].slice(1, 4),
      [...order, ...order].slice(2, 5),
    ]).toContainEqual([0, 1, 3]);
    b!.crash();
    world.run(60_000);
    return ringProblems(world.living).filter((problem) => problem.startsWith('arc'));
  };

  it('correct keeps a ring that class-2019 splits for good', () => {
    expect(storm('correct')).toEqual([]);
    expect(storm('class-2019')).not.toEqual([]);
  });

  it('chord-2001 survives this one', () => {
    expect(storm('chord-2001')).toEqual([]);
  });

  it('differ in how many successors they know', () => {
    const lengths = (['correct', 'class-2019'] as const).map((policy) => {
      const world = new SmallRing({ settings: { policy, k: 2 } });
      const nodes = world.ring(8);
      world.run(10_000);
      return Math.max(...nodes.map(({ node }) => node.identities[0]!.successors.length));
    });
    expect(lengths).toEqual([5, 2]);
  });
});
