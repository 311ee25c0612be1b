/**
 * The report of a sweep: one page beside its runs, with a figure for each value that was compared, as means
 * over seeds with their confidence, the figures that the experiment draws itself, and the latency curves of
 * all settings. Each figure is a file, too, with its numbers.
 *
 *     sweep/report.html   by-k-hopsMean.svg   by-k-hopsMean.csv   latency-curves.svg   …
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '../files.ts';
import { escaped, type Figure } from './figures/figure.ts';
import { curveFigure, mergedSweeps, type SeedGroup, valueSweeps } from './figures/over-seeds.ts';
import { xyFigure } from './figures/xy.ts';
import { figureOf, pageOf } from './report.ts';

export interface SweepParts {
  experiment: string;
  cells: number;
  done: number;
  pass: boolean;
  groups: readonly SeedGroup[];
  /** Values that are drawn, where an option was varied by numbers. */
  names: readonly string[];
}

/** All figures that a sweep has something for. */
export function sweepFigures({ groups, names }: SweepParts): Figure[] {
  const sweeps = [...valueSweeps(groups, names), ...groups.flatMap(mergedSweeps)];
  const curve = curveFigure(groups);
  return [...sweeps.map(xyFigure), ...(curve === null ? [] : [curve])];
}

/** Writes the page and the files of its figures into a folder; each file is whole, also where several write at once. */
export function writeSweepReport(folder: string, parts: SweepParts): void {
  const figures = sweepFigures(parts);
  makeDirectory(folder);
  for (const { name, svg, numbers } of figures) {
    writeWhole(join(folder, `${name}.svg`), svg);
    writeWhole(join(folder, `${name}.csv`), numbers);
  }
  const { experiment, cells, done, pass } = parts;
  const verdict = pass
    ? '<span class="pass">all agree</span>'
    : '<span class="fail">not all agree, or not all are there</span>';
  const links = figures
    .map(({ name }) => `<a href="${escaped(name)}.csv">${escaped(name)}.csv</a>`)
    .join(', ');
  const body = `<h1>${escaped(experiment)}</h1>
<p>${done} of ${cells} runs: ${verdict}</p>
${figures.map(figureOf).join('\n')}
<p>Numbers: <a href="../sweep.json">sweep.json</a>${links === '' ? '' : `, ${links}`}</p>`;
  writeWhole(join(folder, 'report.html'), pageOf(`${experiment}: ${done} runs`, body));
}

/** Several shares may write a file at once: each whole, the last one stays. */
export function writeWhole(file: string, contents: string): void {
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, contents);
  renameSync(partial, file);
}
