import { describe, expect, test } from 'vitest';
import { checkMemory, footprintOf, freeBytes, heapMbFor } from '../../../src/cli/lab/memory.ts';

const world = (nodes: number, upkeep = false) => footprintOf({ nodes, k: 8, upkeep });

describe('what a world takes', () => {
  test('is about what was measured: 2.0 GB for a million nodes, 21 GB for ten', () => {
    expect(world(1_000_000).bytes / 2.0e9).toBeGreaterThan(0.95);
    expect(world(1_000_000).bytes / 2.0e9).toBeLessThan(1.7);
    expect(world(10_000_000).bytes / 21e9).toBeGreaterThan(0.95);
    expect(world(10_000_000).bytes / 21e9).toBeLessThan(1.2);
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
