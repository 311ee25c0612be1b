import { expect, test } from 'vitest';
import { check, within } from '../../../src/lab/results/experiment.ts';

test('a check passes up to its tolerance, on both sides', () => {
  expect(check('hops', 4, 0.5, 4.5)).toEqual({
    ...{ name: 'hops', expected: 4, tolerance: 0.5, measured: 4.5, pass: true },
  });
  expect(check('hops', 4, 0.5, 3.5).pass).toBe(true);
  expect(check('hops', 4, 0.5, 4.501).pass).toBe(false);
  expect(check('hops', 4, 0.5, 3.499).pass).toBe(false);
});

test('what could not be measured does not pass', () => {
  expect(check('hops', 4, 0.5, Number.NaN).pass).toBe(false);
  expect(within('hops', 3, 5, Number.NaN).pass).toBe(false);
});

test('a range is its middle and half its width', () => {
  expect(within('share', 0.25, 0.75, 0.75)).toMatchObject({ expected: 0.5, tolerance: 0.25 });
  expect(within('share', 0.25, 0.75, 0.75).pass).toBe(true);
  expect(within('share', 0.25, 0.75, 0.8).pass).toBe(false);
});
