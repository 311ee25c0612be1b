/**
 * What several runs say together: the mean, and how far it may be from the truth. The half width of
 * the 95 % confidence interval of a mean of n values is t × s / √n, with Student's t for n − 1 degrees
 * of freedom: few seeds give a wide interval, one seed gives none.
 */

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

/** Halvings of the range in which t is looked for: more than a number has bits. */
const BISECTIONS = 60;
/** No t is larger: that of one degree of freedom at one in a billion. */
const T_MOST = 1e9;

/**
 * Student's t that is exceeded, to either side, with this probability.
 * @param freedom degrees of freedom, a whole number from 1 on
 */
export function studentT(freedom: number, beyond = 0.05): number {
  let low = 0;
  let high = T_MOST;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (studentInside(middle, freedom) < 1 - beyond) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The probability of -t … t: a finite sum for a whole number of degrees of freedom (Abramowitz and
 * Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4).
 */
function studentInside(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = 0;
  for (let n = isOdd ? 3 : 2; n <= freedom; n += 2) {
    sum += term;
    term *= ((n - 1) / n) * cosine * cosine;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
