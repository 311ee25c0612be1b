/**
 * Where everything of a chart lies within a box: grid, ticks, lines, bars. The page draws it on the screen
 * and a file keeps it, both from here, so that what is saved is what was seen.
 *
 *     top ─┬──────────────── grid line, y tick
 *          │   ╭──── path      bars
 *     bottom ─┴──┬─────┬──── x tick
 *          left            right
 */
import { axisText, barWidth, type Chart, type ChartColour, extentOf } from './chart.ts';
import { px } from './svg-text.ts';
import { ticksOf } from './waterfall.ts';

export interface ChartBox {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface ChartTick {
  at: number;
  text: string;
}

export interface BarMark {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface SeriesMarks {
  name: string;
  colour: ChartColour;
  bars: readonly BarMark[];
  /** Of a line; '' of bars. */
  path: string;
}

export interface ChartMarks {
  yTicks: readonly ChartTick[];
  xTicks: readonly ChartTick[];
  series: readonly SeriesMarks[];
}

type Scale = (value: number) => number;

/** Ticks of either axis at most. */
const Y_TICKS = 5;
const X_TICKS = 6;

export function marksOf(chart: Chart, { left, right, top, bottom }: ChartBox): ChartMarks {
  const { x0, x1, y1 } = extentOf(chart);
  const x: Scale = (value) => left + ((value - x0) / (x1 - x0)) * (right - left);
  const y: Scale = (value) => bottom - (value / y1) * (bottom - top);
  const first = Math.max(0, x0);
  const barPixels = Math.max(1, (barWidth(chart.x) / (x1 - x0)) * (right - left) - 1);
  return {
    yTicks: ticksOf(y1, Y_TICKS).map((tick) => ({
      at: y(tick),
      text: axisText(tick, chart.shares),
    })),
    xTicks: ticksOf(x1 - first, X_TICKS).map((tick) => ({
      at: x(first + tick),
      text: axisText(first + tick, false),
    })),
    series: chart.series.map(({ name, colour, values }) => ({
      name,
      colour,
      bars: chart.kind === 'bars' ? barsOf(chart, values, barPixels, x, y) : [],
      path: chart.kind === 'bars' ? '' : pathOf(chart, values, x, y),
    })),
  };
}

function barsOf(
  chart: Chart,
  values: readonly number[],
  width: number,
  x: Scale,
  y: Scale,
): BarMark[] {
  const bars: BarMark[] = [];
  for (const [i, value] of values.entries()) {
    if (!(value > 0)) continue;
    const top = y(value);
    bars.push({ x: x(chart.x[i]) - width / 2, y: top, width, height: y(0) - top });
  }
  return bars;
}

/** A line through the values, broken where there is none; `steps` go along before they go up. */
function pathOf(chart: Chart, values: readonly number[], x: Scale, y: Scale): string {
  let path = '';
  let open = false;
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) {
      open = false;
      continue;
    }
    const at = px(x(chart.x[i]));
    if (!open) path += `M${at} ${chart.kind === 'steps' ? px(y(0)) : px(y(value))}`;
    path +=
      chart.kind === 'steps' ? `H${at}V${px(y(value))}` : open ? `L${at} ${px(y(value))}` : '';
    open = true;
  }
  return path;
}
