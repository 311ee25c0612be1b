/** How likely it is that ids which are spread evenly lie as close to a key as those that were found. */
import { exponential, naturalLog } from '../life/logarithm.ts';

/** Of the bits that the closest share with a key, from what they share where ids are spread evenly. */
export function divergenceOf(shared: readonly number[], nodes: number): number {
  const first = Math.max(0, Math.floor(naturalLog(nodes / shared.length) / Math.LN2));
  const counts = new Map<number, number>();
  for (const bits of shared) {
    const bin = Math.max(0, bits - first);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  let sum = 0;
  for (const [bin, count] of counts) {
    const share = count / shared.length;
    sum += share * naturalLog(share * 2 ** (bin + 1));
  }
  return sum;
}

/** Probability that the sum of `k` exponential gaps is below x. */
export function gammaBelow(k: number, x: number): number {
  let term = exponential(-x);
  let above = 0;
  for (let i = 0; i < k; i++) {
    above += term;
    term *= x / (i + 1);
  }
  // For a small x the difference from 1 is lost in rounding: then the series is summed from k on.
  if (x >= 1) return 1 - above;
  let below = 0;
  for (let i = k; i < k + 20; i++) {
    below += term;
    term *= x / (i + 1);
  }
  return below;
}

/** Below which x the sum of `k` exponential gaps stays with a probability, of 0 to 1. */
export function gammaQuantile(k: number, probability: number): number {
  let low = 0;
  let high = 1;
  while (high < QUANTILE_MOST && gammaBelow(k, high) < probability) high *= 2;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (gammaBelow(k, middle) < probability) low = middle;
    else high = middle;
  }
  return high;
}

/** All is below this: the tail of eight gaps beyond it is 10^-440. */
const QUANTILE_MOST = 1024;
/** Then the two bounds are neighbours. */
const HALVINGS = 60;
