import { describe, expect, it } from 'vitest';
import { Rate } from '../../src/ring/rate.ts';

describe('a rate', () => {
  it('lets a second go at once and then so much per second', () => {
    const rate = new Rate(1000);
    expect(rate.isReady(0)).toBe(true);
    rate.take(3000);
    expect(rate.isReady(0)).toBe(false);
    const atMs = rate.readyAt(0);
    expect(atMs).toBeGreaterThan(1900);
    expect(rate.isReady(atMs - 2)).toBe(false);
    expect(rate.isReady(atMs)).toBe(true);
  });
});
