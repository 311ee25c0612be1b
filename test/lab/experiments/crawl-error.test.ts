import { expect, test } from 'vitest';
import { CRAWL_ERROR_DEFAULTS, crawlError } from '../../../src/lab/experiments/crawl-error.ts';

const SMALL = { ...CRAWL_ERROR_DEFAULTS, nodes: 700, crawls: 3 };

function mean({ points }: { points: readonly { y: number }[] }): number {
  return points.reduce((sum, { y }) => sum + y, 0) / points.length;
}

test('a crawl tells how many there are, who can be called, and how long they stay', () => {
  const { checks, figures, sweeps } = crawlError(SMALL);
  expect(checks.filter(({ pass }) => !pass)).toEqual([]);
  const [found, named, reachable] = sweeps![0].series;
  for (const { points } of [found!, named!]) expect(points).toHaveLength(SMALL.crawls);
  expect(mean(found!)).toBeCloseTo(figures['foundShare']!);
  expect(mean(reachable!)).toBeCloseTo(figures['reachability']!);
  expect(mean({ points: reachable!.expected! })).toBeCloseTo(figures['reachabilityTruth']!);
  expect(figures['foundShare']).toBeGreaterThan(0.85);
  expect(figures['questionsPerNode']).toBeLessThan(6);
});

test('without loss, firewalls and coming and going, nearly everybody is found', () => {
  const still = { sessionMs: 2 ** 40, awayMs: 1000, loss: 0, firewalled: 0, crawls: 3 };
  const { figures } = crawlError({ ...SMALL, ...still, nodes: 300, everyMs: 60_000 });
  expect(figures['foundShare']).toBeGreaterThan(0.995);
  expect(figures['reachability']).toBe(1);
});

test('where nobody can be called there is nobody to crawl', () => {
  expect(() => crawlError({ ...SMALL, nodes: 50, firewalled: 1 })).toThrow('nobody is there');
});
