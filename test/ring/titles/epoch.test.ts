import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  claimantOf,
  compareEpochs,
  epochAbove,
  laterOf,
  NO_EPOCH,
} from '../../../src/ring/titles/epoch.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const epoch = fc.record({ number: word, claimant: word });

test('epochs are ordered by number, then by claimant', () => {
  expect(compareEpochs({ number: 2, claimant: 1 }, { number: 1, claimant: 9 })).toBeGreaterThan(0);
  expect(compareEpochs({ number: 2, claimant: 1 }, { number: 2, claimant: 9 })).toBeLessThan(0);
  fc.assert(
    fc.property(epoch, epoch, (a, b) => {
      expect(Math.sign(compareEpochs(a, b))).toBe(-Math.sign(compareEpochs(b, a)) + 0);
      expect(compareEpochs(laterOf(a, b), a)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('who claims is above what it has seen, whoever that was', () => {
  fc.assert(
    fc.property(epoch, word, (other, claimant) => {
      expect(compareEpochs(epochAbove(other, claimant), other)).toBeGreaterThan(0);
    }),
  );
  expect(compareEpochs(NO_EPOCH, epochAbove(NO_EPOCH, 0))).toBeLessThan(0);
});

test('two processes, or two incarnations of one, have different claimants', () => {
  const seen = new Set<number>();
  for (let home = 1; home <= 200; home++) {
    for (let incarnation = 0; incarnation < 50; incarnation++) {
      const claimant = claimantOf(0x7f000001_0000 + home, incarnation * 0x1_0000_0001);
      expect(claimant).toBe(claimant >>> 0);
      seen.add(claimant);
    }
  }
  // 10,000 of 2^32: a collision or none.
  expect(seen.size).toBeGreaterThan(9998);
});
