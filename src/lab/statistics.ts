/**
 * What many values come to: their mean, the value below which a share of them lies, and the straight
 * line through them. Sums and comparisons only, which are the same on every engine.
 */

/** NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample, from its mean; NaN for fewer than two values. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) * (value - middle), 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** How far the mean of these values lies from that of all there could be, one deviation. */
export function standardError(values: readonly number[]): number {
  return deviation(values) / Math.sqrt(values.length);
}

/** Groups from which on their means say how much they differ. */
const GROUPS_LEAST = 8;

/**
 * The same where values come in groups, such as lookups in rings, that are alike within: from the means of
 * the groups where there are enough of them, and never less than if there were no groups.
 */
export function groupedError(groups: readonly (readonly number[])[]): number {
  const alone = standardError(groups.flat());
  if (groups.length < GROUPS_LEAST) return alone;
  const between = standardError(groups.map(mean));
  return between > alone ? between : alone;
}

/** The value below or at which this share, 0..1, of all lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) * share)];
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
