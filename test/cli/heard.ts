/** A console that keeps what is said on it, for tests of commands that need no process of their own. */
import type { Console, Pen } from '../../src/cli/console.ts';
import { fitted, shown } from '../../src/cli/terminal.ts';

export interface Heard {
  console: Console;
  /** Lines on stdout, without styling. */
  said: string[];
  /** Lines beside them. */
  aside: string[];
  events: Record<string, unknown>[];
}

export function listen(json = false): Heard {
  const said: string[] = [];
  const aside: string[] = [];
  const events: Record<string, unknown>[] = [];
  const penInto = (lines: string[]): Pen => ({
    say: (line = '') => void lines.push(shown(line, false)),
    table: (rows) => lines.push(...fitted(rows).map((line) => shown(line, false))),
  });
  const console: Console = {
    json,
    watched: false,
    ...penInto(said),
    aside: penInto(aside),
    emit: (event, fields) => void events.push({ event, ...fields }),
    text: (text) => void said.push(...text.split('\n')),
    value: (bytes) => void said.push(new TextDecoder().decode(bytes)),
    progress() {},
    fail: (code, message) => void aside.push(`${code}: ${message}`),
  };
  return { console, said, aside, events };
}
