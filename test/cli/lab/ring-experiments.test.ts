import { expect, test } from 'vitest';
import { RING_EXPERIMENTS, ringFootprint } from '../../../src/cli/lab/ring-experiments.ts';

test('those of the Chord paper and our own, each with its own name', () => {
  expect(RING_EXPERIMENTS.map(({ name }) => name)).toEqual([
    'chord-load',
    'chord-path',
    'chord-stretch',
    'chord-massfail',
    'chord-churn',
    'ring-survival',
    'ring-split',
  ]);
});

test('what a ring takes grows with nodes and places, and the heap with it', () => {
  const one = ringFootprint(10_000);
  const many = ringFootprint(10_000, 20);
  // Measured at most: 420 MB for 16,384 nodes, 650 MB for 10,000 with 20 places each.
  expect(ringFootprint(16_384).bytes).toBeGreaterThan(380e6);
  expect(many.bytes).toBeGreaterThan(650e6);
  expect(many.bytes).toBeGreaterThan(2 * one.bytes);
  expect(many.heapBytes).toBeGreaterThan(one.heapBytes);
});
