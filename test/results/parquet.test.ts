import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test } from 'vitest';
import type { Cell, Table } from '../../src/lab.ts';
import { GROUP_ROWS, writeParquet } from '../../src/results/parquet.ts';
import { finishedRun, rowsOf, tableFrom, tablesOf } from './recorded.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));

const connection = await (await DuckDBInstance.create(':memory:')).connect();
let files = 0;

function written(table: Table): string {
  const file = join(folder, `${++files}.parquet`);
  writeParquet(file, table, { run_id: 'run-1', version: '1.2.3' });
  return file;
}

function bytesOf(file: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

async function byHyparquet(file: string): Promise<Record<string, Cell>[]> {
  return (await parquetReadObjects({ file: bytesOf(file) })) as Record<string, Cell>[];
}

async function byDuckdb(file: string): Promise<Record<string, Cell>[]> {
  const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`);
  return reader.getRowObjectsJS() as Record<string, Cell>[];
}

/** As readers give them: 64-bit columns are bigints. */
function asRead(table: Table): Record<string, Cell>[] {
  const wide = table.columns.filter(({ type }) => type === 'int64').map(({ name }) => name);
  return rowsOf(table).map((row) => {
    for (const name of wide) row[name] = BigInt(row[name]!);
    return row;
  });
}

const generated = fc
  .array(
    fc.tuple(
      fc.boolean(),
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      fc.maxSafeNat(),
      fc.bigInt(0n, 2n ** 64n - 1n),
      fc.option(fc.double({ noNaN: true })),
      fc.string({ unit: 'grapheme' }),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((rows) =>
    tableFrom(
      'made',
      (['boolean', 'int32', 'int64', 'uint64', 'float64', 'string'] as const).map((type, i) => [
        `a_${type}`,
        type,
        rows.map((row) => row[i]!),
      ]),
    ),
  );

describe('parquet', () => {
  test('both readers give back what a run recorded', async () => {
    for (const table of tablesOf(finishedRun({ nodes: 150, lookups: 100, loss: 0.1 }))) {
      const file = written(table);
      const wanted = asRead(table);
      expect(wanted.length, table.name).toBeGreaterThan(0);
      expect(await byHyparquet(file), table.name).toEqual(wanted);
      expect(await byDuckdb(file), table.name).toEqual(wanted);
    }
  });

  test('both readers give back any values of any type', async () => {
    await fc.assert(
      fc.asyncProperty(generated, async (table) => {
        const file = written(table);
        expect(await byHyparquet(file)).toEqual(asRead(table));
        expect(await byDuckdb(file)).toEqual(asRead(table));
      }),
      { numRuns: 30 },
    );
  });

  test('a table without rows is a file with columns', async () => {
    const table = { ...tableFrom('made', [['a', 'string', []]]), rows: 0 };
    const file = written(table);
    expect(await byDuckdb(file)).toEqual([]);
    expect(parquetMetadata(bytesOf(file)).schema.map(({ name }) => name)).toContain('a');
  });

  test('many rows are several groups', async () => {
    const rows = GROUP_ROWS * 2 + 1;
    const column = {
      name: 'n',
      type: 'int32',
      nullable: false,
      values: { length: rows, at: (row: number) => row },
    } as const;
    const file = written({ name: 'made', rows, columns: [column] });
    const { row_groups } = parquetMetadata(bytesOf(file));
    expect(row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([GROUP_ROWS, GROUP_ROWS, 1]);
    const reader = await connection.runAndReadAll(`SELECT count(*), sum(n) FROM '${file}'`);
    expect(reader.getRowsJS()).toEqual([[BigInt(rows), BigInt((rows * (rows - 1)) / 2)]]);
  });

  test('the file itself says which run it is of', () => {
    const [table] = tablesOf(finishedRun({ nodes: 100, lookups: 5 }));
    const { key_value_metadata } = parquetMetadata(bytesOf(written(table)));
    const metadata = Object.fromEntries(key_value_metadata!.map(({ key, value }) => [key, value]));
    expect(metadata).toEqual({
      'ringlight.table': 'runs',
      'ringlight.run_id': 'run-1',
      'ringlight.version': '1.2.3',
    });
  });
});
