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

/** @throws TypeError or RangeError unless it is a number in 0..`high`. */
export function numberIn(value: unknown, name: string, high: number): number {
  if (typeof value !== 'number') {
    throw new TypeError(`"${name}" expected a number in 0..${high}, got ${shown(value)}`);
  }
  if (!(value >= 0 && value <= high)) {
    throw new RangeError(`"${name}" expected a number in 0..${high}, got ${value}`);
  }
  return value;
}

/** The fields of an object that has no others than these. */
export function fieldsOf(
  value: unknown,
  name: string,
  known: readonly string[],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`"${name}" expected an object, got ${shown(value)}`);
  }
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue;
    throw new TypeError(`"${name}" expected ${known.join(', ')}, got the field ${shown(field)}`);
  }
  return value as Record<string, unknown>;
}

/** A short form of any value for a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value).slice(0, 60);
  return Array.isArray(value) ? 'an array' : 'an object';
}
