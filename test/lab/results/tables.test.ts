import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { columnsOf, TABLES, type TableName, tableOf } from '../../../src/lab/results/tables.ts';

const NAMES = Object.keys(TABLES) as TableName[];

describe('tables', () => {
  test('every table begins with the run, and names are what SQL takes without quotes', () => {
    for (const table of NAMES) {
      const columns = columnsOf(table);
      expect(columns[0][0]).toBe('run_id');
      const names = columns.map(([name]) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const name of [table, ...names]) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    }
  });

  test('every quantity of time or size has its unit in the name', () => {
    for (const table of NAMES) {
      for (const [name, { type }] of columnsOf(table)) {
        if (type !== 'float64') continue;
        expect(name, table).toMatch(/_(ms|bits|bytes|mean)$/);
      }
    }
  });

  test('id prefixes are unsigned and only what says so can be null', () => {
    for (const table of NAMES) {
      for (const [name, { type, nullable }] of columnsOf(table)) {
        expect(name.endsWith('_id_prefix'), name).toBe(type === 'uint64');
        if (nullable) expect(type).toBe('float64');
      }
    }
  });

  test('the documentation lists every table and column as they are', () => {
    const file = new URL('../../../docs/results.md', import.meta.url);
    const described = NAMES.map((table) => {
      const rows = columnsOf(table).map(
        ([name, { type, about }]) => `| \`${name}\` | ${type} | ${about} |\n`,
      );
      const { about } = TABLES[table];
      return `### ${table}\n\n${about}\n\n| column | type | |\n|---|---|---|\n${rows.join('')}`;
    });
    expect(readFileSync(file, 'utf8')).toContain(described.join('\n'));
  });

  test('a computed table reads its cells when they are asked for', () => {
    let asked = 0;
    const table = tableOf('sessions', 'run', 2, {
      node: (row) => row + 10,
      started_ms: () => ++asked,
      ended_ms: () => null,
    });
    expect(asked).toBe(0);
    expect(table.columns.map(({ name }) => name)).toEqual(
      columnsOf('sessions').map(([name]) => name),
    );
    expect(table.columns.map(({ values }) => values.at(1))).toEqual(['run', 11, 1, null]);
    expect(table.columns.every(({ values }) => values.length === 2)).toBe(true);
  });
});
