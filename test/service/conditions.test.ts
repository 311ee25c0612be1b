import { describe, expect, test } from 'vitest';
import {
  cacheControl,
  conditionOf,
  isKnown,
  spanOf,
  ttlMsOf,
} from '../../src/service/conditions.ts';

const VERSION = '0123456789abcdef'.repeat(2);

describe('what HTTP says is what the ring does', () => {
  test('about versions', () => {
    expect(conditionOf(undefined, undefined)).toEqual({});
    expect(conditionOf(undefined, '*')).toEqual({ absent: true });
    expect(conditionOf('*', undefined)).toEqual({ present: true });
    expect(conditionOf(`"${VERSION}"`, undefined)).toEqual({ version: VERSION });
    expect(conditionOf(`"abc", "${VERSION}"`, undefined)).toEqual({ version: VERSION });
    expect(() => conditionOf('"abc"', undefined)).toThrow('no version of this ring');
    expect(() => conditionOf(`W/"${VERSION}"`, undefined)).toThrow('no version of this ring');
    expect(() => conditionOf(`"${VERSION}", "${'0'.repeat(32)}"`, undefined)).toThrow('takes one');
    expect(() => conditionOf('*', '*')).toThrow('exclude each other');
    expect(() => conditionOf(undefined, `"${VERSION}"`)).toThrow('no other');
    expect(isKnown(`"x", W/"${VERSION}"`, VERSION)).toBe(true);
    expect(isKnown('*', VERSION)).toBe(true);
    expect(isKnown('"x"', VERSION)).toBe(false);
    expect(isKnown(undefined, VERSION)).toBe(false);
  });

  test.each([
    ['BYTES=2-5', 2, 6],
    ['bytes=0-0', 0, 1],
    ['bytes=2-5', 2, 6],
    ['bytes=2-', 2, 10],
    ['bytes=-3', 7, 10],
    ['bytes=-30', 0, 10],
    ['bytes=8-99', 8, 10],
  ])('about parts: %s', (range, from, to) => {
    expect(spanOf(range, 10)).toEqual({ from, to });
  });

  test.each([undefined, 'bytes=-', 'bytes=5-2', 'bytes=1-2,4-5', 'lines=1-2', 'bytes=x'])(
    'nothing of %s',
    (range) => {
      expect(spanOf(range, 10)).toBeNull();
    },
  );

  test.each(['bytes=10-', 'bytes=-0', 'bytes=99-100'])('that %s is not there', (range) => {
    expect(() => spanOf(range, 10)).toThrow('the value has 10 bytes');
  });

  test('about times', () => {
    expect(cacheControl(null, 0)).toBe('no-cache');
    expect(cacheControl(5999, 1000)).toBe('max-age=4');
    expect(cacheControl(500, 1000)).toBe('max-age=0');
    expect(ttlMsOf(undefined)).toBeUndefined();
    expect(ttlMsOf('1.5')).toBe(1500);
    for (const wrong of ['', '0', '-1', 'x', '1e99', 'Infinity']) {
      expect(() => ttlMsOf(wrong), wrong).toThrow('"ttl" expected');
    }
  });
});
