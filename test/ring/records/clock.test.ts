import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOCK_LEAD_MS,
  CLOCK_TOLERANCE_MS,
  compareVersions,
  HybridClock,
  isBeyond,
  shiftOf,
  VERSION_BYTES,
  versionMs,
} from '../../../src/ring/records/clock.ts';

const writer = Uint8Array.from({ length: 20 }, (_, i) => i + 1);
const NOW = 1_700_000_000_000;

function next(clock: HybridClock, now: number, after: Uint8Array | null = null): Uint8Array {
  const out = new Uint8Array(VERSION_BYTES);
  clock.next(now, writer, after, out);
  return out;
}

describe('the hybrid clock', () => {
  it('follows the wall clock and names the writer', () => {
    const version = next(new HybridClock(), NOW + 0.7);
    expect(versionMs(version, 0)).toBe(NOW);
    expect([...version.subarray(8)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('never gives the same version or an older one, even when the wall clock goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5000, max: 5000 })), (shifts) => {
        const clock = new HybridClock();
        let last = next(clock, NOW);
        for (const shift of shifts) {
          const version = next(clock, NOW + shift);
          expect(compareVersions(version, 0, last, 0)).toBeGreaterThan(0);
          last = version;
        }
      }),
    );
  });

  it('goes on to the next millisecond when the counter is full', () => {
    const clock = new HybridClock();
    let last = next(clock, NOW);
    for (let i = 0; i < 70_000; i++) {
      const version = next(clock, NOW);
      if (compareVersions(version, 0, last, 0) <= 0) throw new Error(`version ${i} is no newer`);
      last = version;
    }
    expect(versionMs(last, 0)).toBe(NOW + 1);
  });

  it('comes after what it replaces, and after what it has heard', () => {
    const ahead = next(new HybridClock(), NOW + 30_000);
    const clock = new HybridClock();
    expect(compareVersions(next(clock, NOW, ahead), 0, ahead, 0)).toBeGreaterThan(0);
    const other = new HybridClock();
    other.heard(NOW, ahead, 0);
    expect(compareVersions(next(other, NOW), 0, ahead, 0)).toBeGreaterThan(0);
  });

  it('outbids a clock that is wrong, and does not follow it', () => {
    const wrong = next(new HybridClock(), NOW + CLOCK_LEAD_MS * 10);
    const clock = new HybridClock();
    clock.heard(NOW, wrong, 0);
    expect(versionMs(next(clock, NOW), 0)).toBe(NOW);
    const over = next(clock, NOW, wrong);
    expect(compareVersions(over, 0, wrong, 0)).toBeGreaterThan(0);
    expect(versionMs(next(clock, NOW), 0)).toBe(NOW);
    const full = wrong.slice();
    full[6] = full[7] = 255;
    expect(compareVersions(next(clock, NOW, full), 0, full, 0)).toBeGreaterThan(0);
  });
});

describe('a clock among others', () => {
  it('is wrong beyond its lead, and not a millisecond before', () => {
    expect(isBeyond(next(new HybridClock(), NOW + CLOCK_LEAD_MS), 0, NOW)).toBe(false);
    expect(isBeyond(next(new HybridClock(), NOW + CLOCK_LEAD_MS + 1), 0, NOW)).toBe(true);
    expect(isBeyond(new Uint8Array(VERSION_BYTES).fill(255), 0, NOW)).toBe(true);
  });

  it('goes by the median: one that is wrong moves nobody but itself', () => {
    const day = 86_400_000;
    expect(shiftOf([0, -20, 8 * day])).toBe(0);
    expect(shiftOf([-8 * day, -8 * day + 20, -8 * day - 20])).toBe(-8 * day);
    expect(shiftOf([8 * day, 8 * day])).toBe(8 * day);
  });

  it('of two goes by the slower one, and by itself when it is alone', () => {
    expect(shiftOf([60_000])).toBe(0);
    expect(shiftOf([-60_000])).toBe(-60_000);
    expect(shiftOf([])).toBe(0);
  });

  it('is not corrected for a little', () => {
    expect(shiftOf([-CLOCK_TOLERANCE_MS, -CLOCK_TOLERANCE_MS])).toBe(0);
    expect(shiftOf([-CLOCK_TOLERANCE_MS - 1, -CLOCK_TOLERANCE_MS - 1])).not.toBe(0);
  });
});
