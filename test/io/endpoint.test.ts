import { afterEach, describe, expect, test, vi } from 'vitest';
import { addressOf, formatAddress, parseIp, parseIp6 } from '../../src/core/address.ts';
import { parseEndpoint, resolveEndpoint, resolveHost } from '../../src/io/endpoint.ts';

// Names are resolved by this table, so that no test asks a name server.
const names: Record<string, string> = { 'router.test': '127.0.0.7' };
vi.mock('node:dns/promises', () => ({
  lookup: vi.fn(async (host: string) => {
    // As the real one: what is an IP of either family comes back as it is.
    if (host.includes(':')) return { address: host, family: 6 };
    const address = names[host];
    if (!address) throw Object.assign(new Error(`ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
    return { address, family: 4 };
  }),
}));

afterEach(() => {
  vi.clearAllMocks();
});

describe('an endpoint', () => {
  test('is a host and a port with a colon between them', () => {
    expect(parseEndpoint('router.test:6881', 'node')).toEqual({
      host: 'router.test',
      port: 6881,
      hint: -1,
    });
    expect(parseEndpoint('127.0.0.1:1', 'node').host).toBe('127.0.0.1');
  });

  test('may carry an address as a hint for its name', () => {
    expect(parseEndpoint('127.0.0.9@router.test:6881', 'node')).toEqual({
      host: 'router.test',
      port: 6881,
      hint: parseIp('127.0.0.9'),
    });
  });

  test('may carry one of IPv6, in brackets', () => {
    expect(parseEndpoint('[2001:db8::9]@router.test:6881', 'node')).toEqual({
      host: 'router.test',
      port: 6881,
      hint: parseIp6('2001:db8::9'),
    });
    const both = parseEndpoint('[2001:db8::9]@[2001:db8::8]:6881', 'node');
    expect(both).toMatchObject({ host: '2001:db8::8', hint: parseIp6('2001:db8::9') });
    expect(parseEndpoint('router.test:6881', 'node').hint).toBe(-1);
  });

  test('may be an object', () => {
    expect(parseEndpoint({ host: 'router.test', port: 5 }, 'node')).toMatchObject({ port: 5 });
  });

  test.each([
    ['', TypeError],
    ['router.test', TypeError],
    ['router.test:', TypeError],
    [':6881', TypeError],
    ['::1:6881', TypeError],
    ['a b:6881', TypeError],
    ['http://router.test:80', TypeError],
    ['router.test:x', TypeError],
    ['router.test:-1', TypeError],
    ['router.test:123456', TypeError],
    ['router.test:0', RangeError],
    ['router.test:65536', RangeError],
    ['1.2.3@router.test:6881', TypeError],
    ['[1:2]@router.test:6881', TypeError],
    ['[]@router.test:6881', TypeError],
    ['2001:db8::9@router.test:6881', TypeError],
    ['256.0.0.1@router.test:6881', TypeError],
    [null, TypeError],
    [6881, TypeError],
    [{ port: 1 }, TypeError],
    [{ host: 'router.test' }, TypeError],
    [{ host: 'router.test', port: 1.5 }, RangeError],
  ])('%j is none, and the message names the argument in one line', (value, kind) => {
    const parse = () => parseEndpoint(value as string, 'bootstrap[3]');
    expect(parse).toThrow(kind);
    expect(parse).toThrow(/^"bootstrap\[3\][^\n]*$/);
  });
});

describe('resolving', () => {
  test('a dotted quad asks no name server', async () => {
    const { lookup } = await import('node:dns/promises');
    expect(await resolveHost('127.0.0.1')).toBe(0x7f000001);
    expect(lookup).not.toHaveBeenCalled();
  });

  test('a name gives its IPv4 address', async () => {
    expect(formatAddress(await resolveEndpoint('router.test:6881', 'node'))).toBe('127.0.0.7:6881');
  });

  test.each(['nowhere.test', '::1'])(
    'a host without an IPv4 address (%s) is UNKNOWN_HOST, by name',
    async (host) => {
      await expect(resolveHost(host)).rejects.toMatchObject({
        code: 'UNKNOWN_HOST',
        message: `no IPv4 address is known for "${host}"`,
      });
    },
  );

  test('an address and its endpoint are the same thing', () => {
    expect(formatAddress(addressOf(parseIp('127.0.0.1'), 6881))).toBe('127.0.0.1:6881');
  });
});
