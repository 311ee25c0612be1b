/** How long datagrams take: bounds, symmetry, and the published figures of the King data set. */
import { describe, expect, test } from 'vitest';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { type Latency, type LatencyModel, latencyOf } from '../../../src/lab/network/latency.ts';

const MODELS: LatencyModel[] = [
  { kind: 'constant', ms: 50 },
  { kind: 'uniform', lowMs: 20, highMs: 90 },
  { kind: 'king' },
  { kind: 'space', sideMs: 150 },
];

/** One way and back between random pairs among ten million nodes. */
function sample(latency: Latency, count: number, seed = 1): number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => {
    const from = randomBelow(random, 10_000_000);
    const to = randomBelow(random, 10_000_000);
    return latency.between(from, to) + latency.between(to, from);
  });
}

describe.each(MODELS)('$kind', (model) => {
  test('is the same both ways and every time, whole, and at least 1 ms', () => {
    const latency = latencyOf(model, 77);
    const again = latencyOf(model, 77);
    const random = new SeededRandom(2);
    for (let i = 0; i < 2000; i++) {
      const [from, to] = [random.uint32() % 1_000_000, random.uint32() % 50];
      const ms = latency.between(from, to);
      expect(ms).toBeGreaterThanOrEqual(1);
      expect(Number.isInteger(ms)).toBe(true);
      expect(latency.between(to, from)).toBe(ms);
      expect(again.between(from, to)).toBe(ms);
    }
    expect(latency.between(3, 3)).toBeGreaterThanOrEqual(1);
  });
});

describe('space', () => {
  test('pairs of a cube are 0.66 of its side apart on average, and 1.73 at most', () => {
    for (const seed of [1, 2, 3]) {
      const ways = sample(latencyOf({ kind: 'space', sideMs: 1000 }, seed), 20_000, seed);
      const mean = ways.reduce((sum, ms) => sum + ms / 2, 0) / ways.length;
      expect(mean).toBeGreaterThan(650);
      expect(mean).toBeLessThan(673);
      expect(Math.max(...ways) / 2).toBeLessThan(1733);
    }
  });
});

describe('constant', () => {
  test('is what was asked for, and never nothing', () => {
    expect(new Set(sample(latencyOf({ kind: 'constant', ms: 50 }, 1), 100))).toEqual(
      new Set([100]),
    );
    expect(latencyOf({ kind: 'constant', ms: 0 }, 1).between(1, 2)).toBe(1);
  });
});

describe('uniform', () => {
  test('takes every value from the lower bound to the upper, and each about as often', () => {
    const latency = latencyOf({ kind: 'uniform', lowMs: 20, highMs: 29 }, 5);
    const counts = new Map<number, number>();
    for (const roundTrip of sample(latency, 20_000)) {
      counts.set(roundTrip / 2, (counts.get(roundTrip / 2) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, i) => 20 + i),
    );
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  test('of another seed gives other times', () => {
    const model = { kind: 'uniform', lowMs: 1, highMs: 1000 } as const;
    const one = sample(latencyOf(model, 1), 1000);
    const two = sample(latencyOf(model, 2), 1000);
    expect(one.filter((ms, i) => ms === two[i]).length).toBeLessThan(20);
  });
});

describe('king', () => {
  test('has the median and the mean of the King data set', () => {
    const roundTrips = sample(latencyOf({ kind: 'king' }, 123), 200_000).sort((a, b) => a - b);
    const median = roundTrips[roundTrips.length / 2];
    const mean = roundTrips.reduce((sum, ms) => sum + ms, 0) / roundTrips.length;
    expect(Math.abs(median / 156 - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean / 178 - 1)).toBeLessThan(0.05);
    expect(roundTrips[0]).toBeLessThan(60); // there are neighbours
  });

  test('places the same node anew with another seed', () => {
    const one = sample(latencyOf({ kind: 'king' }, 1), 1000);
    const two = sample(latencyOf({ kind: 'king' }, 2 ** 31), 1000);
    expect(one.filter((ms, i) => ms === two[i]).length).toBeLessThan(50);
  });
});

describe('matrix', () => {
  const ms = [
    [0, 10, 20],
    [11, 0, 0],
    [22, 33, 0],
  ];

  test('each node is at a host, and ways are those between hosts; what was not measured is the mean', () => {
    const latency = latencyOf({ kind: 'matrix', ms }, 7);
    const seen = new Set<number>();
    for (let from = 0; from < 60; from++) {
      for (let to = 0; to < 60; to++) seen.add(latency.between(from, to));
    }
    // 19 is the mean of the five that were measured, 19.2.
    expect([...seen].sort((a, b) => a - b)).toEqual([10, 11, 19, 20, 22, 33]);
    const again = latencyOf({ kind: 'matrix', ms }, 7);
    const other = latencyOf({ kind: 'matrix', ms }, 8);
    const ways = (one: Latency) => Array.from({ length: 60 }, (_, to) => one.between(0, to));
    expect(ways(again)).toEqual(ways(latency));
    expect(ways(other)).not.toEqual(ways(latency));
  });
});

describe('own', () => {
  test('is whatever a program says, in whole ms from 1 to a minute', () => {
    const says = [0.2, 41.6, 1e9, Number.NaN];
    const latency = latencyOf({ kind: 'own', between: (_, to) => says[to]! }, 1);
    expect([0, 1, 2].map((to) => latency.between(9, to))).toEqual([1, 42, 60_000]);
    expect(() => latency.between(9, 3)).toThrow('"latency.between" expected a number of ms');
  });
});
