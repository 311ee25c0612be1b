/** Finished lookups are used again, up to a limit. */
import { describe, expect, test } from 'vitest';
import { LookupPool } from '../../../src/mainline/rows/lookup-pool.ts';

describe('a pool', () => {
  test.each([0, 1, 5])('of %i keeps that many finished lookups and lets the others go', (limit) => {
    const pool = new LookupPool(limit);
    const finished = Array.from({ length: 10 }, () => pool.take());
    expect(new Set(finished).size).toBe(10);
    for (const lookup of finished) pool.release(lookup);
    const next = Array.from({ length: 10 }, () => pool.take());
    expect(new Set(next).size).toBe(10);
    expect(next.filter((lookup) => finished.includes(lookup))).toHaveLength(limit);
    // Places become free again.
    for (const lookup of next) pool.release(lookup);
    expect(next.includes(pool.take())).toBe(limit > 0);
  });
});
