import { describe, expect, test } from 'vitest';
import { verdictsOf } from '../../../src/cli/lab/verdict.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { check, EXACT, shareError } from '../../../src/lab/results/experiment.ts';

const random = new SeededRandom(11, 0);
/** A share of 100 that has this chance each. */
function shareOf(chance: number): number {
  let hits = 0;
  for (let i = 0; i < 100; i++) if (random.uint32() < chance * 0x100000000) hits++;
  return hits / 100;
}
const chance = { reason: 'rounded', allowed: 0.01, error: shareError(0.3, 100), jump: 0.01 };
const runs = (many: number, truth: number) =>
  Array.from({ length: many }, () => ({ checks: [check('share', 0.3, chance, shareOf(truth))] }));

describe('a verdict', () => {
  test('agrees with what is right, however many seeds there are', () => {
    for (const many of [2, 3, 10, 20, 100]) {
      const [verdict] = verdictsOf(runs(many, 0.3));
      expect(verdict).toMatchObject({ name: 'share', runs: many, passed: many, pass: true });
      expect(verdict.reason).toBe('rounded');
    }
  });

  test('tells over many seeds what one alone cannot', () => {
    // Each run by itself is within what chance leaves open.
    const off = runs(40, 0.4);
    const [verdict] = verdictsOf(off);
    expect(verdict.passed).toBe(40);
    expect(verdict.pass).toBe(false);
    expect(verdict.measured).toBeCloseTo(0.4, 1);
    expect(verdict.ci95).toBeLessThan(0.03);
  });

  test('is over the differences where what is expected hangs on the run', () => {
    const expected = [0.1, 0.5, 0.9, 0.3];
    const own = expected.map((value) => ({
      checks: [check('own', value, { reason: '', error: 0.0004 }, value + 0.002)],
    }));
    const [verdict] = verdictsOf(own);
    expect(verdict.expected).toBeCloseTo(0.45, 12);
    expect([verdict.ci95 < 1e-9, verdict.passed]).toEqual([true, 4]);
    // Off by the same in each: that is no chance any more.
    expect(verdict.pass).toBe(false);
  });

  test('allows no run to break what chance has no part in', () => {
    const lost = [0, 0, 0, 1, 0, 0].map((many) => ({ checks: [check('lost', 0, EXACT, many)] }));
    expect(verdictsOf(lost)[0]).toMatchObject({ passed: 5, runs: 6, pass: false });
    expect(verdictsOf(lost.slice(0, 3))[0]).toMatchObject({ passed: 3, pass: true });
  });

  test('of a rare event that no run has seen is not wrong', () => {
    const rare = { reason: '', error: shareError(0.001, 100), jump: 0.01 };
    const none = Array.from({ length: 5 }, () => ({ checks: [check('lost', 0.001, rare, 0)] }));
    expect(verdictsOf(none)[0]).toMatchObject({ ci95: 0, pass: true });
    // In enough runs it would have been seen.
    const many = Array.from({ length: 500 }, () => none[0]);
    expect(verdictsOf(many)[0].pass).toBe(false);
  });

  test('of two runs that both fail does not agree, however much they differ', () => {
    const two = [0.7, 0.95].map((value) => ({ checks: [check('share', 0.3, chance, value)] }));
    expect(verdictsOf(two)[0]).toMatchObject({ passed: 0, pass: false });
  });

  test('of one run is that of the run; what was not measured does not agree', () => {
    expect(verdictsOf(runs(1, 0.3))[0]).toMatchObject({ runs: 1, ci95: Number.NaN, pass: true });
    const none = [0.3, Number.NaN, 0.3].map((value) => ({
      checks: [check('share', 0.3, chance, value)],
    }));
    expect(verdictsOf(none)[0].pass).toBe(false);
    expect(verdictsOf([])).toEqual([]);
  });
});
