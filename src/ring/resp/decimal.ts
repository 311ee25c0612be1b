/**
 * Numbers with a fraction as Redis reads and writes them: 17 digits at most, without trailing zeros and
 * without an exponent. Whole numbers are read in records/act.ts.
 */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const DECIMAL_BYTES_MAX = 256;

/** A number with a fraction; null: none. Infinity is told by its own name. */
export function decimalOf(bytes: Uint8Array): number | null {
  if (bytes.length === 0 || bytes.length > DECIMAL_BYTES_MAX) return null;
  const text = String.fromCharCode(...bytes);
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return DECIMAL.test(text) ? Number(text) : null;
}

/** The sum of two, as INCRBYFLOAT answers it: 10.50 and 0.1 make 10.6. */
export function decimalText(value: number): string {
  const short = Number(value.toPrecision(17));
  const text = Math.abs(short) < 1e21 ? short.toFixed(17) : BigInt(short).toString();
  const exact = String(short);
  // What a double prints as without an exponent is shorter, and says the same.
  if (!exact.includes('e')) return exact;
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
