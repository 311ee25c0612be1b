/**
 * Addresses have one spelling, keys are numbers below 2^160, and nothing else passes.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, formatAddress, parseIp, Scope, scopeOf } from '../../../src/core/address.ts';
import {
  formatDecimalKey,
  parseAddress,
  parseDecimalKey,
  parseNumber,
  usable,
} from '../../../src/ring/dialects/spelling.ts';

const anyAddress = fc
  .tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 0xffff }))
  .map(([ip, port]) => addressOf(ip, port));

describe('addresses', () => {
  test('read back what is written, but for what no node can have', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const isUsable = scopeOf(address) !== Scope.unusable;
        expect(parseAddress(formatAddress(address))).toBe(isUsable ? address : -1);
        expect(usable(address)).toBe(isUsable ? address : -1);
      }),
    );
  });

  test('no text but the one that is written', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 25 }),
          fc
            .array(fc.constantFrom(...'0123456789.:- '), { maxLength: 22 })
            .map((all) => all.join('')),
        ),
        (text) => {
          const address = parseAddress(text);
          if (address >= 0) expect(formatAddress(address)).toBe(text);
        },
      ),
      { numRuns: 2000 },
    );
    expect(parseAddress('255.255.255.255:65535')).toBe(-1);
    expect(parseAddress('1.2.3.4:5')).toBe(addressOf(parseIp('1.2.3.4'), 5));
    expect(parseAddress('223.255.255.255:65535')).toBeGreaterThan(0);
    const bad =
      '1.2.3.4:0 1.2.3.4:05 1.2.3.4:65536 1.2.3.4:99999 1.2.3.4: :5 1.2.3.4 01.2.3.4:5 1.2.3.4:+5';
    for (const text of bad.split(' ')) expect([text, parseAddress(text)]).toEqual([text, -1]);
  });
});

test('keys are decimal numbers below 2^160', () => {
  const out = new Uint8Array(20);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (key) => {
      const text = formatDecimalKey(key, 0);
      expect(parseDecimalKey(text, out)).toBe(true);
      expect(out).toEqual(key);
      expect(parseDecimalKey(`00${text}`, out)).toBe(true);
      expect(out).toEqual(key);
    }),
  );
  expect(parseDecimalKey(`${2n ** 160n - 1n}`, out)).toBe(true);
  expect(out.every((byte) => byte === 255)).toBe(true);
  for (const text of [
    `${2n ** 160n}`,
    '9'.repeat(49),
    '',
    '-1',
    '0x1',
    '1n',
    ' 1',
    '1'.repeat(65),
  ]) {
    expect([text, parseDecimalKey(text, out)]).toEqual([text, false]);
  }
  // Research §9.
  parseDecimalKey('975987071262755080377722350727279193143145743181', out);
  expect(Buffer.from(out).toString('hex')).toBe('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d');
});

test('whole numbers are plain digits', () => {
  expect(['0', '007', '17', '18446744073709551615'].map(parseNumber)).toEqual([0, 7, 17, 2 ** 64]);
  for (const text of ['', '-1', '+1', '1.5', '1e3', ' 1', '1 ', '0x1', '1'.repeat(21)]) {
    expect([text, parseNumber(text)]).toEqual([text, -1]);
  }
});
