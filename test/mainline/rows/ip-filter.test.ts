/** The filter of IPs: never misses one that was put in, and hardly ever takes a new one for known. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, writeAddress } from '../../../src/core/address.ts';
import { hasBit, IP_WORDS, ipAt, ipBit, setBit } from '../../../src/mainline/rows/ip-filter.ts';

const ips = fc.integer({ min: 0, max: 0xffffffff });

test('every IP that was put in is found, signed or not', () => {
  fc.assert(
    fc.property(fc.array(ips, { maxLength: 100 }), (known) => {
      const words = new Uint32Array(IP_WORDS);
      for (const ip of known) setBit(words, ipBit(ip));
      for (const ip of known) expect(hasBit(words, ipBit(ip | 0))).toBe(true);
    }),
    { seed: 9 },
  );
});

test('with 40 neighbours in it five in six others are known to be new', () => {
  const words = new Uint32Array(IP_WORDS);
  for (let i = 0; i < 40; i++) setBit(words, ipBit(0x05010000 + i * 257));
  let isNew = 0;
  for (let i = 0; i < 6000; i++) if (!hasBit(words, ipBit(0x4e000000 + i * 7919))) isNew++;
  expect(isNew).toBeGreaterThan(4800);
});

test('an IP is read from a compact contact as it was written', () => {
  fc.assert(
    fc.property(ips, (ip) => {
      const bytes = new Uint8Array(10);
      writeAddress(bytes, 3, addressOf(ip, 6881));
      expect(ipAt(bytes, 3)).toBe(ip | 0);
    }),
    { seed: 9 },
  );
});
