/** Prefetch only reads: a run in which nothing is prefetched is the same run. */
import { expect, test } from 'vitest';
import { PREFETCHED, Prefetch } from '../../src/lab/prefetch.ts';
import { GradedWorld, type WorldChoices } from './graded.ts';

test.each([
  ['all at the same time', { latency: { kind: 'constant', ms: 100 } }],
  ['at times of their own', { latency: { kind: 'king' }, loss: 0.1 }],
] as [string, WorldChoices][])('with it and without a run is the same, %s', (_name, options) => {
  const run = (isPrefetched: boolean) => {
    const graded = new GradedWorld({ nodes: 300, ...options });
    graded.crash(0.1);
    let prefetched = 0;
    const prefetch = graded.overlay.prefetch.bind(graded.overlay);
    graded.overlay.prefetch = (datagrams) => {
      prefetched += datagrams.count;
      expect(datagrams.count).toBeLessThanOrEqual(PREFETCHED);
      return isPrefetched ? prefetch(datagrams) : 0;
    };
    graded.begin(60);
    graded.world.run(Infinity);
    expect(graded.grades).toHaveLength(60);
    // Each datagram once: those that wait when the batch is begun, and no crashed node's.
    expect(prefetched).toBe(graded.world.delivered);
    return [graded.world.traceHash, graded.grades];
  };
  expect(run(true)).toEqual(run(false));
});

test('keeps datagrams in the order in which they come', () => {
  const prefetch = new Prefetch();
  const bytes = new Uint8Array(4);
  for (let i = 0; i < PREFETCHED; i++) prefetch.add(i, 100 + i, bytes, i * 2);
  expect([prefetch.count, prefetch.to[3], prefetch.from[3]]).toEqual([PREFETCHED, 3, 103]);
  expect([prefetch.bytes[5], prefetch.starts[5]]).toEqual([bytes, 10]);
});
