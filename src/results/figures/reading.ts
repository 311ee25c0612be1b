/**
 * Tables read for drawing: a table by its name, a column as numbers, and what they come to.
 */
import type { Check, Table, TableName } from '../../lab.ts';

export function tableNamed(tables: readonly Table[], name: TableName): Table {
  return tables.find((table) => table.name === name)!;
}

/** A column as numbers; true is 1 and null is NaN. */
export function numbers(table: Table, column: string): Float64Array {
  const { values } = table.columns.find(({ name }) => name === column)!;
  return Float64Array.from({ length: table.rows }, (_, row) =>
    Number(values.at(row) ?? Number.NaN),
  );
}

export function expected(checks: readonly Check[], name: string): number | null {
  return checks.find((check) => check.name === name)?.expected ?? null;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Where in ascending order the value stands below which this share, 0..1, of all lies. */
export function rankOf(share: number, count: number): number {
  return Math.floor((count - 1) * share);
}

/** Numbers under a figure, as CSV (RFC 4180): a line of names, then a line each. */
export function csvOf(
  columns: readonly string[],
  rows: Iterable<readonly (number | string | null)[]>,
): string {
  const lines = [columns.join(',')];
  for (const row of rows) lines.push(row.map((value) => value ?? '').join(','));
  return `${lines.join('\n')}\n`;
}

/** Does the run have a ring? What its tables call contacts and buckets are then members and distances. */
export function isRing(tables: readonly Table[]): boolean {
  const { columns } = tableNamed(tables, 'runs');
  const name = columns.find((column) => column.name === 'experiment')!.values.at(0);
  return /^(chord|ring)-/.test(String(name));
}
