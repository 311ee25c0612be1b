import { describe, expect, it } from 'vitest';
import { decimalOf, decimalText } from '../../../src/ring/resp/decimal.ts';

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('a number with a fraction', () => {
  it.each([
    ['10.50', 10.5],
    ['-3', -3],
    ['+1e3', 1000],
    ['.5', 0.5],
    ['5.', 5],
    ['inf', Infinity],
    ['-INF', -Infinity],
    ['', null],
    [' 1', null],
    ['1 ', null],
    ['0x10', null],
    ['nan', null],
    ['1.2.3', null],
    ['abc', null],
  ])('is read: %s', (text, value) => {
    expect(decimalOf(bytes(text))).toBe(value);
  });

  it.each([
    [10.5 + 0.1, '10.6'],
    [5.0e3 + 2.0e2, '5200'],
    [3, '3'],
    [-0.5, '-0.5'],
    [1e-7, '0.0000001'],
    [1e22, '10000000000000000000000'],
  ])('is written without trailing zeros or exponent: %f', (value, text) => {
    expect(decimalText(value)).toBe(text);
  });
});
