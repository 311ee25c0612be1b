/** A chart as a vector file that can be printed: lines stay lines, text stays text. */
import type { Chart, ChartColour } from './chart.ts';
import { marksOf, type SeriesMarks } from './chart-marks.ts';
import { px, svgFile, textAt } from './svg-text.ts';

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

const SOFT = '#57606a';

export function chartSvg(chart: Chart): string {
  const right = WIDTH - RIGHT - (chart.aside ? ASIDE : 0);
  const bottom = HEIGHT - BOTTOM;
  const marks = marksOf(chart, { left: LEFT, right, top: TOP, bottom });
  const parts = [
    textAt(LEFT, 24, chart.title, { size: 15, weight: 600, fill: '#1a1e24' }),
    textAt(LEFT, 42, chart.series.length > 1 ? '' : chart.yLabel, { size: 11, fill: SOFT }),
    ...marks.yTicks.flatMap(({ at, text }) => [
      `<line x1="${LEFT}" y1="${px(at)}" x2="${px(right)}" y2="${px(at)}" stroke="#dcd9d1"/>`,
      textAt(LEFT - 8, at + 4, text, { size: 11, anchor: 'end', fill: SOFT }),
    ]),
    ...marks.xTicks.map(({ at, text }) =>
      textAt(at, bottom + 18, text, { size: 11, anchor: 'middle', fill: SOFT }),
    ),
    textAt((LEFT + right) / 2, bottom + 38, chart.xLabel, { size: 12, anchor: 'middle' }),
    ...(chart.series.length > 1 ? namesOf(chart) : []),
    ...marks.series.flatMap(seriesText),
    ...(chart.aside ? asideText(chart.aside, right + 28, bottom) : []),
  ];
  return svgFile(WIDTH, HEIGHT, chart.title, parts.join('\n'));
}

/** What the colours mean, where there are several. */
function namesOf(chart: Chart): string[] {
  let left = LEFT;
  return chart.series.flatMap(({ name, colour }) => {
    const at = left;
    left += 30 + name.length * 6.5;
    return [
      `<rect x="${px(at)}" y="34" width="10" height="10" rx="2" fill="${COLOURS[colour]}"/>`,
      textAt(at + 15, 43, name, { size: 11 }),
    ];
  });
}

function seriesText({ colour, path, bars }: SeriesMarks): string[] {
  if (path !== '') {
    return [`<path d="${path}" fill="none" stroke="${COLOURS[colour]}" stroke-width="2"/>`];
  }
  return bars.map(
    ({ x, y, width, height }) =>
      `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${COLOURS[colour]}"/>`,
  );
}

function asideText(
  { share, label, colour }: NonNullable<Chart['aside']>,
  left: number,
  bottom: number,
): string[] {
  const top = bottom - share * (bottom - TOP);
  return [
    `<rect x="${left}" y="${TOP}" width="28" height="${bottom - TOP}" fill="#f0eee9"/>`,
    `<rect x="${left}" y="${px(top)}" width="28" height="${px(bottom - top)}" fill="${COLOURS[colour]}"/>`,
    textAt(left + 14, bottom + 18, label, { size: 11, anchor: 'middle' }),
    textAt(left + 14, TOP - 6, `${(share * 100).toFixed(1)} %`, { size: 11, anchor: 'middle' }),
  ];
}

/** The numbers of a chart, for other programs. */
export function chartRows(chart: Chart): string[][] {
  const head = [chart.xLabel, ...chart.series.map(({ name }) => name)];
  const rows = chart.x.map((value, i) => [
    String(value),
    ...chart.series.map(({ values }) => (Number.isNaN(values[i]) ? '' : String(values[i]))),
  ]);
  if (chart.aside) rows.push([chart.aside.label, String(chart.aside.share)]);
  return [head, ...rows];
}
