/** Bloom filters of BEP 33, against its vectors. */
import { describe, expect, test } from 'vitest';
import {
  insertIp,
  ipBytes,
  join,
  mayHold,
  newFilter,
  zeroBits,
} from '../../../src/mainline/stored/scrape.ts';
import { at, hex, sha1 } from '../small-world.ts';

const v6 = (tail: number, host = true): Uint8Array => {
  const ip = new Uint8Array(16);
  ip.set([0x20, 0x01, 0x0d, 0xb8]);
  if (host) ip.set([tail >> 8, tail & 255], 14);
  return ip;
};

function filterOf(...ips: Uint8Array[]): Uint8Array {
  const filter = newFilter();
  for (const ip of ips) insertIp(filter, ip, sha1);
  return filter;
}

const bytesSet = (filter: Uint8Array) =>
  [...filter.entries()]
    .filter(([, byte]) => byte !== 0)
    .map(([i, byte]) => `${i}:${byte.toString(16).padStart(2, '0')}`);

const four = Array.from({ length: 256 }, (_, n) => ipBytes(at(`192.0.2.${n}`)));
const six = Array.from({ length: 1000 }, (_, n) => v6(n));

describe('a filter', () => {
  test.each<[string, Uint8Array, string[]]>([
    ['192.168.1.1', ipBytes(at('192.168.1.1')), ['213:80', '228:80']],
    ['192.0.2.1', ipBytes(at('192.0.2.1')), ['30:08', '231:80']],
    ['203.0.113.7', ipBytes(at('203.0.113.7')), ['139:04', '173:40']],
    ['2001:db8::1', v6(1), ['148:80', '154:80']],
    ['2001:db8::', v6(0), ['10:80', '61:01']],
  ])('of %s', (_, ip, set) => {
    expect(bytesSet(filterOf(ip))).toEqual(set);
    expect(zeroBits(filterOf(ip))).toBe(2046);
  });

  test('of 192.0.2.0 to 255, of 2001:db8:: to 3e7, and both joined: the BEP’s own', () => {
    const [a, b] = [filterOf(...four), filterOf(...six)];
    expect([zeroBits(a), hex(sha1(a))]).toEqual([1592, '2fd1df2da10c73e939956ba59de10963b001558d']);
    expect([zeroBits(b), hex(sha1(b))]).toEqual([788, '4857679a13015932fa802b9a0a92a4ee98fccddc']);
    join(a, b, 0);
    expect([zeroBits(a), hex(sha1(a))]).toEqual([619, 'e4dabf3c822dcd0030ee21df8369bfef2594b52b']);
  });

  test('holds what was put in, and surely not what cannot be', () => {
    const filter = filterOf(...four);
    expect(four.every((ip) => mayHold(filter, ip, sha1))).toBe(true);
    expect(six.filter((ip) => mayHold(filter, ip, sha1)).length).toBeLessThan(120);
    expect(mayHold(newFilter(), four[0], sha1)).toBe(false);
  });
});
