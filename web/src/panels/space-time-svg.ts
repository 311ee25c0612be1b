/** A space-time diagram as an SVG file, with the same lines and arrows as on the page. */
import { exactClockText, nodeText } from '../model/words.ts';
import { type Arrow, LEFT, type SpaceTime } from './space-time.ts';
import { px, svgFile, textAt } from './svg-text.ts';

const TOP = 68;
/** Colours for paper: the ones of the light theme. */
const INK = '#1a1e24';
const SOFT = '#57606a';
const LINE = '#dcd9d1';
const MESSAGE = '#6e3cc0';
const LOST = '#c02626';

/** How many px a head or a cross reaches to each side. */
const HEAD = 5;

export function spaceTimeSvg(drawing: SpaceTime, title: string): string {
  const { lanes, arrows, ticks, width, height } = drawing;
  const bottom = px(TOP + height);
  const parts = [textAt(16, 24, title, { size: 14, weight: 600, fill: INK })];
  for (const { node, x } of lanes) {
    parts.push(
      textAt(x, TOP - 14, nodeText(node), { size: 11, anchor: 'middle', fill: INK, weight: 600 }),
      `<line x1="${px(x)}" y1="${TOP - 6}" x2="${px(x)}" y2="${bottom}" stroke="${LINE}" stroke-width="1.5"/>`,
    );
  }
  for (const { y, atMs } of ticks) {
    parts.push(textAt(LEFT - 12, TOP + y + 4, exactClockText(atMs), { ...TICK, fill: SOFT }));
  }
  for (const arrow of arrows) parts.push(arrowSvg(arrow));
  // Words last: no line crosses one.
  for (const { word, end } of arrows) {
    const fill = end === 'crossed' ? LOST : INK;
    const text = textAt(word.x, TOP + word.y, word.text, { size: 11, anchor: word.anchor, fill });
    parts.push(text.replace('<text', '<text stroke="#fff" stroke-width="3" paint-order="stroke"'));
  }
  return svgFile(Math.max(width, MIN_WIDTH), TOP + height + 8, title, parts.join('\n'));
}

const TICK = { size: 10, anchor: 'end' } as const;
/** A title has room. */
const MIN_WIDTH = 560;

function arrowSvg({ x1, y1, x2, y2, isReply, end }: Arrow): string {
  const colour = end === 'crossed' ? LOST : MESSAGE;
  const dash = isReply ? ' stroke-dasharray="5 3"' : '';
  const at = `x1="${px(x1)}" y1="${px(TOP + y1)}" x2="${px(x2)}" y2="${px(TOP + y2)}"`;
  return [
    `<line ${at} stroke="${colour}" stroke-width="1.5"${dash}/>`,
    `<circle cx="${px(x1)}" cy="${px(TOP + y1)}" r="2.5" fill="${colour}"/>`,
    `<path d="${endPath(x1, y1 + TOP, x2, y2 + TOP, end)}" stroke="${colour}" stroke-width="1.5" fill="${end === 'arrived' ? colour : 'none'}"/>`,
  ].join('');
}

/** The head of an arrow, or the cross in which one ends that never came; '' on its way. */
export function endPath(x1: number, y1: number, x2: number, y2: number, end: Arrow['end']): string {
  if (end === 'flying') return '';
  if (end === 'crossed') {
    const [left, right, top, bottom] = [x2 - HEAD, x2 + HEAD, y2 - HEAD, y2 + HEAD].map(px);
    return `M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}`;
  }
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [alongX, alongY] = [((x2 - x1) / length) * 8, ((y2 - y1) / length) * 8];
  const wing = (side: number) =>
    `${px(x2 - alongX - alongY * side * 0.45)} ${px(y2 - alongY + alongX * side * 0.45)}`;
  return `M${px(x2)} ${px(y2)}L${wing(1)}L${wing(-1)}Z`;
}
