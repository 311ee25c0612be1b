import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CommandReader,
  LINE_BYTES_MAX,
  STRANGER_WORD_BYTES_MAX,
  STRANGER_WORDS_MAX,
  splitLine,
} from '../../../src/ring/resp/commands.ts';

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const text = (word: Uint8Array) => String.fromCharCode(...word);

/** All that comes out of a stream, cut into pieces. */
function read(stream: Uint8Array, pieces: readonly number[] = [], isStranger = false, most = 1000) {
  const reader = new CommandReader(most, isStranger);
  const told: string[] = [];
  let at = 0;
  for (const length of [...pieces, stream.length]) {
    reader.push(stream.slice(at, at + length));
    at += length;
    for (let parsed = reader.next(); parsed !== null; parsed = reader.next()) {
      if ('fault' in parsed) return [...told, `!${parsed.fault}`];
      told.push(parsed.words.map(text).join('|'));
    }
  }
  return told;
}

const bulk = (...words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

describe('commands out of a stream', () => {
  it.each([
    ['arrays', bulk('GET', 'a') + bulk('SET', 'a', '1\r\n2'), ['GET|a', 'SET|a|1\r\n2']],
    ['nothing at all', '*-1\r\n*0\r\n\r\n\n', []],
    [
      'lines',
      "PING\r\nSET a \"b c\\x41\\n\"\nGET 'it\\'s'\r\n",
      ['PING', 'SET|a|b cA\n', "GET|it's"],
    ],
    ['an empty word', bulk('SET', 'a', ''), ['SET|a|']],
    ['a lying count', '*x\r\n', ['!Protocol error: invalid multibulk length']],
    ['a count beyond all', '*2147483648\r\n', ['!Protocol error: invalid multibulk length']],
    ['no length', '*1\r\nx\r\n', ["!Protocol error: expected '$', got 'x'"]],
    ['a null word', '*1\r\n$-1\r\n', ['!Protocol error: invalid bulk length']],
    ['a lying length', '*1\r\n$x\r\n', ['!Protocol error: invalid bulk length']],
    ['too large a word', '*1\r\n$1001\r\n', ['!Protocol error: invalid bulk length']],
    ['a quote without end', 'SET a "b\r\n', ['!Protocol error: unbalanced quotes in request']],
    ['a quote in a word', 'SET a "b"c\r\n', ['!Protocol error: unbalanced quotes in request']],
    [
      'a line without end',
      'x'.repeat(LINE_BYTES_MAX + 1),
      ['!Protocol error: too big inline request'],
    ],
    [
      'a count without end',
      `*${'1'.repeat(LINE_BYTES_MAX)}`,
      ['!Protocol error: too big mbulk count string'],
    ],
    [
      'a length without end',
      `*1\r\n$${'1'.repeat(LINE_BYTES_MAX)}`,
      ['!Protocol error: too big bulk count string'],
    ],
  ])('%s', (_what, stream, expected) => {
    expect(read(bytes(stream))).toEqual(expected);
  });

  it('have bounds before somebody has said who he is', () => {
    const many = bulk(...Array.from({ length: STRANGER_WORDS_MAX + 1 }, () => 'x'));
    expect(read(bytes(many), [], true)).toEqual([
      '!Protocol error: unauthenticated multibulk length',
    ]);
    expect(read(bytes(many))).toHaveLength(1);
    const large = `*1\r\n$${STRANGER_WORD_BYTES_MAX + 1}\r\n`;
    expect(read(bytes(large), [], true, 1e6)).toEqual([
      '!Protocol error: unauthenticated bulk length',
    ]);
    expect(read(bytes(large), [], false, 1e6)).toEqual([]);
  });

  it('are the same however they are cut', () => {
    const words = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 40 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 8 }),
        fc.array(fc.nat({ max: 30 }), { maxLength: 60 }),
        (all, pieces) => {
          const stream = bytes(all.map((command) => bulk(...command)).join(''));
          expect(read(stream, pieces)).toEqual(all.map((command) => command.join('|')));
        },
      ),
    );
  });

  it('take memory as bytes come, not as they are promised', () => {
    const reader = new CommandReader(1 << 30, false);
    reader.push(bytes('*1\r\n$1000000000\r\nabc'));
    expect(reader.next()).toBeNull();
    expect(reader.pendingBytes).toBeLessThan(100);
  });

  it('of noise end in a command, a fault or patience', () => {
    const noise = fc.array(fc.constantFrom('*', '$', '1', '-', '\r\n', 'x', '"', '\\', ' ', '0'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(noise, (parts) => {
        const stream = bytes(parts.join(''));
        expect(read(stream, [1, 2, 3])).toEqual(read(stream));
      }),
    );
  });

  it('after a fault there is nothing more', () => {
    const reader = new CommandReader(10, false);
    reader.push(bytes('*x\r\nPING\r\n'));
    expect(reader.next()).toHaveProperty('fault');
    reader.push(bytes('PING\r\n'));
    expect(reader.next()).toHaveProperty('fault');
    expect(reader.pendingBytes).toBe(0);
  });
});

it('a line is split as Redis does', () => {
  const split = (line: string) => splitLine(bytes(line))?.map(text) ?? null;
  expect(split('  a  b ')).toEqual(['a', 'b']);
  expect(split('"\\a\\t\\\\\\q"')).toEqual(['\x07\t\\q']);
  expect(split("'a\\n'")).toEqual(['a\\n']);
  expect(split('""')).toEqual(['']);
  expect(split("'a")).toBeNull();
});
