/**
 * A table as a CSV file (RFC 4180) for programs that read nothing else: a line of names, then one
 * line per row. A text that holds a comma, a quote or a line break is quoted; null is an empty field.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Cell, Table } from '../lab.ts';

/** Characters collected before they are written. */
const CHUNK = 1 << 16;

export function writeCsv(filename: string, table: Table): void {
  const file = openSync(filename, 'w');
  try {
    let chunk = '';
    for (const line of csvLines(table)) {
      chunk += line;
      if (chunk.length < CHUNK) continue;
      writeSync(file, chunk);
      chunk = '';
    }
    writeSync(file, chunk);
  } finally {
    closeSync(file);
  }
}

/** The lines of the file, each with its end. */
export function* csvLines({ columns, rows }: Table): Generator<string> {
  yield `${columns.map(({ name }) => field(name)).join(',')}\r\n`;
  for (let row = 0; row < rows; row++) {
    yield `${columns.map(({ values }) => field(values.at(row) ?? null)).join(',')}\r\n`;
  }
}

function field(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
