/**
 * What commands say, and how. People read text on stdout and progress on stderr; with `--json` every
 * line of stdout is one JSON object and there is nothing else on it. Whatever is said here is made
 * safe for a terminal on its way out (`terminal.ts`), so that no command has to think of it.
 *
 * Exit status: 0 done, 1 it did not work out (nobody answered, nothing found), 2 the command could
 * not begin (a wrong argument, a port that is taken).
 */
import { fitted, hasColours, jsonLine, shown, styled, visibleLines, widthOf } from './terminal.ts';

/** Writes for people, a line or a table at a time; a line break inside a line is shown, not made. */
export interface Pen {
  say(line?: string): void;
  /** @param spare columns that are left out, first to last, when a terminal is too narrow. */
  table(rows: readonly (readonly string[])[], spare?: readonly number[]): void;
}

export interface Console extends Pen {
  readonly json: boolean;
  /** On stderr, what is not the answer itself. Nothing with `--json`. */
  readonly aside: Pen;
  /** An object for programs; nothing without `--json`. */
  emit(event: string, fields?: object): void;
  /** Text of several lines for people. */
  text(text: string): void;
  /** Bytes of a value for people: as they are into a pipe or file, readable on a terminal. */
  value(bytes: Uint8Array): void;
  /** A line that replaces the last one, on a terminal only. An empty text takes it away. */
  progress(text: string): void;
  /** Is somebody watching the progress line? */
  readonly watched: boolean;
  /** The one line about a failure, on stderr, and as an event with `--json`. */
  fail(code: string, message: string): void;
}

export function openConsole(json: boolean): Console {
  const { stdout, stderr } = process;
  const watched = !json && stderr.isTTY === true;
  let isShown = false;
  const clear = (): void => {
    if (isShown) stderr.write('\r\x1b[2K');
    isShown = false;
  };
  // A reader that went away (`ringlight … | head`) is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  const emit = (event: string, fields: object = {}): void => {
    if (json) stdout.write(`${jsonLine({ event, ...fields })}\n`);
  };
  return {
    json,
    watched,
    emit,
    ...penOf(stdout, json, clear),
    aside: penOf(stderr, json, clear),
    text(text) {
      if (json) return;
      clear();
      stdout.write(`${visibleLines(text)}\n`);
    },
    value(bytes) {
      if (json) return;
      clear();
      if (stdout.isTTY !== true) stdout.write(bytes);
      else stdout.write(readable(bytes));
    },
    progress(text) {
      if (!watched) return;
      clear();
      if (text === '') return;
      stderr.write(shown(text.slice(0, widthOf(stderr) - 1), false));
      isShown = true;
    },
    fail(code, message) {
      clear();
      emit('error', { code, message });
      stderr.write(`${shown(`ringlight: ${message}`, false)}\n`);
    },
  };
}

function penOf(stream: NodeJS.WriteStream, json: boolean, before: () => void): Pen {
  const say = (line = ''): void => {
    if (json) return;
    before();
    stream.write(`${shown(line, hasColours(stream))}\n`);
  };
  return {
    say,
    table(rows, spare) {
      for (const line of fitted(rows, widthOf(stream), spare)) say(line);
    },
  };
}

/** On a terminal a value ends its line, and nothing in it is obeyed; bytes that are no text are shown as such. */
function readable(bytes: Uint8Array): string {
  let text: string;
  try {
    text = visibleLines(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    text = Array.from(bytes, (byte) =>
      byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, '0')}`,
    ).join('');
  }
  return text.endsWith('\n') ? text : `${text}\n`;
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

/** "1 peer", "2,000 peers". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

export function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return value >= 100 ? `${value.toFixed(0)} ms` : `${value.toFixed(1)} ms`;
}
