/**
 * What commands say, and how. People read text on stdout and progress on stderr; with `--json` every
 * line of stdout is one JSON object and there is nothing else on it.
 *
 * Exit status: 0 done, 1 it did not work out (nobody answered, nothing found), 2 the command could
 * not begin (a wrong argument, a port that is taken).
 */
import { styleText } from 'node:util';

export interface Console {
  readonly json: boolean;
  /** A line of text for people; nothing with `--json`. */
  say(text?: string): void;
  /** An object for programs; nothing without `--json`. */
  emit(event: string, fields?: object): void;
  /** A line that replaces the last one, on a terminal only. An empty text takes it away. */
  progress(text: string): void;
  /** Is somebody watching the progress line? */
  readonly watched: boolean;
}

export function openConsole(json: boolean): Console {
  const watched = !json && process.stderr.isTTY === true;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\x1b[2K');
    shown = false;
  };
  // A reader that went away (`ringlight … | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  return {
    json,
    watched,
    say(text = '') {
      if (json) return;
      clear();
      process.stdout.write(`${text}\n`);
    },
    emit(event, fields = {}) {
      if (json) process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
    },
    progress(text) {
      if (!watched) return;
      clear();
      if (text === '') return;
      process.stderr.write(text.slice(0, (process.stderr.columns ?? 80) - 1));
      shown = true;
    },
  };
}

/** A failure with the exit status it leads to; its message is the whole explanation. */
export class CommandError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(message: string, status: number, code: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const bold = (text: string): string => styled('bold', text);
export const dim = (text: string): string => styled('dim', text);
export const red = (text: string): string => styled('red', text);
export const green = (text: string): string => styled('green', text);

function styled(style: 'bold' | 'dim' | 'red' | 'green', text: string): string {
  const colours = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  return colours ? styleText(style, text) : text;
}

/** Rows of text in columns, each as wide as its widest cell. Styling does not count as width. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  }
  return rows
    .map((row) => row.map((cell, i) => cell + ' '.repeat(widths[i]! - widthOf(cell))).join('  '))
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

function widthOf(cell: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the styling itself
  return cell.replace(/\x1b\[\d+m/g, '').length;
}

/** "1 peer", "2,000 peers". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

export function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return value >= 100 ? `${value.toFixed(0)} ms` : `${value.toFixed(1)} ms`;
}
