/**
 * The figures of a run, drawn from its tables. A figure whose table has nothing to show is left out.
 * Where a check says what was to be expected, it is drawn as a dashed line.
 *
 * Failures stand beside latency, never inside it: a plot of the times of those that succeeded makes
 * the network that gives up early look like the fast one.
 */
import type { ExperimentResult, Table } from '../../lab.ts';
import { countsFigure, HOPS, RPCS } from './counts.ts';
import type { Figure } from './figure.ts';
import { latencyFigure } from './latency.ts';
import { messagesFigure } from './load.ts';
import { overTimeFigure } from './over-time.ts';
import { tableFillFigure } from './table-fill.ts';
import { xyFigure } from './xy.ts';

/** All figures that the tables of a run have something for. */
export function figuresOf(
  result: Pick<ExperimentResult, 'checks' | 'sweeps'>,
  tables: readonly Table[],
): Figure[] {
  const { checks, sweeps = [] } = result;
  return [
    ...sweeps.map(xyFigure),
    latencyFigure(tables, checks),
    countsFigure(tables, HOPS, checks),
    countsFigure(tables, RPCS, checks),
    tableFillFigure(tables),
    messagesFigure(tables),
    overTimeFigure(tables),
  ].filter((figure) => figure !== null);
}
