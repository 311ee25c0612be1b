import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckdb, query, textTable } from '../../../src/cli/lab/query.ts';
import { TABLES } from '../../../src/lab.ts';
import { writeFolder } from '../../../src/results/folder.ts';
import { finishedRun } from '../../results/recorded.ts';
import { objects, ringlight } from '../command.ts';
import { listen } from '../heard.ts';

// A name with what SQL quotes and what a pattern would read otherwise.
const place = mkdtempSync(join(tmpdir(), "ringlight-[it's]-"));
const one = finishedRun({ nodes: 100, lookups: 20 });
const two = finishedRun({ nodes: 200, lookups: 30 });

beforeAll(() => {
  writeFolder(join(place, 'one'), one);
  writeFolder(join(place, 'two'), two);
  writeFolder(join(place, '.three.1.partial'), two);
  mkdirSync(join(place, 'empty'));
});
afterAll(() => rmSync(place, { recursive: true }));

/** The command without a process of its own: what it says and what it emits. */
async function ask(folder: string, sql?: string, json = false) {
  const { console, said, events: emitted } = listen(json);
  await query(folder, sql, console);
  return { stdout: said.map((line) => `${line}\n`).join(''), emitted };
}

describe('ringlight lab query', () => {
  test('asks one run, or all below a folder, as they were recorded', async () => {
    const sql =
      'SELECT nodes, count(*) AS lookups, avg(hops) AS hops FROM lookups JOIN runs USING (run_id) GROUP BY nodes ORDER BY nodes';
    const own = (await ask(join(place, 'one'), sql, true)).emitted;
    const hops = one.result.metrics.hopsMean;
    expect(own).toEqual([{ event: 'row', nodes: 100, lookups: 20, hops: expect.closeTo(hops) }]);
    const both = (await ask(place, sql, true)).emitted;
    expect(both.map(({ nodes, lookups }) => [nodes, lookups])).toEqual([
      [100, 20],
      [200, 30],
    ]);
  });

  test('a pattern stands for the folders it matches', async () => {
    const pattern = `${place.replaceAll('[', '[[]').replace("it's]", "it's?")}/t*`;
    const rows = (await ask(pattern, 'SELECT nodes FROM runs', true)).emitted;
    expect(rows).toEqual([{ event: 'row', nodes: 200 }]);
  });

  test('without SQL it lists tables, columns and counts', async () => {
    const tables = (await ask(place, undefined, true)).emitted;
    expect(tables.map(({ name }) => name)).toEqual(Object.keys(TABLES));
    expect(tables.find(({ name }) => name === 'nodes')).toMatchObject({ rows: 300 });
    const { stdout } = await ask(join(place, 'one'));
    expect(stdout).toMatch(/^runs {2}1 row: one row per run/);
    expect(stdout).toMatch(/target_id_prefix +ubigint +the first 64 bits/);
  });

  test('people get a table, 64-bit numbers whole', async () => {
    const sql =
      "SELECT 'a' AS text, 1.5 AS n, 18446744073709551615::UBIGINT AS big, NULL AS nothing";
    const { stdout } = await ask(place, sql);
    expect(stdout).toBe(
      '  text    n  big                   nothing\n' +
        '  ----  ---  --------------------  -------\n' +
        '  a     1.5  18446744073709551615  null\n1 row\n',
    );
  });

  test.each([
    ['SELECT * FROM nothing', /^Catalog Error: Table with name nothing does not exist!?$/],
    ['SELEC 1', /Parser Error/],
    ["SELECT * FROM 'https://example.org/a.parquet'", /Error/],
  ])('%s is one line', async (sql, message) => {
    await expect(ask(place, sql)).rejects.toMatchObject({
      status: 2,
      code: 'SQL',
      message: expect.stringMatching(message),
    });
  });

  test('a folder without results says so', async () => {
    for (const folder of [join(place, 'empty'), join(place, 'missing')]) {
      const message = `no results in ${folder}`;
      await expect(ask(folder, 'SELECT 1')).rejects.toMatchObject({ status: 2, message });
    }
  });

  test('as a command: an object a row, one line for what is wrong', async () => {
    const [right, wrong] = await Promise.all([
      ringlight(['lab', 'query', place, 'SELECT nodes FROM runs ORDER BY nodes', '--json']),
      ringlight(['lab', 'query', place, 'SELECT nothing FROM runs']),
    ]);
    expect(objects(right)).toEqual([
      { event: 'row', nodes: 100 },
      { event: 'row', nodes: 200 },
    ]);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toMatch(/^ringlight: Binder Error: .*\n$/);
  });

  test('without DuckDB it says what to install', async () => {
    const missing = Promise.reject(new Error('Cannot find package'));
    await expect(openDuckdb(() => missing)).rejects.toMatchObject({
      message: 'this needs DuckDB, which is not installed: npm install @duckdb/node-api',
      status: 2,
      code: 'NOT_INSTALLED',
    });
  });

  test('numbers stand at the right', () => {
    expect(
      textTable(
        ['name', 'n'],
        [
          ['a', 1],
          ['bcdef', 1234],
          ['c', null],
        ],
      ),
    ).toEqual([
      ['name', '   n'],
      ['-----', '----'],
      ['a', '   1'],
      ['bcdef', '1234'],
      ['c', 'null'],
    ]);
  });
});
