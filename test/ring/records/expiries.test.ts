import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EXPIRED_AT_ONCE, Expiries } from '../../../src/ring/records/expiries.ts';

const keyOf = (n: number) => new Uint8Array(20).fill(n & 255);

it('tells what is due in order, whatever was noted', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1000 }), { maxLength: 200 }), (times) => {
      const expiries = new Expiries();
      for (const [i, atMs] of times.entries()) expiries.note(keyOf(i), 0, atMs);
      const sorted = [...times].sort((a, b) => a - b);
      expect(expiries.deadline).toBe(sorted[0] ?? Infinity);
      const half = sorted.filter((atMs) => atMs <= 500).length;
      expect(expiries.due(500)).toHaveLength(half);
      expect(expiries.deadline).toBe(sorted[half] ?? Infinity);
      expect(expiries.due(1000)).toHaveLength(times.length - half);
      expect(expiries.count).toBe(0);
    }),
  );
});

it('takes no more than so many at once', () => {
  const expiries = new Expiries();
  for (let i = 0; i <= EXPIRED_AT_ONCE; i++) expiries.note(keyOf(i), 0, i);
  expect(expiries.due(Infinity)).toHaveLength(EXPIRED_AT_ONCE);
  expect(expiries.deadline).toBe(EXPIRED_AT_ONCE);
});
