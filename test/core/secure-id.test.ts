/** BEP 42's rule against its own vectors, and against a plain restatement over all residues. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, networkOf, parseIp, parseIp6 } from '../../src/core/address.ts';
import { parseId } from '../../src/core/id.ts';
import { SeededRandom } from '../../src/core/random.ts';
import { crc32c, isSecureId, secureIdFor, securePrefix } from '../../src/core/secure-id.ts';

const at = (ip: string, port = 6881) => addressOf(parseIp(ip), port);
const hex = (value: number) => value.toString(16).padStart(8, '0');
const secure = (ip: string, id: string) => isSecureId(parseId(id), 0, at(ip));

describe('BEP 42', () => {
  test('the checksum is CRC32C', () => {
    expect(hex(crc32c(new TextEncoder().encode('123456789'), 9))).toBe('e3069283');
  });

  test.each([
    ['124.31.75.21', 1, '5fbfbdb2'],
    ['21.75.31.124', 86, '5a3ce9b0'],
    ['65.23.51.170', 22, 'a5d4344a'],
    ['84.124.73.14', 65, '1b03217b'],
    ['43.213.53.83', 90, 'e56f6972'],
  ])('the prefix of %s with r %i', (ip, r, prefix) => {
    expect(hex(securePrefix(at(ip), r))).toBe(prefix);
  });

  test.each([
    ['2001:db8::1', '7c89c9bd 7189ac24 6689028f 6b896716 48885fd9 45883a40 528894eb 5f88f172'],
    [
      '2a02:908:1234:5678::1',
      '7d1e51df 701e3446 671e9aed 6a1eff74 491fc7bb 441fa222 531f0c89 5e1f6910',
    ],
  ])('the eight prefixes of %s', (ip, prefixes) => {
    const address = addressOf(parseIp6(ip), 6881);
    const found = Array.from({ length: 8 }, (_, r) => hex(securePrefix(address, r)));
    expect(found).toEqual(prefixes.split(' '));
  });

  test('of IPv6 the first half counts, and local networks are exempt', () => {
    const id = parseId('0a8ad123be84e16cd6ae529049f1f1bbe9ebb304');
    const holds = (ip: string) => isSecureId(id, 0, addressOf(parseIp6(ip), 1));
    expect(holds('2001:b829:2123:be84:e16c:d6ae:5290:49f1')).toBe(true);
    expect(holds('2001:b829:2123:be84::7')).toBe(true);
    expect(holds('2001:b829:2123:be85::7')).toBe(false);
    for (const ip of ['::1', 'fe80::1', 'fd00::1', 'fec0::1']) expect(holds(ip)).toBe(true);
  });

  test('one address has eight prefixes', () => {
    const prefixes = Array.from({ length: 8 }, (_, r) => hex(securePrefix(at('203.0.113.7'), r)));
    expect(prefixes).toEqual(
      'ad632ce1 7a46386a 06c57306 d1e0678d ffc3e5de 28e6f155 5465ba39 8340aeb2'.split(' '),
    );
  });

  test.each([
    ['124.31.75.21', '5fbfbff10c5d6a4ec8a88e4c6ab4c28b95eee401'],
    ['21.75.31.124', '5a3ce9c14e7a08645677bbd1cfe7d8f956d53256'],
    ['65.23.51.170', 'a5d43220bc8f112a3d426c84764f8c2a1150e616'],
    ['84.124.73.14', '1b0321dd1bb1fe518101ceef99462b947a01ff41'],
    ['43.213.53.83', 'e56f6cbf5b7c4be0237986d5243b87aa6d51305a'],
    ['65.23.51.170', 'a5d43620bc8f112a3d426c84764f8c2a1150e616'], // differs below bit 21 only
    ['10.213.53.83', 'e56f6cbf5b7c4be0237986d5243b87aa6d51305a'], // local
    ['192.168.53.83', 'e56f6cbf5b7c4be0237986d5243b87aa6d51305a'],
    ['127.0.0.1', 'e56f6cbf5b7c4be0237986d5243b87aa6d51305a'],
  ])('%s may have %s', (ip, id) => {
    expect(secure(ip, id)).toBe(true);
  });

  test.each([
    ['21.75.31.124', '5a3ce1c14e7a08645677bbd1cfe7d8f956d53256'],
    ['43.213.53.83', 'e56f6cbf5b7c4be0237986d5243b87aa6d51303e'],
    ['12.213.53.83', 'e56f6cbf5b7c4be0237986d5243b87aa6d51305a'],
  ])('%s may not have %s', (ip, id) => {
    expect(secure(ip, id)).toBe(false);
  });

  test('what is made for an address holds for it, whatever the port, and for hardly any other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0x01000000, max: 0x09ffffff }), fc.nat(), (ip, seed) => {
        const id = new Uint8Array(20);
        secureIdFor(addressOf(ip, 1), new SeededRandom(seed, 0), id);
        expect(isSecureId(id, 0, addressOf(ip, 6881))).toBe(true);
        id[0] ^= 1;
        expect(isSecureId(id, 0, addressOf(ip, 6881))).toBe(false);
      }),
    );
  });

  test('a random id is right for a public address once in 2^21', () => {
    const random = new SeededRandom(7, 0);
    const id = new Uint8Array(20);
    let right = 0;
    for (let i = 0; i < 20_000; i++) {
      for (let at = 0; at < 20; at++) id[at] = random.uint32();
      if (isSecureId(id, 0, addressOf(0x05000000 + i * 4001, 1))) right++;
    }
    expect(right).toBeLessThanOrEqual(1);
  });
});

test('a network is a /24', () => {
  expect(networkOf(at('5.6.7.8', 1))).toBe(networkOf(at('5.6.7.255', 9)));
  expect(networkOf(at('5.6.7.8'))).not.toBe(networkOf(at('5.6.8.8')));
});
