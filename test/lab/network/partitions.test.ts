/** Partitions against their definition, pair by pair. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../src/core/assert.ts';
import { type Cut, GROUPS_LIMIT, Partitions } from '../../../src/lab/network/partitions.ts';
import { Probes } from '../probes.ts';

/** All pairs between which nothing passes, as `from>to`. */
function cuts(partitions: Partitions, nodes: number): string[] {
  const found: string[] = [];
  for (let from = 0; from < nodes; from++) {
    for (let to = 0; to < nodes; to++) if (partitions.isCut(from, to)) found.push(`${from}>${to}`);
  }
  return found;
}

describe('a partition', () => {
  test('cuts groups off from each other and from the rest, and nobody from their own', () => {
    const partitions = new Partitions(5);
    partitions.add([[0, 1], [2]], 'both');
    expect(cuts(partitions, 5)).toEqual([
      ...['0>2', '0>3', '0>4', '1>2', '1>3', '1>4', '2>0', '2>1', '2>3', '2>4'],
      ...['3>0', '3>1', '3>2', '4>0', '4>1', '4>2'],
    ]);
  });

  test('one way cuts what goes out of a group, or what comes in', () => {
    const out = new Partitions(3);
    out.add([[0]], 'out');
    expect(cuts(out, 3)).toEqual(['0>1', '0>2']);
    const into = new Partitions(3);
    into.add([[0]], 'in');
    expect(cuts(into, 3)).toEqual(['1>0', '2>0']);
  });

  test('several hold at once, and each ends by itself', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.array(fc.uniqueArray(fc.nat(7), { maxLength: 4 }), { maxLength: 3 }),
            fc.constantFrom<Cut>('both', 'out', 'in'),
          ),
          { maxLength: 4 },
        ),
        fc.nat(3),
        (wanted, removed) => {
          const partitions = new Partitions(8);
          const numbers = wanted.map(([groups, cut]) => partitions.add(groups, cut));
          expect(new Set(numbers).size).toBe(numbers.length);
          const standing = wanted.filter((_, i) => i !== removed);
          expect(partitions.remove(numbers[removed] ?? 0)).toBe(removed < wanted.length);
          expect(partitions.count).toBe(standing.length);
          // A node in two groups of one partition is in the last.
          const groupOf = (groups: number[][], node: number) =>
            groups.findLastIndex((group) => group.includes(node));
          for (let from = 0; from < 8; from++) {
            for (let to = 0; to < 8; to++) {
              const isCut = standing.some(([groups, cut]) => {
                const [a, b] = [groupOf(groups, from), groupOf(groups, to)];
                if (a === b) return false;
                return cut === 'both' || (cut === 'out' ? a >= 0 : b >= 0);
              });
              expect(partitions.isCut(from, to)).toBe(isCut);
            }
          }
          partitions.clear();
          expect(cuts(partitions, 8)).toEqual([]);
        },
      ),
      { seed: 2, numRuns: 150 },
    );
  });

  test('has at most 255 groups', () => {
    const groups = Array.from({ length: GROUPS_LIMIT + 1 }, (_, node) => [node]);
    const partitions = new Partitions(300);
    expect(() => partitions.add(groups, 'both')).toThrow(InvariantError);
    partitions.add(groups.slice(1), 'both');
    expect(partitions.isCut(255, 254)).toBe(true);
    expect(partitions.isCut(0, 299)).toBe(false); // both in the rest
  });
});

test('what was on its way arrives; what is sent meanwhile is counted; after healing all is well', () => {
  const probes = new Probes(3);
  const { network } = probes.world;
  probes.send(0, 1, 1);
  const number = network.partition([[0]], 'out');
  probes.send(0, 1, 2);
  probes.send(1, 0, 3);
  probes.send(1, 2, 4);
  probes.pass(200);
  expect(probes.arrivals.map(({ number }) => number).toSorted()).toEqual([1, 3, 4]);
  network.heal(number);
  probes.send(0, 1, 5);
  probes.pass(200);
  expect(probes.arrivals.at(-1)!.number).toBe(5);
  expect(network.traffic).toMatchObject({ sent: 5, delivered: 4, cut: 1 });
});
