/** A chart as uPlot wants it: quiet axes, the page's colours, no frills. */
import type uPlot from 'uplot';
import { axisText, type Chart, extentOf } from './chart.ts';

export function chartValues(chart: Chart): uPlot.AlignedData {
  return [
    chart.x as number[],
    ...chart.series.map(({ values }) =>
      values.map((value) => (Number.isNaN(value) ? null : value)),
    ),
  ] as uPlot.AlignedData;
}

export function chartOptions(
  Plot: typeof uPlot,
  chart: Chart,
  element: Element,
  width: number,
  height: number,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim() || '#888';
  const axis = {
    stroke: colour('ink-soft'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  const paths =
    chart.kind === 'bars'
      ? Plot.paths.bars!({ size: [0.9, 60] })
      : chart.kind === 'steps'
        ? Plot.paths.stepped!({ align: 1 })
        : Plot.paths.linear!();
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 16, 0, 0],
    scales: {
      x: { time: false, range: (plot) => spanOf(chart, plot.data[0]) },
      y: { range: (_plot, _least, most) => [0, chart.shares ? 1 : Math.max(1e-9, most) * 1.05] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        label: chart.xLabel,
        labelSize: 14,
        labelGap: -2,
        labelFont: axis.font,
        values: (_plot, ticks) => ticks.map((tick) => axisText(tick, false)),
      },
      {
        ...axis,
        size: 46,
        values: (_plot, ticks) => ticks.map((tick) => axisText(tick, chart.shares)),
      },
    ],
    series: [
      {},
      ...chart.series.map((series) => ({
        label: series.name,
        stroke: colour(series.colour),
        width: chart.kind === 'bars' ? 0 : 2,
        ...(chart.kind === 'bars' ? { fill: colour(series.colour) } : {}),
        paths,
        points: { show: false },
      })),
    ],
  };
}

/** From the first to the last, and of bars the whole width. */
function spanOf(chart: Chart, x: ArrayLike<number>): [number, number] {
  const { x0, x1 } = extentOf({ ...chart, x: Array.from(x), series: [] });
  return [x0, x1];
}
