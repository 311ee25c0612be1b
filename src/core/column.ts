/** A column is a typed array that doubles when it is full; its old contents move along. */
export function grown<T extends Uint8Array | Uint32Array | Float64Array>(
  column: T,
  length: number,
): T {
  const longer = new (column.constructor as new (length: number) => T)(length);
  longer.set(column as never);
  return longer;
}
