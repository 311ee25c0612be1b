import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import {
  addresses,
  duration,
  endpoint,
  endpoints,
  id,
  infoHash,
  oneOf,
  peerPort,
  port,
  wholeNumberIn,
} from '../../src/cli/arguments.ts';

const HASH = '0123456789abcdef0123456789abcdef01234567';

describe('what people type', () => {
  test.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['20 min', 1_200_000],
    ['10 s', 10_000],
    ['1d', 86_400_000],
    ['7', 7000],
  ])('duration %s is %i ms', (text, expected) => {
    expect(duration(text)).toBe(expected);
  });

  test.each(['', 's', '-1s', '0s', '10  s', '1y', '1e3s', '9999999h', 'NaN'])(
    'duration "%s" is refused',
    (text) => {
      expect(() => duration(text)).toThrow(InvalidArgumentError);
    },
  );

  test.each(['', '-1', '65536', '1.5', '0x10', ' 1', '1e3', 'abc'])(
    'port "%s" is refused',
    (text) => {
      expect(() => port(text)).toThrow(/0\.\.65535/);
    },
  );

  test('port 0 is a local port, and no peer listens on it', () => {
    expect(port('0')).toBe(0);
    expect(port('65535')).toBe(65535);
    expect(() => peerPort('0')).toThrow(/1\.\.65535/);
    expect(wholeNumberIn(3, 5)('4')).toBe(4);
  });

  test('an info-hash is 40 hexadecimal digits, alone or in a magnet link', () => {
    expect(infoHash(HASH.toUpperCase())).toBe(HASH);
    expect(infoHash(`magnet:?xt=urn:btih:${HASH}&dn=name`)).toBe(HASH);
    expect(infoHash(`magnet:?dn=name&xt=urn:btih:${HASH}`)).toBe(HASH);
  });

  test('magnet links have it in base32, and of version 2 as the beginning of a longer hash', () => {
    const btih = 'AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH';
    const hash = '0123456789abcdef0123456789abcdef01234567';
    expect(infoHash(`magnet:?xt=urn:btih:${btih}`)).toBe(hash);
    expect(infoHash(`magnet:?dn=x&xt=urn:btih:${btih.toLowerCase()}&tr=y`)).toBe(hash);
    const btmh = '12202d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
    expect(infoHash(`magnet:?xt=urn:btmh:${btmh}`)).toBe(btmh.slice(4, 44));
    expect(infoHash(`magnet:?xt=urn:btmh:${btmh}&xt=urn:btih:${hash}`)).toBe(hash);
    for (const short of [btih.slice(1), `${btih}A`, btih.replace('A', '1')]) {
      expect(() => infoHash(`magnet:?xt=urn:btih:${short}`)).toThrow(InvalidArgumentError);
    }
    expect(() => infoHash(`magnet:?xt=urn:btmh:1320${btmh.slice(4)}`)).toThrow(
      InvalidArgumentError,
    );
  });

  test.each(['', HASH.slice(1), `${HASH}0`, 'magnet:?dn=x', `${HASH.slice(1)}g`])(
    'info-hash "%s" is refused',
    (text) => {
      expect(() => infoHash(text)).toThrow(InvalidArgumentError);
      expect(() => id(text)).toThrow(InvalidArgumentError);
    },
  );

  test('endpoints are HOST:PORT, with a hint if need be, and pile up', () => {
    expect(endpoint('127.0.0.1:6881')).toBe('127.0.0.1:6881');
    expect(addresses('::1', addresses('127.0.0.1', undefined))).toEqual(['127.0.0.1', '::1']);
    expect(endpoint('[2001:db8::1]:6881')).toBe('[2001:db8::1]:6881');
    expect(endpoint('1.2.3.4@router.example:6881')).toBe('1.2.3.4@router.example:6881');
    expect(endpoints('b:2', endpoints('a:1', undefined))).toEqual(['a:1', 'b:2']);
    expect(endpoints('a:1', false)).toEqual(['a:1']);
  });

  test.each(['', 'host', 'host:', ':1', 'host:0', 'host:65536', 'a b:1', 'http://x:1', 'x@y:1'])(
    'endpoint "%s" is refused',
    (text) => {
      expect(() => endpoint(text)).toThrow(/HOST:PORT/);
    },
  );

  test('a choice is one of its words', () => {
    expect(oneOf('a', 'b')('b')).toBe('b');
    expect(() => oneOf('a', 'b')('c')).toThrow(/Expected a, b\./);
  });
});
