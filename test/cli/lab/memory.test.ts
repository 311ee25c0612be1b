import { describe, expect, test } from 'vitest';
import {
  checkMemory,
  footprintOf,
  freeBytes,
  heapMbFor,
  peakBytes,
  residentBytes,
} from '../../../src/cli/lab/memory.ts';

const world = (nodes: number, upkeep = false, lookups = Infinity) =>
  footprintOf({ nodes, k: 8, upkeep, lookups });

describe('what a world takes', () => {
  test('is what was measured, within a twelfth', () => {
    const measured = [
      [8, 1000, 2000, 134.6e6],
      [8, 30_000, 2000, 138.4e6],
      [8, 100_000, 2000, 145.9e6],
      [8, 100_000, 20_000, 244.3e6],
      [8, 300_000, 2000, 164.2e6],
      [20, 300_000, 2000, 206.9e6],
      [8, 1_000_000, 100, 177.5e6],
      [8, 1_000_000, 2000, 222.7e6],
      [8, 1_000_000, 20_000, 444.5e6],
      [8, 10_000_000, 1000, 620.8e6],
    ] as const;
    for (const [k, nodes, lookups, bytes] of measured) {
      const told = footprintOf({ nodes, k, lookups, upkeep: false }).bytes;
      expect(Math.abs(told / bytes - 1), `${nodes}, ${lookups}`).toBeLessThan(1 / 12);
    }
  });

  test('grows with the lookups until all are touched and written, and no further', () => {
    const told = [0, 10, 1000, 100_000, 1e7, Infinity].map((n) => world(100_000, false, n).bytes);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
    expect(told[4] / told[5]).toBeGreaterThan(0.999);
    expect(world(0).bytes).toBeGreaterThan(0);
  });

  test('objects of nodes that look after their tables lie on the heap', () => {
    expect(world(1_000_000, true).heapBytes).toBeGreaterThan(0.5e9);
    expect(world(1, true).bytes).toBeGreaterThan(50e6);
  });
});

describe('before the work starts', () => {
  test('too little memory is told, with the number of nodes that would fit', () => {
    expect(() => checkMemory(world(10_000_000), 10_000_000, 8e9)).toThrow(
      /^10,000,000 nodes take about \d+\.\d GB, and 8\.0 GB are free: about [23],\d{3},000 nodes/,
    );
    expect(() => checkMemory(world(1000), 1000, 8e9)).not.toThrow();
    expect(freeBytes()).toBeGreaterThan(1e6);
    expect(freeBytes(5e6)).toBe(5e6);
    // A system that tells nothing.
    expect(() => checkMemory(world(1000), 1000, freeBytes(0))).not.toThrow();
  });

  test('a heap that is too small is given its size, one that suffices is left', () => {
    const footprint = { bytes: 5e9, heapBytes: 3 * 2 ** 30 };
    expect(heapMbFor(footprint, 4 * 2 ** 30)).toBeNull();
    expect(heapMbFor(footprint, 2 * 2 ** 30)).toBe(3072);
  });
});

test('memory that a process has is told, or else the most that it had', () => {
  const most = peakBytes();
  expect(most).toBeGreaterThan(10e6);
  expect(residentBytes()).toBeGreaterThan(10e6);
  const silent = () => {
    throw new Error('ENOENT: no such file or directory, uv_resident_set_memory');
  };
  expect(residentBytes(silent)).toBeGreaterThanOrEqual(most);
});
