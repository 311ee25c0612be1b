/** Addresses: every way of writing one leads back to the same number, and scope says where it counts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressOf,
  COMPACT_ADDRESS_BYTES,
  formatAddress,
  formatIp,
  ipOf,
  isLoopback,
  meaningfulTo,
  parseIp,
  portOf,
  readAddress,
  Scope,
  scopeAt,
  scopeOf,
  writeAddress,
} from '../../src/core/address.ts';

const octet = fc.integer({ min: 0, max: 255 });
const quad = fc.tuple(octet, octet, octet, octet);
const ip = fc.integer({ min: 0, max: 0xffffffff });
const port = fc.integer({ min: 0, max: 0xffff });
const at = (text: string, atPort = 6881) => addressOf(parseIp(text), atPort);

describe('an address', () => {
  test('gives back the ip and the port it was made of', () => {
    fc.assert(
      fc.property(ip, port, (ip, port) => {
        const address = addressOf(ip, port);
        expect([ipOf(address), portOf(address)]).toEqual([ip, port]);
        expect(BigInt(address)).toBe((BigInt(ip) << 16n) | BigInt(port));
      }),
      { seed: 1 },
    );
  });

  test('is six big-endian bytes on the wire, and the bytes around them are left alone', () => {
    fc.assert(
      fc.property(quad, port, fc.nat(9), (quad, port, offset) => {
        const bytes = new Uint8Array(20).fill(0xa5);
        const address = addressOf(parseIp(quad.join('.')), port);
        writeAddress(bytes, offset, address);
        const expected = new Uint8Array(20).fill(0xa5);
        expected.set([...quad, port >> 8, port & 255], offset);
        expect(bytes).toEqual(expected);
        expect(readAddress(bytes, offset)).toBe(address);
      }),
      { seed: 2 },
    );
    expect(COMPACT_ADDRESS_BYTES).toBe(6);
  });

  test('any six bytes are an address that is written as the same six bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const back = new Uint8Array(6);
        writeAddress(back, 0, readAddress(bytes, 0));
        expect(back).toEqual(bytes);
      }),
      { seed: 3 },
    );
  });

  test('is shown as ip:port', () => {
    expect(formatAddress(addressOf(0x7f000001, 6881))).toBe('127.0.0.1:6881');
    expect(formatAddress(addressOf(0xffffffff, 65535))).toBe('255.255.255.255:65535');
    expect(formatAddress(addressOf(0, 0))).toBe('0.0.0.0:0');
  });
});

describe('a dotted quad', () => {
  test('is read and shown alike', () => {
    fc.assert(
      fc.property(quad, (quad) => {
        const text = quad.join('.');
        const ip = parseIp(text);
        expect(ip).toBe(quad.reduce((value, octet) => value * 256 + octet, 0));
        expect(formatIp(ip)).toBe(text);
      }),
      { seed: 4 },
    );
  });

  test.each([
    ['', '1', '1.2', '1.2.3', '1.2.3.4.5', '1.2.3.4.', '.1.2.3.4', '1..2.3', '...', '1.2.3.'],
    ['256.1.1.1', '1.2.3.256', '1.2.3.1000', '99999999999.1.1.1'],
    ['01.2.3.4', '1.2.3.00', '1.2.3.04', '0x7f.0.0.1', '0177.0.0.1', '127.1', '2130706433'],
    [' 1.2.3.4', '1.2.3.4 ', '1.2.3.4\n', '1. 2.3.4', '-1.2.3.4', '+1.2.3.4', '1e1.2.3.4'],
    ['a.b.c.d', '1.2.3.٤', '::1', '::ffff:1.2.3.4', '1,2,3,4', '1.2.3.4:80', '/1.2.3.4'],
  ])('is refused when malformed: %j and others', (...malformed) => {
    for (const text of malformed) expect(parseIp(text), JSON.stringify(text)).toBe(-1);
  });

  test('is what the grammar says it is, and nothing else', () => {
    const grammar = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]\d|\d)(?:\.(?!$)|$)){4}$/;
    const text = fc.string({ unit: fc.constantFrom(...'0012255.. a'), maxLength: 16 });
    const nearly = fc
      .tuple(quad, fc.nat(15), fc.constantFrom('', '0', '.', '9', ' '))
      .map(([quad, at, extra]) => {
        const text = quad.join('.');
        return text.slice(0, at) + extra + text.slice(at + 1);
      });
    fc.assert(
      fc.property(fc.oneof(text, nearly), (text) => {
        expect(parseIp(text) >= 0).toBe(grammar.test(text));
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});

describe('scope', () => {
  test.each([
    ['0.0.0.0', Scope.unusable],
    ['0.255.255.255', Scope.unusable],
    ['1.0.0.0', Scope.public],
    ['9.255.255.255', Scope.public],
    ['10.0.0.0', Scope.private],
    ['10.255.255.255', Scope.private],
    ['11.0.0.0', Scope.public],
    ['100.63.255.255', Scope.public],
    ['100.64.0.0', Scope.private],
    ['100.127.255.255', Scope.private],
    ['100.128.0.0', Scope.public],
    ['126.255.255.255', Scope.public],
    ['127.0.0.0', Scope.loopback],
    ['127.255.255.255', Scope.loopback],
    ['128.0.0.0', Scope.public],
    ['169.253.255.255', Scope.public],
    ['169.254.0.0', Scope.linkLocal],
    ['169.254.255.255', Scope.linkLocal],
    ['169.255.0.0', Scope.public],
    ['172.15.255.255', Scope.public],
    ['172.16.0.0', Scope.private],
    ['172.31.255.255', Scope.private],
    ['172.32.0.0', Scope.public],
    ['192.167.255.255', Scope.public],
    ['192.168.0.0', Scope.private],
    ['192.168.255.255', Scope.private],
    ['192.169.0.0', Scope.public],
    ['223.255.255.255', Scope.public],
    ['224.0.0.0', Scope.unusable],
    ['255.255.255.255', Scope.unusable],
  ])('of %s is %i', (text, scope) => {
    expect(scopeOf(at(text, 1))).toBe(scope);
    expect(scopeOf(at(text, 65535))).toBe(scope);
    expect(isLoopback(at(text))).toBe(scope === Scope.loopback);
  });

  test('of port 0 is that of no node, wherever it is', () => {
    fc.assert(
      fc.property(ip, (ip) => {
        expect(scopeOf(addressOf(ip, 0))).toBe(Scope.unusable);
      }),
      { seed: 6 },
    );
  });

  test('of a number beyond IPv4 is that of no node', () => {
    for (const beyond of [2 ** 48, 2 ** 48 + 6881, 2 ** 50 + 1, 127 * 2 ** 48]) {
      expect(scopeOf(beyond)).toBe(Scope.unusable);
      expect(isLoopback(beyond)).toBe(false);
    }
  });
});

test('the scope of a compact address is that of the address', () => {
  const firsts = fc.constantFrom(0, 1, 10, 100, 127, 169, 172, 192, 223, 224, 255);
  const seconds = fc.constantFrom(0, 15, 16, 31, 32, 63, 64, 127, 128, 168, 254);
  const ports = fc.constantFrom(0, 1, 255, 256, 0xffff);
  fc.assert(
    fc.property(firsts, seconds, ports, fc.nat(5), (first, second, port, offset) => {
      const address = addressOf(first * 0x1000000 + second * 0x10000, port);
      const bytes = new Uint8Array(offset + COMPACT_ADDRESS_BYTES);
      writeAddress(bytes, offset, address);
      expect(scopeAt(bytes, offset)).toBe(scopeOf(address));
    }),
    { seed: 2, numRuns: 500 },
  );
});

describe('an address is passed on', () => {
  const loopback = at('127.0.0.1');
  const linkLocal = at('169.254.7.7');
  const home = at('192.168.1.2');
  const anywhere = at('8.8.4.4');
  const nowhere = at('224.0.0.1');

  test.each([
    ['loopback', loopback, [true, true, true, true]],
    ['link-local', linkLocal, [false, true, true, true]],
    ['private', home, [false, false, true, true]],
    ['public', anywhere, [false, false, false, true]],
  ])('to and from a %s node only where it means the same', (_, peer, expected) => {
    const addresses = [loopback, linkLocal, home, anywhere];
    expect(addresses.map((address) => meaningfulTo(peer, address))).toEqual(expected);
  });

  test('never when nobody can live there', () => {
    for (const peer of [loopback, linkLocal, home, anywhere, nowhere]) {
      expect(meaningfulTo(peer, nowhere)).toBe(false);
      expect(meaningfulTo(peer, at('8.8.4.4', 0))).toBe(false);
      expect(meaningfulTo(peer, at('0.0.0.0'))).toBe(false);
    }
  });
});
