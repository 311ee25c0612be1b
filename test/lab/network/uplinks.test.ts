/** Uplinks against a line written down datagram by datagram: when each leaves, and what is dropped. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DATAGRAM_HEADER_BYTES,
  UPLINK_QUEUE_BYTES,
  Uplinks,
} from '../../../src/lab/network/uplinks.ts';
import { Probes } from '../probes.ts';

describe('a line', () => {
  test('sends one after the other at its rate', () => {
    const uplinks = new Uplinks([{ bytesPerSecond: 1000 }], 2, 1);
    expect([100, 50, 250].map((bytes) => uplinks.leavesAtMs(5000, 0, bytes))).toEqual([
      5100, 5150, 5400,
    ]);
    expect(uplinks.leavesAtMs(5000, 1, 1)).toBe(5001); // another node's line is another
    expect(uplinks.leavesAtMs(6000, 0, 100)).toBe(6100); // it has been free since
  });

  test('drops what its queue has no room for, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 1500 })), { maxLength: 80 }),
        (bytesPerSecond, queueBytes, sends) => {
          const uplinks = new Uplinks([{ bytesPerSecond, queueBytes }], 1, 1);
          /** What waits: bytes, and when its last has left. */
          let waiting: { bytes: number; leavesAtMs: number }[] = [];
          let now = 1000;
          for (const [laterMs, bytes] of sends) {
            now += laterMs;
            waiting = waiting.filter(({ leavesAtMs }) => leavesAtMs > now);
            const freeAtMs = waiting.at(-1)?.leavesAtMs ?? now;
            // The one that is being sent counts with what is left of it.
            const queued = ((freeAtMs - now) * bytesPerSecond) / 1000;
            const leavesAtMs = uplinks.leavesAtMs(now, 0, bytes);
            if (queued + bytes > queueBytes + 1e-6) expect(leavesAtMs).toBe(-1);
            if (queued + bytes < queueBytes - 1e-6) expect(leavesAtMs).toBeGreaterThan(0);
            if (leavesAtMs < 0) continue;
            expect(leavesAtMs).toBeCloseTo(freeAtMs + (bytes * 1000) / bytesPerSecond, 6);
            waiting.push({ bytes, leavesAtMs });
          }
        },
      ),
      { seed: 9, numRuns: 200 },
    );
  });

  test('has room for 64 KiB where nothing else is said', () => {
    const uplinks = new Uplinks([{ bytesPerSecond: 1 }], 1, 1);
    expect(uplinks.leavesAtMs(0, 0, UPLINK_QUEUE_BYTES)).toBeGreaterThan(0);
    expect(uplinks.leavesAtMs(0, 0, 1)).toBe(-1);
  });

  test('never drops what a stream sends', () => {
    const uplinks = new Uplinks([{ bytesPerSecond: 1000, queueBytes: 10 }], 1, 1);
    expect(uplinks.streamLeavesAtMs(0, 0, 5000)).toBe(5000);
    expect(uplinks.streamLeavesAtMs(0, 0, 5000)).toBe(10_000);
    expect(uplinks.leavesAtMs(0, 0, 1)).toBe(-1);
  });
});

test('lines are shared out as was asked; the rest have no limit', () => {
  const uplinks = new Uplinks(
    [
      { share: 0.2, bytesPerSecond: 1000 },
      { share: 0.5, bytesPerSecond: 10 },
    ],
    20_000,
    6,
  );
  const counts = new Map<number, number>();
  for (let node = 0; node < 20_000; node++) {
    const ms = uplinks.leavesAtMs(0, node, 10);
    counts.set(ms, (counts.get(ms) ?? 0) + 1);
  }
  for (const [ms, share] of [
    [10, 0.2],
    [1000, 0.5],
    [0, 0.3],
  ] as const) {
    expect(Math.abs(counts.get(ms)! / 20_000 - share)).toBeLessThan(0.02);
  }
});

test('datagrams arrive when they have left and come the whole way; those dropped are counted', () => {
  const length = 72;
  const probes = new Probes(2, { uplinks: [{ bytesPerSecond: 1000, queueBytes: 350 }] });
  for (let number = 0; number < 5; number++) probes.send(0, 1, number, length);
  probes.pass(5000);
  expect(length + DATAGRAM_HEADER_BYTES).toBe(100);
  expect(probes.arrivals.map(({ atMs, number }) => [number, atMs])).toEqual([
    [0, 200],
    [1, 300],
    [2, 400],
  ]);
  expect(probes.world.network.traffic).toMatchObject({ sent: 5, delivered: 3, queueDropped: 2 });
});
