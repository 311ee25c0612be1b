/**
 * A figure: one or more panels under a title, as an SVG file for a paper, a report or a dark page.
 *
 *     ┌──────────────────────────────────────┐
 *     │ Title                                │   what is shown
 *     │ what it amounts to, in numbers       │   measured beside expected
 *     │ ┌───────────────────┐ ┌────────────┐ │
 *     │ │ panel (a plot)    │ │ panel      │ │   drawn by Observable Plot into our document
 *     │ └───────────────────┘ └────────────┘ │
 *     └──────────────────────────────────────┘
 *
 * Nothing in the file depends on the day, the machine or what was drawn before: no ids, no classes,
 * coordinates rounded to hundredths. Text and axes have the colour of the text around; data have one
 * of few colours, which are told from both white and near-black paper:
 *
 *     measured   blue          failed, dead   red          expected   a dashed line, text colour
 */
import * as Plot from '@observablehq/plot';
import { SvgDocument, type SvgElement } from './svg-document.ts';

export interface Figure {
  /** Also the name of its file, without `.svg`. */
  name: string;
  title: string;
  /** What to notice. */
  caption: string;
  svg: string;
  /** The numbers that it draws, as CSV. */
  numbers: string;
}

/** Data colours; each is at least 3 : 1 from #fff and from #15181c. */
export const COLOURS = {
  measured: '#2f7fc1',
  failed: '#d1495b',
  /**
   * For the series of one plot. Told apart by those who see no red, no green or no blue, too: at least 28 in
   * CIELAB between any two, as Machado et al. (2009) simulate it; the test computes it.
   */
  series: ['#2f7fc1', '#a8720f', '#8c3cf0', '#5d6b52'],
} as const;

/** Points of the series of one plot, for paper without colours. */
export const SYMBOLS = ['circle', 'triangle', 'square', 'diamond'] as const;

export const WIDTH = 640;
const FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
const FONT_SIZE = 12;
const INK = '#1f2328';
const INK_ON_DARK = '#d5dae0';
/** Height of title and subtitle. */
const HEAD = 52;
const EDGE = 12;
/** Plot sets the label of an axis so far from its edge; titles stand above labels. */
const LABEL_INSET = 3;

const DRAWING = new SvgDocument();

export interface Panel {
  x: number;
  y: number;
  width: number;
  height: number;
  plot: Plot.PlotOptions;
}

/** Puts panels under a title; `x` and `y` count from below it. */
export function svgOf(title: string, subtitle: string, panels: readonly Panel[]): string {
  const height = HEAD + EDGE + Math.max(...panels.map(({ y, height }) => y + height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}"`,
    ` viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="${FONT}" font-size="${FONT_SIZE}"`,
    ` fill="currentColor" color="${INK}">`,
    `<style>@media (prefers-color-scheme: dark) { svg { color: ${INK_ON_DARK} } }</style>`,
    `<title>${escaped(title)}</title>`,
    `<text x="${EDGE}" y="24" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    `<text x="${EDGE}" y="42" fill-opacity="0.75">${escaped(subtitle)}</text>`,
    ...panels.map(panelText),
    '</svg>\n',
  ].join('');
}

function panelText({ x, y, width, height, plot }: Panel): string {
  const svg = Plot.plot({
    // Its type is a browser's whole document, of which Plot asks for what ours has.
    document: DRAWING as never,
    width: width - EDGE + LABEL_INSET,
    height,
    marginTop: 28,
    marginBottom: 42,
    marginLeft: 52,
    marginRight: 20,
    ...plot,
  }) as unknown as SvgElement;
  svg.querySelector('style')?.remove();
  for (const name of ['class', 'fill', 'font-family', 'font-size']) svg.removeAttribute(name);
  svg.setAttribute('x', String(x + EDGE - LABEL_INSET));
  svg.setAttribute('y', String(y + HEAD));
  svg.setAttribute('font-size', String(FONT_SIZE));
  return svg.outerHTML.replace(/-?\d+\.\d{3,}(?:e-\d+)?/g, (number) =>
    String(Math.round(Number(number) * 100) / 100),
  );
}

/** A scale that reads the same everywhere: thin lines across the panel at its ticks. */
export const GRID_Y: Plot.Markish = Plot.gridY({ stroke: 'currentColor', strokeOpacity: 0.13 });

/** The line of an expected value; `axis` says at which coordinate. */
export function expectedLine(axis: 'x' | 'y', value: number): Plot.Markish {
  const style = { stroke: 'currentColor', strokeWidth: 1.5, strokeDasharray: '5 4' };
  return axis === 'x' ? Plot.ruleX([value], style) : Plot.ruleY([value], style);
}

/** Text that may stand in markup and in attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A number as people read it: three digits or all before the point, thousands apart. */
export function shortNumber(value: number): string {
  const wanted = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const digits = Number.isInteger(value) ? 0 : wanted;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString('en', options);
}

/** A number on an axis: 500, 2k, 1.5M. */
export function axisNumber(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toFixed(2))}M`;
  return value >= 10_000 ? `${Number((value / 1e3).toFixed(2))}k` : value.toLocaleString('en');
}

/** A share as percent; one that is small but not 0, or not quite all, is not rounded away. */
export function percent(share: number): string {
  const value = share * 100;
  const rounded = value.toFixed(value > 0.1 && value < 99.9 ? 1 : 2);
  return `${value === 0 || value === 100 ? value : rounded} %`;
}
