/**
 * What goes in comes out, on the way it is ASCII, and what class programs stored passes through.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromTextSafe, toTextSafe } from '../../../src/ring/dialects/text-safe.ts';

const ascii = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

test('any bytes come back, and are ASCII meanwhile', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (value) => {
      const text = toTextSafe(value);
      expect(text.every((byte) => byte < 0x80)).toBe(true);
      expect(fromTextSafe(text)).toEqual(value);
    }),
    { numRuns: 1000 },
  );
});

test('the encoding is that of everybody else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), (value) => {
      const bytes = Uint8Array.of(0xff, ...value);
      const text = `base64:${Buffer.from(bytes).toString('base64')}`;
      expect(Buffer.from(toTextSafe(bytes)).toString()).toBe(text);
    }),
  );
});

test('ASCII stays as it is, unless it would be taken for ours', () => {
  expect(toTextSafe(ascii('hello\n'))).toEqual(ascii('hello\n'));
  expect(Buffer.from(toTextSafe(ascii('base64:x'))).toString()).toBe('base64:YmFzZTY0Ong=');
  expect(fromTextSafe(toTextSafe(ascii('base64:')))).toEqual(ascii('base64:'));
  expect(fromTextSafe(ascii('base64:'))).toEqual(new Uint8Array(0));
});

test('what others stored comes back as it is', () => {
  const theirs = [
    '\xff\xfe',
    'base64',
    'base64:x',
    'base64:ab=d',
    'base64:ab==cd==',
    'base64:ab\x80d',
    'base64:====',
    'base64:YmFzZTY0Onh=',
    'base64:YmFzZTY0Onh',
  ];
  for (const text of theirs) expect(fromTextSafe(ascii(text))).toEqual(ascii(text));
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (text) => {
      const bytes = ascii(`base64:${text}`);
      const value = fromTextSafe(bytes);
      // Either it is what we would have written for that value, or it is left alone.
      if (value.length < bytes.length && Buffer.compare(value, bytes) !== 0) {
        const again = `base64:${Buffer.from(value).toString('base64')}`;
        expect(Buffer.from(bytes).toString('latin1')).toBe(again);
      }
    }),
    { numRuns: 2000 },
  );
});
