/**
 * The colours of the page for the canvas: the same variables, read when the theme changes. Points of
 * large worlds are written as pixels, so each colour is known as a number too.
 */

export interface Palette {
  ink: string;
  inkSoft: string;
  line: string;
  paper: string;
  panel: string;
  node: string;
  accent: string;
  key: string;
  copy: string;
  route: string;
  danger: string;
  warn: string;
  sybil: string;
  dark: boolean;
  /** The typeface of the page, and the one of hashes. */
  font: string;
  mono: string;
}

/** What stands in where the page has no such variable, as in a test. */
const FALLBACK: Record<string, string> = {
  '--ink': '#1c1e26',
  '--ink-soft': '#5b6172',
  '--line': '#d8dbe3',
  '--paper': '#ffffff',
  '--panel': '#f6f7f9',
  '--node': '#4a5878',
  '--accent': '#2458e6',
  '--key': '#b26a00',
  '--copy': '#00796b',
  '--route': '#7b3fe4',
  '--danger': '#d32f2f',
  '--warn': '#c2570c',
  '--sybil': '#c2188f',
};

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim() || FALLBACK[name];
  const paper = read('--paper');
  const [r, g, b] = channelsOf(paper);
  return {
    ink: read('--ink'),
    inkSoft: read('--ink-soft'),
    line: read('--line'),
    paper,
    panel: read('--panel'),
    node: read('--node'),
    accent: read('--accent'),
    key: read('--key'),
    copy: read('--copy'),
    route: read('--route'),
    danger: read('--danger'),
    warn: read('--warn'),
    sybil: read('--sybil'),
    dark: r + g + b < 384,
    font: style.fontFamily || 'system-ui, sans-serif',
    mono: style.getPropertyValue('--mono').trim() || 'ui-monospace, monospace',
  };
}

/** Red, green and blue, 0..255, of `#rgb`, `#rrggbb` or `rgb(r, g, b)`; black for anything else. */
export function channelsOf(colour: string): [number, number, number] {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  if (short) return [17 * hex(short[1]), 17 * hex(short[2]), 17 * hex(short[3])];
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour);
  if (long) return [hex(long[1]), hex(long[2]), hex(long[3])];
  const numbers = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/.exec(colour);
  return numbers ? [Number(numbers[1]), Number(numbers[2]), Number(numbers[3])] : [0, 0, 0];
}

function hex(text: string): number {
  return Number.parseInt(text, 16);
}

/** A colour as a pixel of an ImageData seen through a Uint32Array: little-endian, 0xAABBGGRR. */
export function pixelOf(colour: string, alpha = 1): number {
  const [r, g, b] = channelsOf(colour);
  return ((Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** The same colour, seen through. */
export function faded(colour: string, alpha: number): string {
  const [r, g, b] = channelsOf(colour);
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}

/** Steps around the colour circle by the golden angle: neighbours in number are far apart in hue. */
const GOLDEN_DEGREES = 137.508;

/** The colour of a host, for its arcs and its places: quiet, and alike in lightness for all. */
export function hostColour(node: number, dark: boolean): string {
  const hue = (node * GOLDEN_DEGREES + 210) % 360;
  return dark ? `oklch(0.62 0.075 ${hue.toFixed(1)})` : `oklch(0.74 0.085 ${hue.toFixed(1)})`;
}
