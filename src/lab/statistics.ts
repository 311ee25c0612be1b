/**
 * What many values come to: their mean, the value below which a share of them lies, and the straight
 * line through them. Sums and comparisons only, which are the same on every engine.
 */

/** NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value below or at which this share, 0..1, of all lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) * share)]!;
}

/** The slope of a straight line through values at 0, 1, 2 …, by least squares. */
export function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  let above = 0;
  let below = 0;
  values.forEach((value, i) => {
    above += (i - middle) * value;
    below += (i - middle) * (i - middle);
  });
  return above / below;
}
