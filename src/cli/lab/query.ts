/**
 * `ringlight lab query`: SQL over the tables that runs left behind. Each table is a view over the
 * Parquet files of all runs in the folder, so that a query about one run is one about a thousand.
 *
 *     results/a/lookups.parquet ─┐
 *     results/b/lookups.parquet ─┼─▶ view lookups ─▶ SELECT … FROM lookups JOIN runs USING (run_id)
 *     results/c/lookups.parquet ─┘
 *
 * DuckDB does the work. It is 68 MB, so it is installed by those who want it.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { columnsOf, TABLES, type TableName } from '../../lab.ts';
import { bold, CommandError, type Console, counted } from '../console.ts';

type Duckdb = typeof import('@duckdb/node-api');
type Value = unknown;

/** Digits of a fraction that people are shown; programs get all. */
const SHOWN_DIGITS = 6;

/** @throws CommandError that says what to install, when DuckDB is not. */
export async function openDuckdb(
  load: () => Promise<Duckdb> = () => import('@duckdb/node-api'),
): Promise<DuckDBConnection> {
  const duckdb = await load().catch(() => {
    throw new CommandError(
      'this needs DuckDB, which is not installed: npm install @duckdb/node-api',
      2,
      'NOT_INSTALLED',
    );
  });
  // Nothing is fetched: what DuckDB has built in is all that Parquet needs.
  const settings = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' };
  const instance = await duckdb.DuckDBInstance.create(':memory:', settings);
  return instance.connect();
}

export async function query(
  folder: string,
  sql: string | undefined,
  console: Console,
): Promise<void> {
  const connection = await openDuckdb();
  try {
    const views = await makeViews(connection, folder);
    if (sql === undefined) await list(connection, views, console);
    else await ask(connection, sql, console);
  } finally {
    connection.closeSync();
  }
}

/** The tables that there are files of. */
async function makeViews(connection: DuckDBConnection, folder: string): Promise<TableName[]> {
  const files = await parquetFiles(connection, folder);
  const views: TableName[] = [];
  for (const name of Object.keys(TABLES) as TableName[]) {
    const own = files.filter((file) => basename(file) === `${name}.parquet`);
    if (own.length === 0) continue;
    const list = own.map((file) => quoted(literal(file))).join(', ');
    await connection.run(
      `CREATE VIEW ${name} AS SELECT * FROM read_parquet([${list}], union_by_name = true)`,
    );
    views.push(name);
  }
  if (views.length === 0) throw new CommandError(`no results in ${folder}`, 2, 'NO_RESULTS');
  return views;
}

async function parquetFiles(connection: DuckDBConnection, folder: string): Promise<string[]> {
  const place = existsSync(folder) ? literal(folder) : folder;
  const pattern = quoted(`${place.replace(/\/+$/, '')}/**/*.parquet`);
  const reader = await connection.runAndReadAll(`SELECT file FROM glob(${pattern}) ORDER BY file`);
  // A folder that is being written, or never was to the end, is none yet.
  return reader
    .getRowsJS()
    .map(([file]) => String(file))
    .filter((file) => !/\.partial\//.test(file));
}

/** A path in which nothing is a pattern. */
function literal(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function list(
  connection: DuckDBConnection,
  views: readonly TableName[],
  console: Console,
): Promise<void> {
  for (const name of views) {
    const counts = await connection.runAndReadAll(`SELECT count(*) FROM ${name}`);
    const rows = Number(counts.getRowsJS()[0]![0]);
    const described = await connection.runAndReadAll(`DESCRIBE ${name}`);
    const known = new Map(columnsOf(name));
    const fields = described.getRowsJS().map(([column, type]) => ({
      name: String(column),
      type: String(type),
      about: known.get(String(column))?.about ?? '',
    }));
    console.emit('table', { name, rows, columns: fields });
    console.say(`${bold(name)}  ${counted(rows, 'row')}: ${TABLES[name].about}`);
    console.table(fields.map(({ name, type, about }) => [name, type.toLowerCase(), about]));
    console.say();
  }
}

async function ask(connection: DuckDBConnection, sql: string, console: Console): Promise<void> {
  const reader = await connection.runAndReadAll(sql).catch((error: Error) => {
    // DuckDB's first line says what is wrong; the others draw where.
    const [first] = error.message.split('\n');
    throw new CommandError(first!, 2, 'SQL');
  });
  const names = reader.deduplicatedColumnNames();
  const rows = reader.getRowsJS().map((row) => row.map(plain));
  if (console.json) {
    for (const row of rows) {
      console.emit('row', Object.fromEntries(names.map((name, i) => [name, row[i]])));
    }
    return;
  }
  console.table(textTable(names, rows));
  console.say(counted(rows.length, 'row'));
}

/** Whole numbers that fit become numbers; larger ones, and whatever JSON does not know, text. */
function plain(value: Value): Value {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

/** A line of names, one of dashes, and the rows; numbers stand at the right. */
export function textTable(
  names: readonly string[],
  rows: readonly (readonly Value[])[],
): string[][] {
  const texts = [names, ...rows.map((row) => row.map(textOf))];
  const widths = names.map((_, i) => Math.max(...texts.map((row) => row[i]!.length)));
  const right = names.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  const padded = texts.map((row) =>
    row.map((text, i) => (right[i] ? text.padStart(widths[i]!) : text)),
  );
  padded.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return padded;
}

function textOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'number' && !Number.isInteger(value)) {
    return String(Number(value.toPrecision(SHOWN_DIGITS)));
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
