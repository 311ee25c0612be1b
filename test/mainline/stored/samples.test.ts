/** Samples: the same within an interval, fair over many. */
import { expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { SAMPLE_INTERVAL_MS, SAMPLE_LIMIT, Samples } from '../../../src/mainline/stored/samples.ts';

const stored = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ infoHash: new Uint8Array(20).fill(n) }));

test('a sample stays the same for its interval', () => {
  const random = new SeededRandom(1);
  const samples = new Samples();
  samples.refresh(0, stored(100), random);
  const first = samples.hashes;
  expect(first.length).toBe(SAMPLE_LIMIT * 20);
  samples.refresh(SAMPLE_INTERVAL_MS - 1, stored(100), random);
  expect(samples.hashes).toBe(first);
  samples.refresh(SAMPLE_INTERVAL_MS, stored(100), random);
  expect(samples.hashes).not.toEqual(first);
});

test('few are all told, and every one of many has the same chance', () => {
  const random = new SeededRandom(2);
  const samples = new Samples();
  samples.refresh(0, stored(3), random);
  expect([...samples.hashes].filter((_, i) => i % 20 === 0)).toEqual([0, 1, 2]);
  const times = new Array<number>(40).fill(0);
  for (let n = 1; n <= 2000; n++) {
    samples.refresh(n * SAMPLE_INTERVAL_MS, stored(40), random);
    for (let i = 0; i < samples.hashes.length; i += 20) times[samples.hashes[i]]++;
  }
  for (const count of times) expect(Math.abs(count - 1000)).toBeLessThan(120);
});
