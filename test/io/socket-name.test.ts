import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, parseIp6 } from '../../src/core/address.ts';
import { NAME_BYTES, readName, writeName } from '../../src/io/socket-name.ts';

test('a name is the sockaddr_in of its address', () => {
  const names = new Uint8Array(16);
  expect(writeName(names, 0, addressOf(0xc0a80102, 6881))).toBe(16);
  expect([...names.subarray(0, 8)]).toEqual([2, 0, 0x1a, 0xe1, 192, 168, 1, 2]);
});

test('of IPv6 it is the sockaddr_in6, without flow and scope', () => {
  const names = new Uint8Array(NAME_BYTES).fill(0xee);
  expect(writeName(names, 0, addressOf(parseIp6('2001:db8::7'), 6881))).toBe(28);
  expect(Buffer.from(names.subarray(0, 28)).toString('hex')).toBe(
    `0a001ae100000000${'20010db8000000000000000000000007'}00000000`,
  );
});

const ip4 = fc.integer({ min: 0, max: 0xffffffff });
const ip6 = fc
  .ipV6()
  .map(parseIp6)
  .filter((ip) => ip >= 0);

describe.each([
  ['IPv4', ip4],
  ['IPv6', ip6],
])('of %s', (_family, ip) => {
  test('names are read as they were written, at any place, over whatever was there', () => {
    const port = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(ip, port, fc.integer({ min: 0, max: 32 }), (ip, port, at) => {
        const names = new Uint8Array(64).fill(0xaa);
        writeName(names, at, addressOf(ip, port));
        expect(readName(names, at)).toBe(addressOf(ip, port));
      }),
    );
  });
});
