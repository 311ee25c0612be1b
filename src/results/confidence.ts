/**
 * What several runs say together: the mean, and how far it may be from the truth. The half width of
 * the 95 % confidence interval of a mean of n values is t × s / √n, with Student's t for n − 1 degrees
 * of freedom: few seeds give a wide interval, one seed gives none.
 */

/** t that 97.5 % lie below, for 1 … 30 degrees of freedom. */
// biome-ignore format: a table
const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
  2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
/** The same from that many degrees on, never too small. */
const T_BEYOND: readonly (readonly [freedom: number, t: number])[] = [
  [120, 1.98],
  [60, 2],
  [40, 2.021],
  [30, 2.042],
];

export interface Estimate {
  /** Values that there were; those that are no numbers are left out. */
  n: number;
  mean: number;
  /** Half the width of the 95 % confidence interval; NaN for fewer than two values. */
  ci95: number;
}

export function estimateOf(values: readonly number[]): Estimate {
  const known = values.filter((value) => Number.isFinite(value));
  const n = known.length;
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { n, mean, ci95: Number.NaN };
  const squares = known.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { n, mean, ci95: (studentT(n - 1) * Math.sqrt(squares / (n - 1))) / Math.sqrt(n) };
}

/** For a whole number of degrees of freedom, 1 or more. */
export function studentT(freedom: number): number {
  return T[freedom - 1] ?? T_BEYOND.find(([from]) => freedom >= from)![1];
}
