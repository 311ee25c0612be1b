/** A small run with a recorder, made once for all tests of what is written of it. */
import { type Cell, KAD_HOPS_DEFAULTS, kadHops, Recorder, type Table } from '../../src/lab.ts';
import type { FinishedRun } from '../../src/results/folder.ts';
import { runRowOf } from '../../src/results/run.ts';

export const SOURCE = { version: '1.2.3', commit: 'c0ffee' };

/** A thousand nodes at King's latencies with loss, or as `options` say. */
export function finishedRun(
  options: { nodes?: number; lookups?: number; loss?: number } = {},
): FinishedRun {
  const config = { ...KAD_HOPS_DEFAULTS, nodes: 1000, lookups: 200, ...options };
  const recorder = new Recorder();
  const result = kadHops(config, () => {}, recorder);
  return { result, recorder, config, source: SOURCE, machine: { wallMs: 12 } };
}

export function tablesOf({ result, recorder, config, source }: FinishedRun): Table[] {
  return recorder.tables(runRowOf(result, config, source), 'run-1');
}

/** A table of plain arrays. */
export function tableFrom(
  name: string,
  columns: readonly (readonly [
    name: string,
    type: Table['columns'][number]['type'],
    values: Cell[],
  ])[],
): Table {
  return {
    name,
    rows: columns[0][2].length,
    columns: columns.map(([name, type, values]) => ({
      name,
      type,
      nullable: values.includes(null),
      values,
    })),
  };
}

export function rowsOf({ rows, columns }: Table): Record<string, Cell>[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values.at(row)!])),
  );
}
