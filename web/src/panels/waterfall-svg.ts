/** A waterfall as an SVG file, with the same bars as on the page. */
import { px, svgFile, textAt } from './svg-text.ts';
import type { Waterfall, WaterfallBar } from './waterfall.ts';

const ROW = 20;
const LEFT = 90;
const WIDTH = 720;
const TOP = 44;

/** Colours for paper: the ones of the light theme. */
export const BAR_COLOURS: Record<WaterfallBar['standing'], string> = {
  unsent: '#d8dbe3',
  waiting: '#b9a4e0',
  answered: '#6e3cc0',
  late: '#ad4a00',
  timeout: '#c02626',
  error: '#c02626',
  cancelled: '#9aa0a8',
};

export function waterfallSvg({ bars, spanMs, ticksMs }: Waterfall, title: string): string {
  const inner = WIDTH - LEFT - 24;
  const height = TOP + bars.length * ROW + 32;
  const x = (share: number) => LEFT + share * inner;
  const parts = [textAt(16, 24, title, { size: 14, weight: 600, fill: '#1a1e24' })];
  for (const tick of ticksMs) {
    const at = px(x(tick / spanMs));
    parts.push(
      `<line x1="${at}" y1="${TOP - 6}" x2="${at}" y2="${height - 26}" stroke="#dcd9d1"/>`,
      textAt(Number(at), height - 10, `${tick} ms`, {
        size: 11,
        anchor: 'middle',
        fill: '#57606a',
      }),
    );
  }
  for (const [row, bar] of bars.entries()) {
    const y = TOP + row * ROW;
    const name = bar.node < 0 ? 'outside' : `node ${bar.node}`;
    const width = Math.max(2, (bar.to - bar.from) * inner);
    parts.push(
      textAt(LEFT - 8, y + 13, name, { size: 11, anchor: 'end', fill: '#57606a' }),
      `<rect x="${px(x(bar.from))}" y="${y + 4}" width="${px(width)}" height="12" rx="2" fill="${BAR_COLOURS[bar.standing]}"${bar.onPath ? '' : ' fill-opacity="0.55"'}><title>${bar.standing}</title></rect>`,
    );
  }
  return svgFile(WIDTH, height, title, parts.join('\n'));
}
