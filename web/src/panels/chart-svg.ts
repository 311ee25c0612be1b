/** A chart as a vector file that can be printed: lines stay lines, text stays text. */
import { axisText, barWidth, type Chart, type ChartColour, extentOf } from './chart.ts';
import { px, svgFile, textAt } from './svg-text.ts';
import { ticksOf } from './waterfall.ts';

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 64;
const TOP = 56;
const BOTTOM = 52;
const RIGHT = 24;
/** Room of the bar beside the plot. */
const ASIDE = 72;

/** The light theme's colours: a file is printed on white. */
const COLOURS: Record<ChartColour, string> = {
  node: '#455668',
  accent: '#0a5cc9',
  key: '#876000',
  copy: '#0a736e',
  route: '#6e3cc0',
  danger: '#c02626',
  warn: '#ad4a00',
  'ink-soft': '#57606a',
};

export function chartSvg(chart: Chart): string {
  const { x0, x1, y1 } = extentOf(chart);
  const right = WIDTH - RIGHT - (chart.aside ? ASIDE : 0);
  const bottom = HEIGHT - BOTTOM;
  const x = (value: number) => LEFT + ((value - x0) / (x1 - x0)) * (right - LEFT);
  const y = (value: number) => bottom - (value / y1) * (bottom - TOP);
  const parts = [
    textAt(LEFT, 24, chart.title, { size: 15, weight: 600, fill: '#1a1e24' }),
    textAt(LEFT, 42, chart.series.length > 1 ? '' : chart.yLabel, { size: 11, fill: '#57606a' }),
  ];
  for (const tick of ticksOf(y1, 5)) {
    const at = px(y(tick));
    parts.push(
      `<line x1="${LEFT}" y1="${at}" x2="${px(right)}" y2="${at}" stroke="#dcd9d1"/>`,
      textAt(LEFT - 8, y(tick) + 4, axisText(tick, chart.shares), {
        size: 11,
        anchor: 'end',
        fill: '#57606a',
      }),
    );
  }
  for (const tick of ticksOf(x1 - Math.max(0, x0), 6)) {
    const value = tick + Math.max(0, x0);
    parts.push(
      textAt(x(value), bottom + 18, axisText(value, false), {
        size: 11,
        anchor: 'middle',
        fill: '#57606a',
      }),
    );
  }
  parts.push(textAt((LEFT + right) / 2, bottom + 38, chart.xLabel, { size: 12, anchor: 'middle' }));
  let named = LEFT;
  for (const { name, colour, values } of chart.series) {
    if (chart.series.length > 1) {
      parts.push(
        `<rect x="${px(named)}" y="34" width="10" height="10" rx="2" fill="${COLOURS[colour]}"/>`,
        textAt(named + 15, 43, name, { size: 11 }),
      );
      named += 30 + name.length * 6.5;
    }
    if (chart.kind === 'bars') {
      const width = Math.max(1, (barWidth(chart.x) / (x1 - x0)) * (right - LEFT) - 1);
      for (const [i, value] of values.entries()) {
        if (!(value > 0)) continue;
        const top = y(value);
        parts.push(
          `<rect x="${px(x(chart.x[i]!) - width / 2)}" y="${px(top)}" width="${px(width)}" height="${px(bottom - top)}" fill="${COLOURS[colour]}"/>`,
        );
      }
    } else {
      const path = pathOf(chart, values, x, y);
      parts.push(`<path d="${path}" fill="none" stroke="${COLOURS[colour]}" stroke-width="2"/>`);
    }
  }
  if (chart.aside) {
    const { share, label, colour } = chart.aside;
    const left = right + 28;
    const top = y(share * y1);
    parts.push(
      `<rect x="${left}" y="${TOP}" width="28" height="${bottom - TOP}" fill="#f0eee9"/>`,
      `<rect x="${left}" y="${px(top)}" width="28" height="${px(bottom - top)}" fill="${COLOURS[colour]}"/>`,
      textAt(left + 14, bottom + 18, label, { size: 11, anchor: 'middle' }),
      textAt(left + 14, TOP - 6, `${(share * 100).toFixed(1)} %`, { size: 11, anchor: 'middle' }),
    );
  }
  return svgFile(WIDTH, HEIGHT, chart.title, parts.join('\n'));
}

/** A line through the values, broken where there is none; `steps` go along before they go up. */
function pathOf(
  chart: Chart,
  values: readonly number[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let open = false;
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) {
      open = false;
      continue;
    }
    const at = px(x(chart.x[i]!));
    if (!open) path += `M${at} ${chart.kind === 'steps' ? px(y(0)) : px(y(value))}`;
    path +=
      chart.kind === 'steps' ? `H${at}V${px(y(value))}` : open ? `L${at} ${px(y(value))}` : '';
    open = true;
  }
  return path;
}

/** The numbers of a chart, for other programs. */
export function chartRows(chart: Chart): string[][] {
  const head = [chart.xLabel, ...chart.series.map(({ name }) => name)];
  const rows = chart.x.map((value, i) => [
    String(value),
    ...chart.series.map(({ values }) => (Number.isNaN(values[i]!) ? '' : String(values[i]))),
  ]);
  if (chart.aside) rows.push([chart.aside.label, String(chart.aside.share)]);
  return [head, ...rows];
}
