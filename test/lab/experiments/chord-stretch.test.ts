import { expect, test } from 'vitest';
import {
  CHORD_STRETCH_DEFAULTS,
  chordStretch,
} from '../../../src/lab/experiments/chord-stretch.ts';

const SMALL = { ...CHORD_STRETCH_DEFAULTS, nodes: 128, lookups: 200 };

test('ways become shorter the more nodes a finger may be, those that are passed on most of all', () => {
  for (const seed of [1, 2, 3]) {
    const { figures, checks, sweeps } = chordStretch({ ...SMALL, seed, candidates: [1, 16] });
    expect(figures['recursive1']).toBeLessThan(figures['iterative1']);
    expect(figures['iterative16']).toBeLessThan(figures['iterative1']);
    expect(figures['recursive16']).toBeLessThan(0.8 * figures['recursive1']);
    // No way is shorter than the straight one.
    expect(figures['recursive16First']).toBeGreaterThanOrEqual(0.98);
    expect(checks.at(-1)).toMatchObject({ name: 'lookups that ended at the owner', measured: 1 });
    expect(sweeps![0].series[0].expected).toContainEqual({ x: 16, y: 3.4 });
  }
});

test('the same seed is the same run', () => {
  const options = { ...SMALL, candidates: [2], lookups: 20 };
  expect(chordStretch(options)).toEqual(chordStretch(options));
});
