/** Against the engine's own functions, which are right to the last bit or two, and known values. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exponential, gamma, naturalLog, power } from '../../../src/lab/life/logarithm.ts';

/** Numbers of every size: what a run may meet and far beyond. */
const positive = fc
  .tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -300, max: 300 }))
  .map(([mantissa, exponent]) => mantissa * 2 ** exponent);

function isClose(value: number, right: number, digits = 14): boolean {
  return Math.abs(value - right) <= Math.max(1, Math.abs(right)) * 10 ** -digits;
}

describe('logarithms and powers', () => {
  test('are those of the engine, to 14 digits', () => {
    fc.assert(fc.property(positive, (x) => isClose(naturalLog(x), Math.log(x))));
    // The rest that is left of x loses as many digits as x has before the point.
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) =>
        isClose(exponential(x) / Math.exp(x), 1, 12),
      ),
    );
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.double({ min: -5, max: 5, noNaN: true }),
        (x, y) => isClose(power(x, y) / x ** y, 1, 12),
      ),
    );
  });

  test('are exact where that is easy', () => {
    expect([naturalLog(1), exponential(0), power(0, 0.3), power(7, 0)]).toEqual([0, 1, 0, 1]);
    expect([exponential(-1000), exponential(1000)]).toEqual([0, Infinity]);
    expect(exponential(-740)).toBeGreaterThan(0);
  });

  test('have the same bits on every engine: these are the bits', () => {
    const bits = (x: number) => Buffer.from(new Float64Array([x]).buffer).toString('hex');
    const values = [0.1, 0.37, 3.3, 1e9].map((x) => bits(naturalLog(x)) + bits(power(x, 1 / 0.34)));
    expect(values).toMatchInlineSnapshot(`
      [
        "1555b5bbb16b02c02b3e6077adc2523f",
        "b889bf24ead0efbf8ebaacba107fab3f",
        "77c740724e1af33f1d2f5d60f6bf4040",
        "b8ff2bf327b93440d648acab5f8e6e45",
      ]
    `);
  });

  test('of nothing and less there are none', () => {
    for (const x of [0, -1, Infinity, Number.NaN]) expect(() => naturalLog(x)).toThrow();
  });
});

describe('gamma', () => {
  test('is the factorial of the number before, and √π at a half', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      expect(isClose(gamma(n) / factorial, 1, 11)).toBe(true);
      factorial *= n;
    }
    expect(isClose(gamma(0.5), Math.sqrt(Math.PI), 11)).toBe(true);
    expect(() => gamma(0)).toThrow();
    expect(() => gamma(101)).toThrow();
  });

  test('of x + 1 is x times that of x', () => {
    const x = fc.double({ min: 0.05, max: 60, noNaN: true });
    fc.assert(fc.property(x, (x) => isClose(gamma(x + 1) / (x * gamma(x)), 1, 11)));
  });
});
