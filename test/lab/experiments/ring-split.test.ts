import { expect, test } from 'vitest';
import { RING_SPLIT_DEFAULTS, ringSplit } from '../../../src/lab/experiments/ring-split.ts';

test('the repair of 2019 loses the ring, ours keeps it, and the story says how', () => {
  const small = { ...RING_SPLIT_DEFAULTS, rings: 2, nodes: 8, faultsMs: 10_000 };
  const result = ringSplit(small);
  const stories = result.checks.filter(({ name }) => name.endsWith('the ring is lost'));
  expect(stories).toHaveLength(6);
  expect(stories.filter(({ pass }) => !pass)).toEqual([]);
  expect(stories.map(({ measured }) => measured)).toContain(1);
  expect(result.figures['correctRingsLost']).toBe(0);
  expect(result.story?.join('\n')).toMatch(/class-2019, a stale second successor:\n/);
  expect(result.story?.join('\n')).toMatch(/A {2}successors nobody; answers for everything/);
});
