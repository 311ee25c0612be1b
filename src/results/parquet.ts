/**
 * A table as a Parquet file: columns behind each other in groups of rows, each with its smallest and
 * largest value, compressed by Snappy, which every reader knows. What run it is from stands in the
 * file's own metadata too, so that a file by itself still says where it came from.
 *
 *     PAR1 ┃ group 1: column, column, … ┃ group 2: … ┃ schema, places, metadata ┃ PAR1
 */
import {
  type ColumnSource,
  fileWriter,
  ParquetWriter,
  type SchemaElement,
  schemaFromColumnData,
} from 'hyparquet-writer';
import type { Cell, Column, Table } from '../lab.ts';

/** Rows of a group: some megabytes, the unit in which readers skip and share work. */
export const GROUP_ROWS = 100_000;

/** Writes a file; what is in `metadata` is kept under `ringlight.<name>`. */
export function writeParquet(
  filename: string,
  table: Table,
  metadata: Readonly<Record<string, string>>,
): void {
  const writer = new ParquetWriter({
    writer: fileWriter(filename),
    schema: schemaOf(table),
    createdBy: `ringlight version ${metadata['version'] ?? '?'}`,
    kvMetadata: Object.entries({ table: table.name, ...metadata }).map(([key, value]) => ({
      key: `ringlight.${key}`,
      value,
    })),
  });
  for (let start = 0; start < table.rows; start += GROUP_ROWS) {
    const end = Math.min(table.rows, start + GROUP_ROWS);
    writer.write({
      columnData: table.columns.map((column) => sourceOf(column, start, end)),
      rowGroupSize: GROUP_ROWS,
    });
  }
  writer.finish();
}

function schemaOf(table: Table): SchemaElement[] {
  const elements = table.columns.map(elementOf);
  return schemaFromColumnData({
    columnData: table.columns.map(({ name }) => ({ name, data: [] })),
    schemaOverrides: Object.fromEntries(elements.map((element) => [element.name, element])),
  });
}

function elementOf({ name, type, nullable }: Column): SchemaElement {
  const repetition_type = nullable ? 'OPTIONAL' : 'REQUIRED';
  switch (type) {
    case 'boolean':
      return { name, repetition_type, type: 'BOOLEAN' };
    case 'int32':
      return { name, repetition_type, type: 'INT32' };
    case 'int64':
      return { name, repetition_type, type: 'INT64' };
    case 'uint64':
      return { name, repetition_type, type: 'INT64', converted_type: 'UINT_64' };
    case 'float64':
      return { name, repetition_type, type: 'DOUBLE' };
    case 'string':
      return { name, repetition_type, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  }
}

function sourceOf({ name, type, values }: Column, start: number, end: number): ColumnSource {
  const data = new Array<Cell>(end - start);
  for (let row = start; row < end; row++) {
    const cell = values.at(row) ?? null;
    data[row - start] = type === 'int64' && cell !== null ? BigInt(cell) : cell;
  }
  return { name, data };
}
