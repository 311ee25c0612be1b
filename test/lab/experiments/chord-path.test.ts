import { expect, test } from 'vitest';
import { CHORD_PATH_DEFAULTS, chordPath } from '../../../src/lab/experiments/chord-path.ts';

test('ways are half a logarithm long', () => {
  const options = { ...CHORD_PATH_DEFAULTS, nodes: 64, lookups: 400 };
  const result = chordPath(options);
  const { checks, figures, metrics } = result;
  const halves = checks.filter(({ name }) => name.includes('½'));
  expect(halves.map(({ expected }) => expected)).toEqual([1.5, 2, 2.5, 3]);
  expect(halves.filter(({ pass }) => !pass)).toEqual([]);
  // So few lookups, of a few rings each, say less than the calculated values would need.
  const far = checks.filter((one) => Math.abs(one.measured - one.expected) > 0.25);
  expect(far).toEqual([]);
  expect(figures['chordSlope']).toBeCloseTo(0.5, 0.9);
  expect(metrics).toMatchObject({ exactRate: 1, successRate: 1 });
  const small = { ...options, nodes: 8, lookups: 50 };
  expect(chordPath(small).traceHash).toBe(chordPath(small).traceHash);
});

test('the distribution is drawn where the paper draws it', () => {
  const { figures, checks } = chordPath({ ...CHORD_PATH_DEFAULTS, nodes: 32, lookups: 100 });
  expect(checks).toHaveLength(3 * 3 + 2 + 1);
  expect(Object.keys(figures).some((name) => name.startsWith('chordShare'))).toBe(false);
});
