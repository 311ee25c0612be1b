import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandReader } from '../../../src/ring/resp/commands.ts';
import { CommandLayout } from '../../../src/ring/resp/layouts.ts';

const bytesOf = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const commandOf = (...words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

/** What the layout takes a stream for, up to where it gives up. */
function told(stream: Uint8Array, end = stream.length) {
  const layout = new CommandLayout();
  const text = (from: number, to: number) => String.fromCharCode(...stream.subarray(from, to));
  const commands: string[][] = [];
  let at = 0;
  while (layout.read(stream, at, end)) {
    const { isSet, keyAt, keyEnd, valueAt, valueEnd } = layout;
    const value = isSet ? [text(valueAt, valueEnd)] : [];
    commands.push([isSet ? 'SET' : 'GET', text(keyAt, keyEnd), ...value]);
    at = layout.next;
  }
  return { commands, at };
}

describe('commands told by their bytes', () => {
  it('are GET and SET in any letter case, and nothing else', () => {
    const many = commandOf('GET', 'a') + commandOf('sEt', 'k', '1\r\n2') + commandOf('get', '');
    expect(told(bytesOf(many)).commands).toEqual([
      ['GET', 'a'],
      ['SET', 'k', '1\r\n2'],
      ['GET', ''],
    ]);
    for (const other of [
      commandOf('GET', 'a', 'b'),
      commandOf('SET', 'a'),
      commandOf('SET', 'a', 'b', 'NX'),
      commandOf('DEL', 'a'),
      commandOf('MGET', 'a'),
      'GET a\r\n',
      '*2\r\n$3\r\nGET\r\n$-1\r\n',
      '*2\r\n$3\r\nGET\r\n$\r\n\r\n',
      '*2\r\n$3\r\nGET\r\n$1x\r\na\r\n',
      '*2\r\n$3\r\nGET\r\n$1\r\naxx',
      '*2\r\n$3\r\nGET\r\n$9999999999\r\na\r\n',
    ]) {
      expect(told(bytesOf(other)), JSON.stringify(other)).toEqual({ commands: [], at: 0 });
    }
  });

  it('are whole or left alone, wherever they are cut', () => {
    const stream = bytesOf(commandOf('GET', 'key') + commandOf('SET', 'key', 'value'));
    const first = commandOf('GET', 'key').length;
    for (let end = 0; end <= stream.length; end++) {
      const { at } = told(stream, end);
      expect(at).toBe(end === stream.length ? end : end >= first ? first : 0);
    }
  });

  it('are what the reader of any command takes them for, of any bytes', () => {
    const word = fc.string({ unit: 'binary-ascii', maxLength: 12 });
    const verb = fc.constantFrom('GET', 'SET', 'get', 'DEL');
    const piece = fc.oneof(
      fc.tuple(verb, word).map((words) => commandOf(...words)),
      fc.tuple(verb, word, word).map((words) => commandOf(...words)),
      fc.constantFrom('*2\r\n', '$3\r\n', 'GET\r\n', '\r\n', '$', '3', '*'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const stream = bytesOf(pieces.join(''));
        const { commands } = told(stream);
        const reader = new CommandReader(1000, false);
        reader.push(stream);
        for (const [verb, ...rest] of commands) {
          const parsed = reader.next();
          expect(parsed).toHaveProperty('words');
          const words = (parsed as { words: Uint8Array[] }).words.map((its) =>
            String.fromCharCode(...its),
          );
          expect([words[0]!.toUpperCase(), ...words.slice(1)]).toEqual([verb, ...rest]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
