/** Checks of what a caller passed. The message names the argument, the rule and what was got. */

/** @throws TypeError or RangeError. */
export function wholeNumber(value: unknown, name: string, low: number, high: number): number {
  if (typeof value !== 'number') {
    throw new TypeError(`"${name}" expected a whole number, got ${shown(value)}`);
  }
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`"${name}" expected a whole number in ${low}..${high}, got ${value}`);
  }
  return value;
}

/** A short form of any value for a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value).slice(0, 60);
  return Array.isArray(value) ? 'an array' : 'an object';
}
