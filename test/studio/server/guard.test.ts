/** Who is let in: hosts, origins, tokens and rates, each with what must be kept out. */
import { describe, expect, test } from 'vitest';
import {
  bearerOf,
  isHostAllowed,
  isOriginAllowed,
  isToken,
  RateLimit,
} from '../../../src/studio/server/guard.ts';

describe('the Host header', () => {
  test.each([
    '127.0.0.1:8467',
    '127.0.0.1',
    'localhost',
    'LOCALHOST:1',
    '[::1]:8467',
    '192.168.1.4:80',
    'nas.example:99',
  ])('%s is let in', (host) => {
    expect(isHostAllowed(host, 'nas.example')).toBe(true);
  });

  test.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example:8467',
    '127.0.0.1.evil.example',
    'evil.example@127.0.0.1',
    '127.0.0.1:80:80',
    '[::1',
    'localhost/',
  ])('%s is kept out', (host) => {
    expect(isHostAllowed(host, '127.0.0.1')).toBe(false);
  });
});

test('an Origin is the server itself, or there is none', () => {
  expect(isOriginAllowed(undefined, 'localhost:1')).toBe(true);
  expect(isOriginAllowed('http://localhost:1', 'localhost:1')).toBe(true);
  expect(isOriginAllowed('https://localhost:1', 'localhost:1')).toBe(true);
  for (const origin of ['null', 'http://localhost:2', 'http://evil.example', '', 'file://']) {
    expect(isOriginAllowed(origin, 'localhost:1')).toBe(false);
  }
});

test('a token is the token, whole; without one nobody has it', () => {
  expect(isToken('geheimnis', 'geheimnis')).toBe(true);
  for (const given of ['', 'geheimni', 'geheimnis ', 'GEHEIMNIS', 'geheimnisgeheimnis']) {
    expect(isToken(given, 'geheimnis')).toBe(false);
  }
  expect(isToken('', '')).toBe(false);
  expect(isToken('', undefined)).toBe(false);
  expect(isToken('undefined', undefined)).toBe(false);
});

test('a bearer token is read from its header', () => {
  expect(bearerOf('Bearer abc')).toBe('abc');
  expect(bearerOf('bearer   abc ')).toBe('abc');
  for (const header of [undefined, '', 'Basic abc', 'Bearer', 'Bearer a b']) {
    expect(bearerOf(header)).toBe('');
  }
});

describe('a rate', () => {
  test('lets so many through at once, and then so many per second', () => {
    const rate = new RateLimit(10, 3);
    const take = (atMs: number) => rate.take('a', atMs);
    expect([take(0), take(0), take(0), take(0)]).toEqual([true, true, true, false]);
    expect([take(99), take(100), take(100)]).toEqual([false, true, false]);
    expect([take(10_000), take(10_000), take(10_000), take(10_000)].filter(Boolean)).toHaveLength(
      3,
    );
  });

  test('is kept for each name, and does not run backwards', () => {
    const rate = new RateLimit(1, 1);
    expect([rate.take('a', 5), rate.take('b', 5), rate.take('a', 4)]).toEqual([true, true, false]);
  });

  test('remembers a bounded number of names', () => {
    const rate = new RateLimit(1, 1);
    rate.take('first', 0);
    for (let i = 0; i < 4096; i++) rate.take(`n${i}`, 0);
    expect(rate.take('first', 0)).toBe(true);
  });
});
