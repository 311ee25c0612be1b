/**
 * Durations as people write them: a number is milliseconds, text has its unit. A scenario reads
 * `{ at: '5 min' }`, an error message says what was got.
 */
import { shown } from '../core/argument.ts';

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export type Duration = number | string;

/**
 * Whole milliseconds.
 * @throws RangeError that names the argument.
 */
export function durationMs(duration: unknown, name = 'duration'): number {
  const match = typeof duration === 'string' && /^(\d+(?:\.\d+)?) ?(ms|s|min|h|d)$/.exec(duration);
  const value = match ? Number(match[1]) * UNITS_MS[match[2]] : duration;
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
    return Math.round(value);
  }
  throw new RangeError(`"${name}" expected ms or text such as '10 min', got ${shown(duration)}`);
}
