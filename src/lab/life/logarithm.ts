/**
 * Logarithms and powers that are the same on every engine. `Math.log` and its kin may differ in the
 * last bit from one engine to the next, and one bit makes another run; sums, products and quotients
 * may not (IEEE 754), so these are made of nothing else.
 *
 *     ln x       x = m · 2^e, √½ < m ≤ √2;   ln m = 2 artanh((m − 1) / (m + 1)), a quick series
 *     exp x      x = n · ln 2 + r, |r| ≤ ln 2 / 2;   exp r by its series
 *     x^y        exp(y ln x)
 *     ln Γ(x)    Stirling's series far out, and back by Γ(x + 1) = x Γ(x)
 *
 * Right to 12 digits and more, which is more than any lifetime needs.
 */
import { assert } from '../../core/assert.ts';

/** ln √(2π), the constant of Stirling's series. */
const LN_SQRT_2PI = 0.9189385332046728;
/** |z| ≤ 0.172 in the series of artanh: z^23 is below 2^-53. */
const LOG_TERMS = 11;
/** |r| ≤ 0.347 in the series of exp: r^15 / 15! is below 2^-53. */
const EXP_TERMS = 15;
/** From here on three terms of Stirling's series are right to 12 digits. */
const STIRLING_FROM = 24;

/** ln x for a positive, finite x. */
export function naturalLog(x: number): number {
  assert(x > 0 && x < Infinity, 'a logarithm is of a positive number');
  let mantissa = x;
  let exponent = 0;
  for (; mantissa > Math.SQRT2; mantissa /= 2) exponent++;
  for (; mantissa <= Math.SQRT2 / 2; mantissa *= 2) exponent--;
  const z = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let i = LOG_TERMS; i >= 0; i--) sum = sum * z * z + 1 / (2 * i + 1);
  return 2 * z * sum + exponent * Math.LN2;
}

/** e^x; 0 or Infinity where it leaves the numbers there are. */
export function exponential(x: number): number {
  if (x < -745) return 0;
  if (x > 709) return Infinity;
  const n = Math.round(x / Math.LN2);
  const rest = x - n * Math.LN2;
  let sum = 1;
  for (let i = EXP_TERMS; i >= 1; i--) sum = 1 + (rest / i) * sum;
  // In two steps: 2^-1074 is a number, 2^-1074 as one factor of a larger one is not always.
  const half = Math.trunc(n / 2);
  return sum * 2 ** half * 2 ** (n - half);
}

/** x^y for x ≥ 0; 0^y is 0. */
export function power(x: number, y: number): number {
  return x === 0 ? 0 : exponential(y * naturalLog(x));
}

/** Γ(x) for 0 < x ≤ 100. */
export function gamma(x: number): number {
  assert(x > 0 && x <= 100, 'gamma is of a number in 0..100');
  let above = x;
  let product = 1;
  for (; above < STIRLING_FROM; above++) product *= above;
  const inverse = 1 / above;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square / 1260));
  const log = (above - 0.5) * naturalLog(above) - above + LN_SQRT_2PI + series;
  return exponential(log) / product;
}
