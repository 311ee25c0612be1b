import { describe, expect, test } from 'vitest';
import {
  checkMemory,
  footprintOf,
  freeBytes,
  heapMbFor,
  peakBytes,
  residentBytes,
} from '../../../src/cli/lab/memory.ts';

const world = (nodes: number, upkeep = false) => footprintOf({ nodes, k: 8, upkeep });

describe('what a world takes', () => {
  test('is what was measured, within a twentieth', () => {
    const measured = [
      [30_000, 153e6],
      [100_000, 241e6],
      [300_000, 510e6],
      [1_000_000, 1542e6],
      [10_000_000, 16.6e9],
    ] as const;
    for (const [nodes, bytes] of measured) {
      expect(Math.abs(world(nodes).bytes / bytes - 1), `${nodes}`).toBeLessThan(0.05);
    }
  });

  test('objects of nodes that look after their tables lie on the heap', () => {
    expect(world(1_000_000, true).heapBytes).toBeGreaterThan(0.5e9);
    expect(world(1, true).bytes).toBeGreaterThan(50e6);
  });
});

describe('before the work starts', () => {
  test('too little memory is told, with the number of nodes that would fit', () => {
    expect(() => checkMemory(world(10_000_000), 10_000_000, 8e9)).toThrow(
      /^10,000,000 nodes take about \d+\.\d GB, and 8\.0 GB are free: about [45],\d{3},000 nodes/,
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
