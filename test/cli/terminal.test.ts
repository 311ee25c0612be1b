import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fitted,
  hasColours,
  jsonLine,
  shown,
  styled,
  visible,
  visibleLines,
  widthOf,
} from '../../src/cli/terminal.ts';

/** What a terminal obeys: C0 and C1 controls, DEL, and what turns writing round. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OBEYED = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/;

describe('text of strangers', () => {
  test('shows what it would have done', () => {
    expect(visible('x\x1b[2J\x1b]0;pwned\x07\nall is well')).toBe(
      'x\\x1b[2J\\x1b]0;pwned\\x07\\nall is well',
    );
    expect(visible('\x9b2J\x7f\u202e\t\r')).toBe('\\x9b2J\\x7f\\u202e\\t\\r');
    expect(visible('ümläut 漢字 🙂 "quoted"')).toBe('ümläut 漢字 🙂 "quoted"');
  });

  test('nothing a terminal obeys gets through, whatever it is', () => {
    const char = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\x1b', '\x9b', '\u202e'));
    fc.assert(
      fc.property(fc.array(char), (parts) => {
        const text = parts.join('');
        expect(visible(text)).not.toMatch(OBEYED);
        expect(shown(text, true)).not.toMatch(OBEYED);
        expect(visibleLines(text).replaceAll('\n', '')).not.toMatch(OBEYED);
        const line = jsonLine({ text });
        expect(line).not.toMatch(OBEYED);
        expect(JSON.parse(line)).toEqual({ text });
      }),
    );
  });

  test('our own styling passes where colours are wanted, and nobody can feign it', () => {
    const line = `${styled('bold', 'a\x1b[31m')} b`;
    expect(shown(line, true)).toBe('\x1b[1ma\\x1b[31m\x1b[22m b');
    expect(shown(line, false)).toBe('a\\x1b[31m b');
    const mark = styled('red', '').slice(1, 13);
    expect(mark).toMatch(/^[\w-]{12}$/);
  });
});

describe('colours', () => {
  const terminal = { isTTY: true };
  test.each([
    [terminal, {}, true],
    [{}, {}, false],
    [terminal, { NO_COLOR: '1' }, false],
    [terminal, { NO_COLOR: '' }, true],
    [terminal, { TERM: 'dumb' }, false],
    [{}, { FORCE_COLOR: '1' }, true],
    [{}, { FORCE_COLOR: 'true' }, true],
    [{}, { FORCE_COLOR: '' }, false],
    [terminal, { FORCE_COLOR: '0' }, false],
    [terminal, { FORCE_COLOR: 'false' }, false],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('%j with %j: %s', (stream, env, expected) => {
    expect(hasColours(stream, env)).toBe(expected);
  });
});

describe('tables', () => {
  const rows = [
    ['a', 'bb', 'c'],
    [styled('bold', 'ccc'), 'd', 'e'],
  ];
  const plain = (lines: string[]): string[] => lines.map((line) => shown(line, false));

  test('columns are as wide as their widest cell, styling apart', () => {
    expect(plain(fitted(rows))).toEqual(['  a    bb  c', '  ccc  d   e']);
  });

  test('a narrow terminal costs first the spare columns, then ends of the widest', () => {
    const wide = [
      ['1', '127.0.0.1:40000', 'answered by somebody'],
      ['2', '10.0.0.1:6881', styled('red', 'timed out after a while')],
    ];
    expect(plain(fitted(wide, 44))).toEqual([
      '  1  127.0.0.1:40000  answered by somebody',
      '  2  10.0.0.1:6881    timed out after a whi…',
    ]);
    expect(plain(fitted(wide, 30, [1]))).toEqual([
      '  1  answered by somebody',
      '  2  timed out after a while',
    ]);
    expect(fitted(wide, 20).every((line) => shown(line, false).length <= 20)).toBe(true);
    expect(shown(fitted(wide, 44)[1], true)).toContain('\x1b[31mtimed');
  });

  test('whatever is in it, no line is wider than the terminal', () => {
    const table = fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 3, maxLength: 3 }));
    fc.assert(
      fc.property(table, fc.integer({ min: 10, max: 120 }), (cells, width) => {
        for (const line of fitted(cells, width, [1])) {
          expect([...shown(line, false)].length).toBeLessThanOrEqual(width);
        }
      }),
    );
  });

  test('a pipe has no width', () => {
    expect(widthOf({ isTTY: true, columns: 90 }, {})).toBe(90);
    expect(widthOf({ isTTY: true }, {})).toBe(80);
    expect(widthOf({ isTTY: true, columns: 0 }, {})).toBe(80);
    expect(widthOf({}, {})).toBe(Infinity);
    expect(widthOf({ isTTY: true, columns: 90 }, { COLUMNS: '60' })).toBe(60);
    expect(widthOf({ isTTY: true, columns: 90 }, { COLUMNS: 'wide' })).toBe(90);
    expect(widthOf({}, { COLUMNS: '60' })).toBe(Infinity);
  });
});
