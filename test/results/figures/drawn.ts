/** The figures of one run, and what is in a drawing. */
import { Window } from 'happy-dom';
import type { Table } from '../../../src/lab.ts';
import type { Figure } from '../../../src/results/figures/figure.ts';
import { figuresOf } from '../../../src/results/figures/figures.ts';
import { finishedRun, rowsOf, tablesOf } from '../recorded.ts';

const window = new Window();
export const run = finishedRun();
export const tables = tablesOf(run);
export const figures = figuresOf(run.result, tables);

export function drawn(figure: Figure) {
  return new window.DOMParser().parseFromString(figure.svg, 'image/svg+xml').documentElement;
}

export const named = (name: string, from = figures): Figure =>
  from.find((figure) => figure.name === name)!;
export const bars = (figure: Figure, colour: string): number =>
  drawn(figure).querySelectorAll(`[fill="${colour}"] rect, rect[fill="${colour}"]`).length;
export const dashed = (figure: Figure): number =>
  drawn(figure).querySelectorAll('[stroke-dasharray]').length;
export const rows = (name: string) => rowsOf(tables.find((table) => table.name === name)!);

export function without(name: string): Table[] {
  return tables.map((table) => (table.name === name ? { ...table, rows: 0 } : table));
}

/** The same tables, as if they were those of another experiment. */
export function ofExperiment(experiment: string): Table[] {
  return tables.map((table) => {
    if (table.name !== 'runs') return table;
    const columns = table.columns.map((column) =>
      column.name === 'experiment' ? { ...column, values: [experiment] } : column,
    );
    return { ...table, columns };
  });
}
