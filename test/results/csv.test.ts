import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { csvLines, writeCsv } from '../../src/results/csv.ts';
import { tableFrom } from './recorded.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('csv', () => {
  test('quotes what has to be quoted, and nothing else', () => {
    const table = tableFrom('made', [
      ['text', 'string', ['plain', 'a,b', 'say "no"', 'two\nlines', '']],
      ['n', 'float64', [1.5, null, -0.25, 1e21, 0]],
      ['yes', 'boolean', [true, false, true, true, true]],
      ['prefix', 'uint64', [2n ** 64n - 1n, 0n, 1n, 2n, 3n]],
    ]);
    expect([...csvLines(table)]).toEqual([
      'text,n,yes,prefix\r\n',
      'plain,1.5,true,18446744073709551615\r\n',
      '"a,b",,false,0\r\n',
      '"say ""no""",-0.25,true,1\r\n',
      '"two\nlines",1e+21,true,2\r\n',
      ',0,true,3\r\n',
    ]);
  });

  test('a reader of the standard gives any texts back', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const file = join(folder, 'made.csv');
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', ' ') }), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(texts, async (values) => {
        writeCsv(
          file,
          tableFrom('made', [
            ['n', 'int32', values.map((_, i) => i)],
            ['text', 'string', values],
          ]),
        );
        const reader = await connection.runAndReadAll(
          `SELECT coalesce(text, '') FROM read_csv('${file}', header = true, quote = '"', escape = '"', delim = ',', columns = {'n': 'INTEGER', 'text': 'VARCHAR'}, parallel = false, strict_mode = true)`,
        );
        expect(reader.getRowsJS().map(([text]) => text)).toEqual(values);
      }),
      { numRuns: 60 },
    );
  });

  test('a file longer than a chunk has all its lines', () => {
    const file = join(folder, 'long.csv');
    const values = Array.from({ length: 30_000 }, (_, i) => i);
    writeCsv(file, tableFrom('made', [['n', 'int32', values]]));
    expect(readFileSync(file, 'utf8')).toBe(`n\r\n${values.map((n) => `${n}\r\n`).join('')}`);
  });
});
