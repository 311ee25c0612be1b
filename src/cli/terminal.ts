/**
 * What may reach a terminal. Much of what the commands show was written by strangers: the text of a
 * KRPC error, a program's version, a value of a ring. A terminal obeys what it is shown, so there is
 * one place, here, where text becomes what is written, and nothing but our own styling gets through:
 *
 *     styled('bold', 'a')  ─▶  ESC salt 1m  a  ESC salt 22m        our mark: a salt that nobody can guess
 *     shown(text, colours) ─▶  marks to ESC [1m, or to nothing;  every other control character to \x1b
 *
 * The marks stand in the text until it is written, for only then is it known whether the stream, the
 * terminal or a pipe, wants colours.
 */
import { randomBytes } from 'node:crypto';

const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39] } as const;

const SALT = randomBytes(9).toString('base64url');
const MARK = new RegExp(`\\x1b${SALT}(\\d+)m`);
const MARKS = new RegExp(MARK, 'g');

export function styled(style: keyof typeof STYLES, text: string): string {
  const [begins, ends] = STYLES[style];
  return `\x1b${SALT}${begins}m${text}\x1b${SALT}${ends}m`;
}

/** As it may be written, on one line. */
export function shown(text: string, colours: boolean): string {
  return text
    .split(MARK)
    .map((part, i) => {
      if (i % 2 === 0) return visible(part);
      return colours ? `\x1b[${part}m` : '';
    })
    .join('');
}

/** Control characters, ends of lines, and what turns the direction of writing round (Unicode UAX 9). */
const UNRULY = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The same text with everything in it to be seen: ESC is the four characters \x1b. */
export function visible(text: string): string {
  return text.replace(UNRULY, (char) => SHORT[char] ?? escapeOf(char));
}

/** What commander complains of, in one line: what it suggests it gives a line of its own. */
export function complaint(text: string): string {
  return text
    .trim()
    .replace(/^error: (?:command-argument )?/, '')
    .split('\n')
    .map(visible)
    .join(' ');
}

/** Text of several lines, which may stay such. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function escapeOf(char: string): string {
  const code = char.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}

/** One line of JSON; what JSON leaves as it is but a terminal may obey (DEL, C1) is escaped. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    UNRULY,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * As no-color.org and force-color.org have it: either counts when it is not empty, FORCE_COLOR goes
 * before NO_COLOR, and `0` or `false` of it is no, as for Node.js itself.
 */
export function hasColours(stream: Stream, env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force) return force !== '0' && force !== 'false';
  return !no && stream.isTTY === true && term !== 'dumb';
}

/** Of a terminal that does not say how wide it is, or says 0, as some do. */
export const USUAL_WIDTH = 80;

/**
 * Characters of a line; Infinity where nobody looks at lines: a pipe or a file. COLUMNS is what its user wants, and goes
 * before what the terminal says of itself, as POSIX has it (Base Definitions, 8.3).
 */
export function widthOf(stream: Stream, env: NodeJS.ProcessEnv = process.env): number {
  if (stream.isTTY !== true) return Infinity;
  const { COLUMNS: wanted = '' } = env;
  return (/^[1-9]\d{0,5}$/.test(wanted) && Number(wanted)) || stream.columns || USUAL_WIDTH;
}

/** A column that is cut is not made narrower than this. */
const NARROWEST = 8;
const GAP = 2;

/**
 * Rows of text in columns, each as wide as its widest cell. When they do not fit into `width`, the
 * columns of `spare` are left out, first to last; then the widest are cut, which an ellipsis shows.
 */
export function fitted(
  rows: readonly (readonly string[])[],
  width: number = Infinity,
  spare: readonly number[] = [],
): string[] {
  const left = new Set(rows.flatMap((row) => row.map((_, i) => i)));
  const widths = widthsOf(rows);
  const total = (): number => [...left].reduce((sum, i) => sum + widths[i]! + GAP, 0);
  for (const i of spare) if (total() > width) left.delete(i);
  while (total() > width) {
    const widest = [...left].reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
    if (widths[widest]! <= NARROWEST) break;
    widths[widest]!--;
  }
  return rows.map((row) => {
    const cells = row.flatMap((cell, i) => (left.has(i) ? [padded(cell, widths[i]!)] : []));
    return cut(`  ${cells.join('  ')}`.replace(/ +$/, ''), width);
  });
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, lengthOf(cell));
  }
  return widths;
}

function padded(cell: string, width: number): string {
  const fitting = cut(cell, width);
  return fitting + ' '.repeat(Math.max(0, width - lengthOf(fitting)));
}

/** Marks do not count as width, and stay when text is cut between them. */
function cut(text: string, width: number): string {
  if (lengthOf(text) <= width) return text;
  let room = width - 1;
  const parts = text.split(MARK).map((part, i) => {
    if (i % 2 === 1) return `\x1b${SALT}${part}m`;
    const kept = [...visible(part)].slice(0, room);
    room -= kept.length;
    return kept.join('');
  });
  return `${parts.join('')}…`;
}

function lengthOf(text: string): number {
  return [...visible(text.replace(MARKS, ''))].length;
}
