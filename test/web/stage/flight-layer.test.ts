import fc from 'fast-check';
import type { Flight } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { firstInSight, progressOf } from '../../../web/src/stage/flight-layer.ts';

const flight = (sentMs: number, arrivesMs: number | null): Flight => ({
  id: 1,
  sentMs,
  arrivesMs,
  from: 0,
  to: 1,
  fate: 'delivered',
  kind: 'get',
  bytes: 10,
  lookup: 0,
  exchange: 0,
});

describe('flights', () => {
  test('go from 0 to 1, fade from 1 to 2, and are nowhere before and after', () => {
    const one = flight(100, 200);
    expect(progressOf(one, 99, 50)).toBeNaN();
    expect(progressOf(one, 100, 50)).toBe(0);
    expect(progressOf(one, 150, 50)).toBe(0.5);
    expect(progressOf(one, 200, 50)).toBe(1);
    expect(progressOf(one, 225, 50)).toBe(1.5);
    expect(progressOf(one, 250, 50)).toBeNaN();
    expect(progressOf(one, 201, 0)).toBeNaN();
  });

  test('without a known arrival take a guessed time', () => {
    expect(progressOf(flight(100, null), 120, 0)).toBeGreaterThan(0);
    expect(progressOf(flight(100, null), 5000, 0)).toBeNaN();
  });

  test('of thousands only those that may be seen are looked at, and none of these is missed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 3000 })), { maxLength: 60 }),
        fc.nat(25_000),
        (pairs, atMs) => {
          const flights = pairs
            .map(([sent, way]) => flight(sent, sent + way))
            .sort((a, b) => a.sentMs - b.sentMs);
          const first = firstInSight(flights, atMs, 100);
          for (let i = 0; i < first; i++) expect(progressOf(flights[i]!, atMs, 100)).toBeNaN();
        },
      ),
    );
    const long = Array.from({ length: 8000 }, (_, i) => flight(i * 10, i * 10 + 60));
    expect(long.length - firstInSight(long, 80_000, 160)).toBeLessThan(500);
  });
});
