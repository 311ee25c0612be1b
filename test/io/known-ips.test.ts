import { expect, test } from 'vitest';
import { formatIp } from '../../src/core/address.ts';
import { KnownIps } from '../../src/io/known-ips.ts';

test('IPs are the same as numbers and as text, also when more were met than are remembered', () => {
  const known = new KnownIps();
  const ips = Array.from({ length: 40_000 }, (_, i) => i * 1000);
  expect(ips.map((ip) => known.hostOf(ip))).toEqual(ips.map(formatIp));
  expect(ips.map((ip) => known.ipOf(formatIp(ip)))).toEqual(ips);
  expect(known.hostOf(0x7f000001)).toBe('127.0.0.1');
  expect(known.ipOf('255.255.255.255')).toBe(0xffffffff);
});
