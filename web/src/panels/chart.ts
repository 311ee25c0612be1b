/**
 * What a chart shows, apart from how: the same numbers go to the canvas on the page and to the SVG and
 * CSV files. x ascends; a gap is NaN.
 */

/** Names of the page's colours: `route` is `--route`. */
export type ChartColour =
  | 'node'
  | 'accent'
  | 'key'
  | 'copy'
  | 'route'
  | 'danger'
  | 'warn'
  | 'ink-soft';

export interface ChartSeries {
  name: string;
  colour: ChartColour;
  values: readonly number[];
}

export interface Chart {
  /** Names its files. */
  id: string;
  title: string;
  /** What to read from it, in one sentence. */
  note: string;
  kind: 'line' | 'steps' | 'bars';
  xLabel: string;
  yLabel: string;
  /** Of `yLabel`: are these shares of one, to be shown as %? */
  shares: boolean;
  x: readonly number[];
  series: readonly ChartSeries[];
  /** A bar of its own beside the plot: what the plot leaves out. */
  aside: { label: string; share: number; colour: ChartColour } | null;
}

/** Nothing to be drawn? */
export function isEmpty(chart: Chart): boolean {
  return chart.x.length === 0 && (chart.aside === null || chart.aside.share === 0);
}

/** The smallest and largest of what is drawn; 0 is always in it for y. */
export function extentOf(chart: Chart): { x0: number; x1: number; y1: number } {
  const half = chart.kind === 'bars' ? barWidth(chart.x) / 2 : 0;
  const x0 = (chart.x[0] ?? 0) - half;
  const x1 = (chart.x[chart.x.length - 1] ?? 1) + half;
  let y1 = chart.shares ? 1 : 0;
  for (const { values } of chart.series) {
    for (const value of values) if (value > y1) y1 = value;
  }
  return { x0, x1: x1 > x0 ? x1 : x0 + 1, y1: y1 > 0 ? y1 : 1 };
}

/** How wide a bar is in x: the least that lies between two. */
export function barWidth(x: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < x.length; i++) least = Math.min(least, x[i] - x[i - 1]);
  return Number.isFinite(least) ? least : 1;
}

/** A number as an axis shows it. */
export function axisText(value: number, shares: boolean): string {
  if (shares) return `${Math.round(value * 100)} %`;
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toFixed(1))} M`;
  if (size >= 1e4) return `${Number((value / 1e3).toFixed(1))} k`;
  return String(Number(value.toFixed(size < 10 ? 2 : 0)));
}
