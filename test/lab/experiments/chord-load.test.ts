import { expect, test } from 'vitest';
import {
  CHORD_LOAD_DEFAULTS,
  chordLoad,
  expectedLoad,
} from '../../../src/lab/experiments/chord-load.ts';

test('a small ring is as uneven as it has to be', () => {
  const options = {
    ...CHORD_LOAD_DEFAULTS,
    ...{ nodes: 400, keys: 20_000, rings: 2, inserts: 200, insertNodes: 60 },
  };
  const units = new Set<string>();
  let last = { done: 0, of: 0 };
  const result = chordLoad(options, (progress) => {
    units.add(progress.unit);
    last = progress;
  });
  expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(result.figures['last20000']).toBeGreaterThan(3.5);
  expect(result.figures['lastPlaces20']).toBeLessThan(2.2);
  expect(result.metrics).toMatchObject({ lookups: 200, successRate: 1, exactRate: 1 });
  expect([...units]).toEqual(['key']);
  expect(last).toMatchObject({ done: 120_200, of: 120_200 });
});

test('the law of loads: geometric with one place, and the published quantiles of many keys', () => {
  // P(load ≥ n) = (mean / (1 + mean))^n.
  for (const share of [0.5, 0.9, 0.99]) {
    let keys = 0;
    for (let more = 1; more > 1 - share; more *= 10 / 11) keys++;
    const load = expectedLoad(1, 10, share);
    expect(load.keys).toBe(keys - 1);
    expect(load.chance).toBeCloseTo((10 / 11) ** (keys - 1) / 11, 12);
  }
  const published = [
    [1, 0.01, 4.605],
    [2, 0.07, 3.32],
    [5, 0.26, 2.32],
    [10, 0.41, 1.88],
    [20, 0.55, 1.59],
  ] as const;
  for (const [places, first, last] of published) {
    expect(expectedLoad(places, 5000, 0.01).keys / 5000).toBeCloseTo(first, 1.9);
    expect(expectedLoad(places, 5000, 0.99).keys / 5000).toBeCloseTo(last, 1.9);
  }
});
