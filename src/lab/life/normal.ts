/**
 * The tail of the normal law, for lifetimes whose logarithm is normal: −ln P(Z > x), the same on every
 * engine. Nearer than 2.5 from the middle by the series of erf, whose terms are all positive; further out
 * by the continued fraction of erfc, whose logarithm does not sink to 0 when the tail itself does.
 *
 *     erf z  = 2/√π · e^(−z²) · Σ 2^n z^(2n+1) / (1 · 3 · … · (2n+1))
 *     erfc z = e^(−z²) / (z √π) · 1 / (1 + a/(1 + 2a/(1 + 3a/(1 + …)))),   a = 1 / 2z²
 */
import { exponential, naturalLog } from './logarithm.ts';

const SQRT_PI = 1.772453850905516;
/** Where the series gives way, in units of √2 deviations. */
const NEAR = 2.5;
/** At 2.5 the 60th term is below 2^-53 of the sum. */
const SERIES_TERMS = 60;
/** From 2.5 on so many levels are right to 14 digits. */
const FRACTION_LEVELS = 120;
const SQRT_2PI = 2.5066282746310002;
/** Below this a step changes no lifetime by a millisecond in a year. */
const STEP_LEAST = 1e-12;
/** Six to eight steps in the middle, some twenty for one lifetime in a billion. */
const STEPS_MAX = 64;

/** −ln P(Z > x) of a normal variable of mean 0 and deviation 1. */
export function normalHazard(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const logTail = z < NEAR ? naturalLog((1 - erf(z)) / 2) : logErfc(z) - Math.LN2;
  return x >= 0 ? -logTail : -naturalLog(1 - exponential(logTail));
}

/**
 * The x at which the hazard has come to this much, above 0. The hazard is convex and above x² / 2, so
 * Newton's steps from beyond the place come nearer from one side and never leave it.
 */
export function normalReach(hazard: number): number {
  let x = Math.sqrt(2 * hazard);
  for (let i = 0; i < STEPS_MAX; i++) {
    const reached = normalHazard(x);
    const slope = exponential(reached - (x * x) / 2) / SQRT_2PI;
    const step = (reached - hazard) / slope;
    x -= step;
    if (step < STEP_LEAST) break;
  }
  return x;
}

function erf(z: number): number {
  let sum = 1;
  for (let n = SERIES_TERMS; n >= 1; n--) sum = 1 + (sum * 2 * z * z) / (2 * n + 1);
  return ((2 * z) / SQRT_PI) * exponential(-z * z) * sum;
}

function logErfc(z: number): number {
  const a = 1 / (2 * z * z);
  let fraction = 1;
  for (let level = FRACTION_LEVELS; level >= 1; level--) fraction = 1 + (level * a) / fraction;
  return -z * z - naturalLog(z * SQRT_PI * fraction);
}
