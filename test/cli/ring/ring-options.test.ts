import { describe, expect, test } from 'vitest';
import { keyOf, level, size, wire } from '../../../src/cli/ring/ring-options.ts';

describe('what people type', () => {
  test.each([
    ['0', 0],
    ['65536', 65_536],
    ['64k', 65_536],
    ['64K', 65_536],
    ['2kB', 2048],
    ['64M', 67_108_864],
    ['64MiB', 67_108_864],
    ['1g', 1_073_741_824],
  ])('%s is %i bytes', (text, bytes) => {
    expect(size(text)).toBe(bytes);
  });

  test.each(['', '-1', '1.5M', '64X', 'M', '9'.repeat(20), '99999999999999g'])(
    '%j is no size',
    (text) => {
      expect(() => size(text)).toThrow('Expected a number of bytes');
    },
  );

  test('levels and wires are the ones there are', () => {
    expect([level('one'), level('quorum'), level('all')]).toEqual(['one', 'quorum', 'all']);
    expect(() => level('two')).toThrow('Expected one, quorum, all.');
    expect(() => wire('packed')).toThrow('Expected seed, string, text.');
  });

  test('a key is a name unless it is said to be a hash', () => {
    expect(keyOf('aaf4', { hash: false })).toBe('aaf4');
    expect(keyOf('aaf4', { hash: true })).toEqual({ hash: 'aaf4' });
  });
});
