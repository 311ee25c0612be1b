import { expect, test } from 'vitest';
import { sha1, systemRandom } from '../../src/io/entropy.ts';

test('sha1 gives the digest of FIPS 180-4, as 20 bytes', () => {
  const digest = sha1(new TextEncoder().encode('abc'));
  expect(digest).toBeInstanceOf(Uint8Array);
  expect(Buffer.from(digest).toString('hex')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
});

test('sha1 reads only the view it is given', () => {
  const bytes = new TextEncoder().encode('xxabcxx');
  expect(Buffer.from(sha1(bytes.subarray(2, 5))).toString('hex')).toMatch(/^a9993e36/);
});

test('the system’s randomness is 32 bits wide and does not repeat when its pool is renewed', () => {
  const draws = Array.from({ length: 5000 }, () => systemRandom.uint32());
  let ever = 0;
  let always = 0xffffffff;
  for (const draw of draws) {
    expect(Number.isInteger(draw) && draw >= 0 && draw < 2 ** 32).toBe(true);
    ever |= draw;
    always &= draw;
  }
  expect(ever >>> 0).toBe(0xffffffff);
  expect(always).toBe(0);
  // Chance alone makes one pair equal in 350 runs, four pairs in 10^11.
  expect(new Set(draws).size).toBeGreaterThan(5000 - 4);
});
