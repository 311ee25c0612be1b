/** Write tokens: bound to an IP, a target, a node and a time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import { fillRandom, SeededRandom } from '../../../src/core/random.ts';
import { SipHash } from '../../../src/core/siphash.ts';
import { TOKEN_BYTES } from '../../../src/mainline/krpc/fields.ts';
import { TOKEN_SECRET_MS, Tokens } from '../../../src/mainline/stored/tokens.ts';
import { at, hex, idOf, sha1 } from '../small-world.ts';

const TARGET = idOf('77');
const OTHER = idOf('78');
const ME = at('5.6.7.8', 1000);

function tokens(seed = 1): Tokens {
  return new Tokens(new SeededRandom(seed), sha1);
}

function accepts(
  its: Tokens,
  now: number,
  token: Uint8Array,
  { tenant = 1, from = ME as Address, target = TARGET } = {},
): boolean {
  return its.valid(now, tenant, from, target, 0, token, 0, token.length);
}

describe('a token', () => {
  test('is good for the IP, target and node it was made for, and nobody else', () => {
    const its = tokens();
    const token = its.issue(0, 1, ME, TARGET, 0).slice();
    expect(token.length).toBe(TOKEN_BYTES);
    expect(accepts(its, 0, token)).toBe(true);
    expect(accepts(its, 0, token, { from: at('5.6.7.8', 2) })).toBe(true);
    expect(accepts(its, 0, token, { from: at('5.6.7.9', 1000) })).toBe(false);
    expect(accepts(its, 0, token, { target: OTHER })).toBe(false);
    expect(accepts(its, 0, token, { tenant: 2 })).toBe(false);
    expect(accepts(tokens(2), 0, token)).toBe(false);
  });

  test('is checked to its last bit and its length', () => {
    const its = tokens();
    const token = its.issue(0, 1, ME, TARGET, 0).slice();
    for (let bit = 0; bit < TOKEN_BYTES * 8; bit++) {
      const forged = token.slice();
      forged[bit >>> 3] ^= 1 << (bit & 7);
      expect(accepts(its, 0, forged)).toBe(false);
    }
    expect(accepts(its, 0, token.slice(0, 7))).toBe(false);
    expect(accepts(its, 0, Uint8Array.of(...token, 0))).toBe(false);
    expect(accepts(its, 0, new Uint8Array(0))).toBe(false);
  });

  test('is found at an offset, among other bytes', () => {
    const its = tokens();
    const bytes = Uint8Array.of(9, 9, 9, ...its.issue(0, 1, ME, TARGET, 0), 9);
    const target = Uint8Array.of(1, 2, ...TARGET);
    expect(its.valid(0, 1, ME, target, 2, bytes, 3, TOKEN_BYTES)).toBe(true);
    expect(its.valid(0, 1, ME, target, 2, bytes, 2, TOKEN_BYTES)).toBe(false);
  });

  test('lives for at least 5 minutes and at most 10, whenever it was issued', () => {
    expect(TOKEN_SECRET_MS).toBe(300_000);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 1.5e6 }),
        (issued, age) => {
          const its = tokens();
          const token = its.issue(issued, 1, ME, TARGET, 0).slice();
          const valid = accepts(its, issued + age, token);
          if (age <= TOKEN_SECRET_MS) expect(valid).toBe(true);
          if (age >= 2 * TOKEN_SECRET_MS) expect(valid).toBe(false);
        },
      ),
      { seed: 4, numRuns: 500 },
    );
  });

  test('outlives questions of others in between, but not its second rotation', () => {
    const its = tokens();
    const token = its.issue(TOKEN_SECRET_MS - 1, 1, ME, TARGET, 0).slice();
    its.issue(TOKEN_SECRET_MS, 1, ME, OTHER, 0);
    expect(accepts(its, 2 * TOKEN_SECRET_MS - 1, token)).toBe(true);
    its.issue(2 * TOKEN_SECRET_MS, 1, ME, OTHER, 0);
    expect(accepts(its, 2 * TOKEN_SECRET_MS, token)).toBe(false);
  });

  test('after hours without questions an old one is not good again', () => {
    const its = tokens();
    const token = its.issue(0, 1, ME, TARGET, 0).slice();
    expect(accepts(its, 12 * TOKEN_SECRET_MS, token)).toBe(false);
    expect(accepts(its, 13 * TOKEN_SECRET_MS, token)).toBe(false);
  });
});

test('it is SipHash over node, IP and target; the secret comes from the randomness given', () => {
  const secret = new Uint8Array(16);
  fillRandom(new SeededRandom(1), secret, 0, 16);
  const input = Buffer.from(`01020304${'05060708'}${hex(TARGET)}`, 'hex');
  const hash = new SipHash(secret);
  hash.digest(input, input.length);
  const token = Buffer.from(tokens(1).issue(0, 0x01020304, ME, TARGET, 0));
  expect([token.readInt32BE(0), token.readInt32BE(4)]).toEqual([hash.high, hash.low]);
});

test('nodes with one key make the same tokens at the same time by the wall clock', () => {
  const key = new Uint8Array(16).fill(7);
  const target = new Uint8Array(20).fill(3);
  const [early, late, other] = [
    new Tokens(new SeededRandom(1), sha1, { key, originMs: 1_000_000_000 }),
    new Tokens(new SeededRandom(2), sha1, { key, originMs: 1_000_000_000 + 77_000 }),
    new Tokens(new SeededRandom(3), sha1, { key: new Uint8Array(16), originMs: 1_000_000_000 }),
  ];
  const from = 0x0a000001 * 65536 + 6881;
  for (const wallMs of [100_000, 400_000, 4_000_000]) {
    const token = early!.issue(wallMs, 1, from, target, 0);
    expect(late!.issue(wallMs - 77_000, 1, from, target, 0)).toEqual(token);
    expect(late!.valid(wallMs - 77_000, 1, from, target, 0, token, 0, 8)).toBe(true);
    // It lives for five minutes at least, and for ten at most.
    expect(late!.valid(wallMs - 77_000 + 299_000, 1, from, target, 0, token, 0, 8)).toBe(true);
    expect(late!.valid(wallMs - 77_000 + 600_001, 1, from, target, 0, token, 0, 8)).toBe(false);
    expect(other!.valid(wallMs, 1, from, target, 0, token, 0, 8)).toBe(false);
  }
});
