/**
 * The seeded generator is sfc32 as published, so that a seed means the same run in any language; the
 * reference below is written from the algorithm's four lines with big numbers. What is drawn from a
 * generator is even.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/core/assert.ts';
import { fillRandom, type Random, randomBelow, SeededRandom } from '../../src/core/random.ts';

const WORD = 1n << 32n;

/** sfc32: tmp = a + b + counter++; a = b ^ b>>9; b = c + (c<<3); c = rotl(c, 21) + tmp. */
function* reference(seed: bigint, stream: bigint): Generator<number> {
  let a = stream % WORD;
  let b = seed % WORD;
  let c = (seed / WORD) % WORD;
  let counter = 1n;
  for (let i = 0; ; i++) {
    const output = (a + b + counter) % WORD;
    counter = (counter + 1n) % WORD;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) % WORD;
    c = ((((c << 21n) % WORD) | (c >> 11n)) + output) % WORD;
    if (i >= 12) yield Number(output);
  }
}

/** A generator that plays back what it was given. */
function playing(...numbers: number[]): Random {
  return { uint32: () => numbers.shift()! };
}

describe('the seeded generator', () => {
  test('is sfc32 with its twelve rounds of warming up', () => {
    const seed = fc.oneof(fc.nat(), fc.maxSafeNat());
    const stream = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(seed, stream, (seed, stream) => {
        const random = new SeededRandom(seed, stream);
        const expected = reference(BigInt(seed), BigInt(stream));
        const numbers = Array.from({ length: 200 }, () => random.uint32());
        expect(numbers).toEqual(Array.from({ length: 200 }, () => expected.next().value));
      }),
      { seed: 1 },
    );
  });

  test('tells apart all seeds up to 2^53 and all streams; stream 0 is none', () => {
    const first = (seed: number, stream?: number) => new SeededRandom(seed, stream).uint32();
    expect(first(7)).toBe(first(7, 0));
    const seeds = [0, 1, 2, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
    expect(new Set(seeds.map((seed) => first(seed))).size).toBe(seeds.length);
    const streams = seeds.filter((seed) => seed < 2 ** 32);
    expect(new Set(streams.map((stream) => first(1, stream))).size).toBe(streams.length);
  });

  test('gives numbers of 32 bits whose every bit is even', () => {
    const random = new SeededRandom(2);
    const ones = new Array<number>(32).fill(0);
    const rounds = 20_000;
    for (let i = 0; i < rounds; i++) {
      const bits = random.uint32();
      if (bits !== bits >>> 0) expect.fail(`${bits} is not of 32 bits`);
      for (let bit = 0; bit < 32; bit++) ones[bit] += (bits >>> bit) & 1;
    }
    // Five standard deviations of 20,000 fair coins are 354.
    for (const count of ones) expect(Math.abs(count - rounds / 2)).toBeLessThan(354);
  });
});

describe('a number below a limit', () => {
  test.each([2, 3, 6, 7, 10, 100, 255])('is even over all %i of them', (limit) => {
    const random = new SeededRandom(limit);
    const rounds = 1000 * limit;
    const counts = new Array<number>(limit).fill(0);
    for (let i = 0; i < rounds; i++) counts[randomBelow(random, limit)]++;
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // Mean limit - 1, variance twice that: five standard deviations and some for the skew.
    expect(chiSquared).toBeLessThan(limit - 1 + 5 * Math.sqrt(2 * (limit - 1)) + 10);
    expect(Math.min(...counts)).toBeGreaterThan(800);
  });

  test('draws again in the tail of the range that would be uneven', () => {
    // 2^32 = 3 * 1431655765 + 1: the last number alone is one too many.
    expect(randomBelow(playing(0xffffffff, 5), 3)).toBe(2);
    expect(randomBelow(playing(0xfffffffe), 3)).toBe(2);
    // Of a limit above 2^31 nearly half of the range is tail.
    expect(randomBelow(playing(0x80000001, 0xffffffff, 9), 0x80000001)).toBe(9);
    expect(randomBelow(playing(0x80000000), 0x80000001)).toBe(0x80000000);
  });

  test('may be any limit from 1 to 2^32', () => {
    expect(randomBelow(playing(0xffffffff), 1)).toBe(0);
    expect(randomBelow(playing(0xffffffff), 2 ** 32)).toBe(0xffffffff);
    expect(randomBelow(playing(0xffffffff), 2 ** 31)).toBe(0x7fffffff);
    for (const limit of [0, -1, 2 ** 32 + 1, Number.NaN, Infinity]) {
      expect(() => randomBelow(playing(1), limit)).toThrow(InvariantError);
    }
  });
});

describe('filling bytes', () => {
  test('touches exactly those that it should', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(12), (start, length) => {
        const bytes = new Uint8Array(30).fill(7);
        fillRandom({ uint32: () => 0xa3a2a1a0 }, bytes, start, start + length);
        const expected = Array.from({ length }, (_, i) => 0xa0 + (i % 4));
        expect([...bytes]).toEqual([
          ...new Array(start).fill(7),
          ...expected,
          ...new Array(30 - start - length).fill(7),
        ]);
      }),
      { seed: 3 },
    );
  });

  test('draws once for four bytes', () => {
    let draws = 0;
    const random = { uint32: () => draws++ };
    fillRandom(random, new Uint8Array(20), 0, 20);
    expect(draws).toBe(5);
    fillRandom(random, new Uint8Array(20), 3, 3);
    expect(draws).toBe(5);
  });
});
