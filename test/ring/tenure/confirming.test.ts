import { expect, test } from 'vitest';
import { confirm, isConfirmed } from '../../../src/ring/tenure/confirming.ts';
import { identityOf, others, titledRing } from '../titled.ts';

function verdictOf(
  { world }: ReturnType<typeof titledRing>,
  process: ReturnType<typeof titledRing>['nodes'][0],
) {
  let verdict: string | null = null;
  process.call(() => {
    confirm(process.node, world.now, identityOf(process), (_at, its) => {
      verdict = its;
    });
  });
  world.runUntil(() => verdict !== null, 30_000);
  return verdict;
}

test('an owner is one while a majority of its electors says so', () => {
  const ring = titledRing(5, 2);
  const [first] = ring.nodes as [(typeof ring.nodes)[0]];
  expect(verdictOf(ring, first)).toBe('yes');
  for (const other of others(ring.nodes, first)) other.group = 1;
  expect(verdictOf(ring, first)).toBe('silent');
});

test('as many are asked as are a majority, and the others when one of those says nothing', () => {
  const ring = titledRing(7, 2);
  const { world, nodes } = ring;
  const [first] = nodes as [(typeof nodes)[0]];
  expect(identityOf(first).holding!.title.electors).toHaveLength(5);
  const { counters } = first;
  let asked = 0;
  world.onBytes = (from) => {
    if (from === first) asked++;
  };
  const before = identityOf(first).holding!.rounds;
  let fewest = Infinity;
  for (let i = 0; i < 4; i++) {
    asked = 0;
    expect(verdictOf(ring, first)).toBe('yes');
    fewest = Math.min(fewest, asked);
  }
  expect(identityOf(first).holding!.rounds).toBeGreaterThanOrEqual(before + 4);
  // Two, and what it says to its neighbours meanwhile; all would be four.
  expect(fewest).toBeLessThan(4);
  // Whichever two are cut off, three are left.
  for (const other of identityOf(first).holding!.quick.slice(1, 3)) {
    nodes.find(({ node }) => node.home === other.home)!.group = 1;
  }
  const beganMs = world.now;
  expect(verdictOf(ring, first)).toBe('yes');
  expect(world.now - beganMs).toBeLessThan(1000);
  expect(counters.lost).toBe(0);
});

test('a round that began before a question does not answer it', () => {
  const { world, nodes } = titledRing(3, 1);
  const process = nodes[0];
  const heard: number[] = [];
  process.call(() => {
    for (let i = 0; i < 3; i++) {
      confirm(process.node, world.now, identityOf(process), (at) => heard.push(at));
    }
  });
  world.runUntil(() => heard.length === 3, 10_000);
  expect(heard[1]).toBeGreaterThan(heard[0]);
  expect(heard[2]).toBe(heard[1]);
});

test('what was confirmed is old after three pulses, or when the clock has jumped either way', () => {
  const { world, nodes } = titledRing(3, 1);
  const { node } = nodes[0];
  const holding = identityOf(nodes[0]).holding!;
  const { confirmedAtMs } = holding;
  expect(isConfirmed(node, confirmedAtMs + 3000, holding)).toBe(true);
  expect(isConfirmed(node, confirmedAtMs + 3001, holding)).toBe(false);
  expect(isConfirmed(node, confirmedAtMs - 1, holding)).toBe(false);
  // Once a pulse it is confirmed anew.
  world.run(10_000);
  expect(isConfirmed(node, world.now, holding)).toBe(true);
});
