/** IPv6 in text, against Node.js's own reading of it. */
import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIp6, writeIp6 } from '../../src/core/ip6-text.ts';

const read = (text: string) => {
  const bytes = new Uint8Array(16);
  return readIp6(text, bytes) ? Buffer.from(bytes).toString('hex') : null;
};

describe('IPv6 in text', () => {
  test.each([
    ['::', '00000000000000000000000000000000', '::'],
    ['::1', '00000000000000000000000000000001', '::1'],
    ['2001:DB8::1', '20010db8000000000000000000000001', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000', '1:2:3:4:5:6:7:0'],
  ])('%s', (text, hex, canonical) => {
    expect(read(text)).toBe(hex);
    expect(writeIp6(Buffer.from(hex, 'hex'), 0)).toBe(canonical);
  });

  test.each([
    '',
    ':',
    ':::',
    '1',
    '1.2.3.4',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '::1%lo',
    '[::1]',
    '::1.2.3',
    '::1.2.3.256',
    '1:2:3:4:5:6:7:8::',
  ])('%j is none', (text) => expect(read(text)).toBeNull());

  test('what is written is read again, and both are what Node.js takes', () => {
    const sparse = fc.array(fc.constantFrom(0, 0, 1, 255), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(
        fc.oneof(sparse, fc.array(fc.nat(255), { minLength: 16, maxLength: 16 })),
        (list) => {
          const text = writeIp6(Uint8Array.from(list), 0);
          expect(isIPv6(text)).toBe(true);
          expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
          expect(read(text)).toBe(Buffer.from(list).toString('hex'));
        },
      ),
    );
  });

  test('agrees with Node.js about what is an address', () => {
    const piece = fc.constantFrom('0', '1', 'ff', 'abcd', '12345', ':', '::', '1.2.3.4', 'g');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(read(text) !== null).toBe(isIPv6(text));
      }),
    );
  });
});
