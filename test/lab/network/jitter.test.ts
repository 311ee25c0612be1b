/** Jitter: the tables have the shape of the law they stand for. */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { type JitterModel, jitterOf } from '../../../src/lab/network/jitter.ts';

function draws(model: JitterModel, count = 100_000): number[] {
  const jitter = jitterOf(model);
  const random = new SeededRandom(4);
  return Array.from({ length: count }, () => jitter(random)).sort((a, b) => a - b);
}

describe('uniform', () => {
  test('takes each value up to the highest about as often', () => {
    const values = draws({ kind: 'uniform', highMs: 9 });
    const counts = new Array<number>(10).fill(0);
    for (const ms of values) counts[ms] = counts[ms] + 1;
    expect(counts).toHaveLength(10);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('of nothing is nothing', () => {
    expect(new Set(draws({ kind: 'uniform', highMs: 0 }, 100))).toEqual(new Set([0]));
  });
});

describe('exponential', () => {
  test.each([1000, 40])('has its mean and quantiles at a mean of %i ms', (meanMs) => {
    const values = draws({ kind: 'exponential', meanMs });
    const mean = values.reduce((sum, ms) => sum + ms, 0) / values.length;
    expect(Math.abs(mean / meanMs - 1)).toBeLessThan(0.01);
    for (const share of [0.1, 0.5, 0.9, 0.98]) {
      const expectedMs = -Math.log(1 - share) * meanMs;
      expect(Math.abs(values[Math.floor(values.length * share)] - expectedMs)).toBeLessThan(
        meanMs * 0.12,
      );
    }
    for (const ms of values) if (!Number.isInteger(ms)) throw new Error(`${ms} is not whole`);
  });
});
