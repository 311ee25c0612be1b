/** Ways: when the next attempt is made, how long segments take, and which ways are shut. */
import { describe, expect, test } from 'vitest';
import {
  bytesOnTheLine,
  nextAttemptMs,
  STREAM_TIMEOUT_MS,
  segmentsOf,
  Ways,
} from '../../../src/lab/streams/stream-ways.ts';
import { Probes } from '../probes.ts';

test('attempts are made after 200, 600, 1400, 3000 ms, then every 3.2 s', () => {
  const attempts = [200, 600, 1400, 3000, 6200, 9400, 12_600, 15_800];
  let previous = 0;
  for (const atMs of attempts) {
    for (const now of [previous + 1, atMs])
      expect(nextAttemptMs(5000, 5000 + now)).toBe(5000 + atMs);
    previous = atMs;
  }
  expect(nextAttemptMs(5000, 5000)).toBe(5200);
});

test('bytes fill a line with the headers of their segments', () => {
  expect([1, 1460, 1461, 65_536].map(segmentsOf)).toEqual([1, 1, 2, 45]);
  expect([1, 1460, 1461].map(bytesOnTheLine)).toEqual([41, 1500, 1541]);
});

describe('a way', () => {
  test('takes the latency of its path, and what lost segments take', () => {
    const { world } = new Probes(2, { latency: { kind: 'constant', ms: 300 }, loss: 0.5 });
    const ways = new Ways(world);
    const counts = new Map<number, number>();
    for (let i = 0; i < 4000; i++) {
      const ms = ways.wayMs(0, 1, 1);
      counts.set(ms, (counts.get(ms) ?? 0) + 1);
    }
    // A round trip is longer than 200 ms here: 600, then 1200, 2400, 3200 …
    const expected = [300, 900, 2100, 4500, 7700];
    for (const [i, ms] of expected.entries()) {
      expect(Math.abs(counts.get(ms)! / 4000 - 2 ** -(i + 1))).toBeLessThan(0.03);
    }
    for (const ms of counts.keys())
      expect(ms <= 300 + STREAM_TIMEOUT_MS || ms === Infinity).toBe(true);
    expect(ways.wayMs(0, 1, 0)).toBe(300);
  });

  test('of many segments is as late as the latest', () => {
    const { world } = new Probes(2, { loss: 0.1 });
    const ways = new Ways(world);
    let late = 0;
    for (let i = 0; i < 2000; i++) if (ways.wayMs(0, 1, 10) > 100) late++;
    expect(Math.abs(late / 2000 - (1 - 0.9 ** 10))).toBeLessThan(0.04);
  });

  test('is shut by a cut either way, a clog, or a host without a word', () => {
    const { world } = new Probes(3);
    const ways = new Ways(world);
    expect([ways.isOpen(0, 1), ways.wayMs(0, 1, 1)]).toEqual([true, 100]);
    world.network.partition([[0]], 'in');
    expect([ways.isOpen(0, 1), ways.shutUntilMs(0, 1), ways.wayMs(0, 1, 1)]).toEqual([
      false,
      Infinity,
      Infinity,
    ]);
    world.network.heal();
    world.network.clog({ kind: 'drop', from: [1], to: null, untilMs: world.now + 70, delayMs: 0 });
    expect(ways.shutUntilMs(0, 1)).toBe(world.now + 70);
    expect(ways.isOpen(0, 2)).toBe(true);
    ways.isSilent[2] = 1;
    expect([ways.isOpen(0, 2), ways.isOpen(2, 0)]).toEqual([false, false]);
  });
});
