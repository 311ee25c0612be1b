import { describe, expect, test } from 'vitest';
import { estimateOf, studentT } from '../../src/results/confidence.ts';

describe('an estimate', () => {
  test('of a textbook sample', () => {
    // Mean 5, s = √(32 / 7) = 2.138, t(7) = 2.3646: 2.3646 × 2.138 / √8 = 1.7875.
    const { n, mean, ci95 } = estimateOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect({ n, mean }).toEqual({ n: 8, mean: 5 });
    expect(ci95).toBeCloseTo(1.7875, 3);
  });

  test('of one value has no interval, of none no mean, and leaves out what is no number', () => {
    expect(estimateOf([3])).toEqual({ n: 1, mean: 3, ci95: Number.NaN });
    expect(estimateOf([])).toEqual({ n: 0, mean: Number.NaN, ci95: Number.NaN });
    expect(estimateOf([1, Number.NaN, 3]).n).toBe(2);
    expect(estimateOf([4, 4, 4])).toEqual({ n: 3, mean: 4, ci95: 0 });
  });

  test('covers the truth in 95 of 100 samples', () => {
    // Sums of 12 even draws are normal enough; the sampling error of 4,000 samples is 0.35 %.
    let state = 1;
    const unit = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const normal = (): number => Array.from({ length: 12 }, unit).reduce((a, b) => a + b) - 6;
    let covered = 0;
    for (let i = 0; i < 4000; i++) {
      const { mean, ci95 } = estimateOf(Array.from({ length: 5 }, normal));
      if (Math.abs(mean) <= ci95) covered++;
    }
    expect(covered / 4000).toBeGreaterThan(0.937);
    expect(covered / 4000).toBeLessThan(0.963);
  });
});

test("Student's t falls with the degrees of freedom and never below that of the normal law", () => {
  let last = Infinity;
  for (let freedom = 1; freedom <= 500; freedom++) {
    const t = studentT(freedom);
    expect(t).toBeLessThanOrEqual(last);
    expect(t).toBeGreaterThan(1.959);
    last = t;
  }
  // As printed in textbooks.
  const printed = [1, 2, 9, 10, 30, 120].map((freedom) => studentT(freedom).toFixed(3));
  expect(printed).toEqual(['12.706', '4.303', '2.262', '2.228', '2.042', '1.980']);
  expect(studentT(5, 0.01)).toBeCloseTo(4.032, 3);
  expect(studentT(10, 0.001)).toBeCloseTo(4.587, 3);
  expect(studentT(19, 1e-5)).toBeGreaterThan(studentT(19, 1e-4));
});
