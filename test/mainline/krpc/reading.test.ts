/** Readers of single values: found, of another type, or no bencode. */
import { describe, expect, test } from 'vitest';
import { ascii, Scanner } from '../../../src/mainline/krpc/bencode.ts';
import { WRONG_TYPE } from '../../../src/mainline/krpc/fields.ts';
import {
  BROKEN,
  copied,
  readBytes,
  readDigits,
  readId,
  readInteger,
  readString,
  spells,
} from '../../../src/mainline/krpc/reading.ts';

function on(text: string): Scanner {
  const scanner = new Scanner();
  scanner.begin(ascii(text), 0, text.length);
  return scanner;
}

test('what is kept is a copy, of Buffers too, and no Buffer', () => {
  const bytes = Buffer.from('abcdef');
  const copy = copied(bytes, 1, 4);
  bytes.fill(0);
  expect(copy).toEqual(ascii('bcd'));
  expect(copy.buffer.byteLength).toBe(3);
});

describe('readers', () => {
  test('find what they look for', () => {
    expect(readString(on('3:abc'))).toBe(2);
    expect(readBytes(on('3:abc'), 3)).toBe(2);
    expect(readId(on(`20:${'x'.repeat(20)}`))).toBe(3);
    expect(readInteger(on('i7e'))).toBe(7);
    const scanner = on('i-9007199254740993e');
    expect(readDigits(scanner)).toBe(1);
    expect(scanner.position).toBe(19);
    expect(spells(on('3:abc'), 2, 'abc')).toBe(true);
    expect(spells(on('3:abc'), 2, 'abd')).toBe(false);
  });

  test('pass over what is of another type', () => {
    for (const text of ['i1e', 'le', 'd1:ale1:b0:e']) {
      const scanner = on(text);
      expect(readString(scanner)).toBe(WRONG_TYPE);
      expect(scanner.position).toBe(text.length);
    }
    expect(readBytes(on('3:abc'), 4)).toBe(WRONG_TYPE);
    expect(readInteger(on('0:'))).toBeNaN();
    expect(readInteger(on('i-1e'))).toBeNaN();
    expect(readDigits(on('0:'))).toBe(WRONG_TYPE);
  });

  test('say when it is no bencode', () => {
    for (const text of ['', 'i1', '5:abc', 'l', 'x']) {
      expect(readString(on(text)), text).toBe(BROKEN);
      expect(readInteger(on(text)), text).toBe(BROKEN);
      expect(readDigits(on(text)), text).toBe(BROKEN);
    }
  });
});
