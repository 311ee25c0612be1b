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

/**
 * Refuses a field that is not among the known ones, by name, with the known name that is nearest to
 * it. (A misspelt option that is passed over does what nobody asked for.)
 * @param prefix where the fields are part of an option themselves: "inbound.". @throws TypeError.
 */
export function checkNames(
  value: unknown,
  name: string,
  whose: string,
  known: readonly string[],
  prefix = '',
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`"${name}" expected an object, got ${shown(value)}`);
  }
  for (const [field, given] of Object.entries(value)) {
    if (given === undefined || known.includes(field)) continue;
    const meant = nearestName(field, known);
    const hint = meant === null ? '' : `, did you mean "${prefix}${meant}"?`;
    throw new TypeError(`"${prefix}${field.slice(0, 60)}" is no option of ${whose}${hint}`);
  }
}

/** A name that differs in more than this share of its letters was not meant. */
const MISSPELT_SHARE = 0.4;

/** The known name nearest to what was written; null when none is near. Small and capital letters are alike. */
export function nearestName(written: string, known: readonly string[]): string | null {
  let nearest: string | null = null;
  let fewest = Infinity;
  const given = written.slice(0, 60).toLowerCase();
  for (const name of known) {
    const edits = editsBetween(given, name.toLowerCase());
    if (edits >= fewest || edits > MISSPELT_SHARE * name.length) continue;
    nearest = name;
    fewest = edits;
  }
  return nearest;
}

/** Letters to insert, leave out, replace or swap with the next (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const differs = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        above[j] + 1,
        row[j - 1] + 1,
        above[j - 1] + differs,
        isSwap ? before[j - 2] + 1 : Infinity,
      );
    }
    [before, above] = [above, row];
  }
  return above[b.length];
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

/** @throws TypeError unless it is true, false or left out. */
export function checkToggle(value: unknown, name: string): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new TypeError(`"${name}" expected true or false, got ${shown(value)}`);
}

/** A short form of any value for a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value).slice(0, 60);
  return Array.isArray(value) ? 'an array' : 'an object';
}
