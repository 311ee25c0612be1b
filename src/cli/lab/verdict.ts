/**
 * A verdict over many seeds. One run tells whether a value may be right; many tell how near it is: their
 * mean strays less than any of them, and how much less they say themselves.
 *
 *     expected ± allowed        ├────────┼────────┤
 *     mean ± interval                        ├──┼──┤        agree: they overlap
 *
 * A check in which chance has no part must hold in every run. One in which it has must agree over all of
 * them. So that a correct program fails once in ten thousand verdicts, however many checks an experiment
 * has, each interval is one of 99.99 % over their number (Bonferroni); what is printed is that of 95 %. It is
 * never narrower than what so many runs leave to chance, for of a rare event all of them may have seen none,
 * and never wider than what one does, for two or three runs say little of how much they differ.
 */
import { type Check, chanceOf } from '../../lab.ts';
import { type Estimate, estimateOf, studentT } from '../../results/confidence.ts';

/** Of a verdict on a correct program. */
const FALSE_ALARM = 1e-4;
const USUAL = 0.05;
/** As in a single check: decimal fractions are not exact. */
const ROUNDING = 1e-12;

export interface Verdict {
  name: string;
  /** Means over the runs: what was expected may hang on the run. */
  expected: number;
  measured: number;
  allowed: number;
  /** Half the width of the 95 % interval of the difference; NaN for one run. */
  ci95: number;
  runs: number;
  /** Runs in which the check passed by itself. */
  passed: number;
  pass: boolean;
  reason: string;
}

/** One for each check, in their order. */
export function verdictsOf(runs: readonly { checks: readonly Check[] }[]): Verdict[] {
  const byName = new Map<string, Check[]>();
  for (const { checks } of runs) {
    for (const check of checks) {
      const list = byName.get(check.name);
      if (list) list.push(check);
      else byName.set(check.name, [check]);
    }
  }
  const lists = [...byName.values()];
  const byChance = lists.filter((checks) => !checks.every(isExact)).length;
  return lists.map((checks) => verdictOf(checks, FALSE_ALARM / Math.max(1, byChance)));
}

function isExact({ error, jump }: Check): boolean {
  return error === 0 && jump === 0;
}

function verdictOf(checks: readonly Check[], falseAlarm: number): Verdict {
  const { name, allowed, reason } = checks[0]!;
  const runs = checks.length;
  const passed = checks.filter(({ pass }) => pass).length;
  const difference = estimateOf(checks.map(({ measured, expected }) => measured - expected));
  const expected = estimateOf(checks.map((check) => check.expected)).mean;
  const measured = estimateOf(checks.map((check) => check.measured)).mean;
  const isAlone = runs < 2 || checks.every(isExact);
  const isNear =
    !isAlone && Math.abs(difference.mean) <= allowed + widthOf(checks, difference, falseAlarm);
  const pass = isAlone ? passed === runs : difference.n === runs && isNear;
  return {
    ...{ name, expected, measured, allowed, ci95: difference.ci95 },
    ...{ runs, passed, pass, reason },
  };
}

function widthOf(checks: readonly Check[], { ci95 }: Estimate, falseAlarm: number): number {
  const { length: runs } = checks;
  // The interval for one level is the other's, stretched.
  const seen = (ci95 * studentT(runs - 1, falseAlarm)) / studentT(runs - 1, USUAL);
  const variance = checks.reduce((sum, { error }) => sum + error * error, 0) / runs;
  const jump = Math.max(...checks.map((check) => check.jump));
  const known = chanceOf(Math.sqrt(variance / runs), jump / runs);
  const ofOne = chanceOf(Math.sqrt(variance), jump);
  return Math.min(ofOne, Math.max(seen, known)) + ROUNDING;
}
