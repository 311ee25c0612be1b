import { expect, test } from 'vitest';
import {
  lossExpected,
  mostLost,
  RING_SURVIVAL_DEFAULTS,
  ringSurvival,
  varianceOf,
} from '../../../src/lab/experiments/ring-survival.ts';

/** All crowds of `crashes` among `nodes`, as masks. */
function crowds(nodes: number, crashes: number): number[] {
  const masks: number[] = [];
  for (let mask = 0; mask < 1 << nodes; mask++) {
    let size = 0;
    for (let bit = 0; bit < nodes; bit++) size += (mask >> bit) & 1;
    if (size === crashes) masks.push(mask);
  }
  return masks;
}

/** Share of keys whose owner and the k nodes before it are all in the crowd. */
function lostShare(keys: readonly number[], k: number, mask: number): number {
  const all = keys.reduce((sum, count) => sum + count, 0);
  let lost = 0;
  for (const [owner, count] of keys.entries()) {
    let isLost = true;
    for (let back = 0; back <= Math.min(k, keys.length - 1); back++) {
      if (((mask >> ((owner - back + keys.length) % keys.length)) & 1) === 0) isLost = false;
    }
    if (isLost) lost += count;
  }
  return lost / all;
}

test('the expected loss and its variance are those of all crowds', () => {
  const keys = [5, 1, 0, 7, 3, 2, 9];
  for (let k = 0; k <= 3; k++) {
    for (let crashes = 1; crashes <= 5; crashes++) {
      const shares = crowds(keys.length, crashes).map((mask) => lostShare(keys, k, mask));
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      const square = shares.reduce((sum, share) => sum + (share - mean) * (share - mean), 0);
      expect(lossExpected(keys.length, k, crashes)).toBeCloseTo(mean, 10);
      expect(varianceOf(keys, k, crashes)).toBeCloseTo(square / shares.length, 10);
      expect(mostLost(keys, k, crashes)).toBeGreaterThanOrEqual(Math.max(...shares));
      if (crashes <= k) expect(mostLost(keys, k, crashes)).toBe(0);
    }
  }
});

test('a ring loses exactly what all of its holders took along', { timeout: 120_000 }, () => {
  const small = {
    ...RING_SURVIVAL_DEFAULTS,
    nodes: 8,
    keys: 40,
    kMax: 2,
    crashesMax: 3,
    crowds: 3,
  };
  const result = ringSurvival(small);
  expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(result.checks.length).toBeGreaterThan(5);
});
