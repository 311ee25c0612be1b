import { expect, test } from 'vitest';
import { normalHazard, normalReach } from '../../../src/lab/life/normal.ts';

/** P(Z > x) as tables of the normal law have it (Abramowitz and Stegun, 26.1). */
const TAILS: [number, number][] = [
  [-3, 0.9986501019683699],
  [-1, 0.8413447460685429],
  [0, 0.5],
  [0.5, 0.3085375387259869],
  [1, 0.15865525393145707],
  [2, 0.022750131948179195],
  [3, 0.0013498980316300933],
  [5, 2.866515718791933e-7],
  [8, 6.220960574271786e-16],
];

test('the tail is that of the tables, on both sides of the seam', () => {
  for (const [x, tail] of TAILS) {
    expect(Math.exp(-normalHazard(x)) / tail, `at ${x}`).toBeCloseTo(1, 9);
  }
  const seam = 2.5 * Math.SQRT2;
  expect(normalHazard(seam + 1e-9) - normalHazard(seam - 1e-9)).toBeLessThan(1e-7);
});

test('it rises without end, also where the tail is below any number', () => {
  for (let x = -6; x < 39; x += 0.01)
    expect(normalHazard(x + 0.01)).toBeGreaterThan(normalHazard(x));
  expect(normalHazard(39)).toBeGreaterThan(745);
});

test('reach is its inverse', () => {
  for (let x = -5; x <= 30; x += 0.37) expect(normalReach(normalHazard(x))).toBeCloseTo(x, 6);
});
