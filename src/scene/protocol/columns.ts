/**
 * Columns of a scene: typed arrays, which travel in a line of JSON as the base64 of their bytes, little-endian.
 *
 *     Uint32Array [1, 2]   ⇄   {"u32": "AQAAAAIAAAA="}
 */
import * as z from 'zod/mini';
import { fromBase64, toBase64 } from './base64.ts';

/** Typed arrays by the names that they have in a line. */
export const COLUMNS = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f64: Float64Array,
} as const;
type ColumnName = keyof typeof COLUMNS;

interface ColumnOf {
  u8: Uint8Array;
  u16: Uint16Array;
  u32: Uint32Array;
  i32: Int32Array;
  f64: Float64Array;
}

/** What a schema that is a column reads; undefined for any other. For whoever describes it. */
export function columnNameOf(schema: unknown): ColumnName | undefined {
  return NAMES.get(schema as object);
}

const NAMES = new WeakMap<object, ColumnName>();

/** What such a column is read from. @__NO_SIDE_EFFECTS__ */
export function column<Name extends ColumnName>(name: Name): z.ZodMiniType<ColumnOf[Name]> {
  const error = `{"${name}": base64}`;
  const schema = z.transform((value, context) => {
    const encoded = (value as { [name: string]: unknown } | null | undefined)?.[name];
    const read = typeof encoded === 'string' ? columnOf(name, encoded) : null;
    if (read !== null) return read;
    context.issues.push({ code: 'custom', message: error, input: value });
    return z.NEVER;
  }) as unknown as z.ZodMiniType<ColumnOf[Name]>;
  NAMES.set(schema, name);
  return schema;
}

function columnOf(name: ColumnName, text: string): ColumnOf[ColumnName] | null {
  const bytes = fromBase64(text);
  const Kind = COLUMNS[name];
  if (bytes === null || bytes.length % Kind.BYTES_PER_ELEMENT !== 0) return null;
  return new Kind(bytes.buffer as ArrayBuffer);
}

/** What a column is in a line; null for what is none. */
export function encodedColumn(value: unknown): Record<string, string> | null {
  if (!ArrayBuffer.isView(value)) return null;
  for (const [name, Kind] of Object.entries(COLUMNS)) {
    if (!(value instanceof Kind)) continue;
    return { [name]: toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  }
  return null;
}
