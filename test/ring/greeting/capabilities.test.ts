import fc from 'fast-check';
import { expect, test } from 'vitest';
import { capabilitiesEnd } from '../../../src/ring/greeting/capabilities.ts';

const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test('the answer to VER ends where its length says, in either spelling', () => {
  const binary = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 5, ...bytesOf('{...}'));
  const line = bytesOf('5\n{...}');
  for (const [bytes, whole] of [
    [binary, 13],
    [line, 7],
  ] as const) {
    for (let end = 0; end < whole; end++) expect(capabilitiesEnd(bytes, 0, end)).toBe(-1);
    expect(capabilitiesEnd(bytes, 0, whole)).toBe(whole);
  }
});

test('a length that no member says is none', () => {
  expect(capabilitiesEnd(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 5), 0, 8)).toBe(null);
  expect(capabilitiesEnd(bytesOf('4097\n'), 0, 5)).toBe(null);
  expect(capabilitiesEnd(bytesOf('HTTP/1.1 400'), 0, 12)).toBe(null);
});

test('any bytes are read in bounds', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const end = capabilitiesEnd(bytes, 0, bytes.length);
      expect(end === null || end === -1 || (end > 0 && end <= bytes.length)).toBe(true);
    }),
  );
});
