/** SipHash-2-4: vectors of its authors' reference, and of the reference's own way over all lengths. */
import { expect, test } from 'vitest';
import { SipHash } from '../../src/core/siphash.ts';

const bytesUpTo = (length: number) => Uint8Array.from({ length }, (_, i) => i);
const KEY = bytesUpTo(16);

function hashOf(key: Uint8Array, input: Uint8Array, length = input.length): bigint {
  const hash = new SipHash(key);
  hash.digest(input, length);
  return (BigInt(hash.high >>> 0) << 32n) | BigInt(hash.low >>> 0);
}

test.each([
  [0, 0x726fdb47dd0e0e31n],
  [1, 0x74f839c593dc67fdn],
  [7, 0xab0200f58b01d137n],
  [8, 0x93f5f5799a932462n],
  [15, 0xa129ca6149be45e5n],
])('of the first %i bytes, as in the paper and its reference', (length, hash) => {
  expect(hashOf(KEY, bytesUpTo(length))).toBe(hash);
  // What lies behind the end means nothing.
  expect(hashOf(KEY, bytesUpTo(64), length)).toBe(hash);
});

test('of any length it is what its definition says, word by word', () => {
  for (let length = 0; length < 70; length++) {
    const input = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 11 + 129) & 255);
    const key = Uint8Array.from({ length: 16 }, (_, i) => (i * 91 + length * 201) & 255);
    expect(hashOf(key, input)).toBe(defined(key, input));
  }
});

test('a key that changes is read anew', () => {
  const key = bytesUpTo(16);
  const hash = new SipHash(key);
  key.fill(9);
  hash.digest(KEY, 16);
  expect((BigInt(hash.high >>> 0) << 32n) | BigInt(hash.low >>> 0)).toBe(hashOf(key, KEY));
});

/** The definition, in words of 64 bits. */
function defined(key: Uint8Array, input: Uint8Array): bigint {
  const mask = (1n << 64n) - 1n;
  const word = (bytes: Uint8Array, at: number) =>
    [...bytes.subarray(at, at + 8)].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const turned = (value: bigint, by: bigint) => ((value << by) | (value >> (64n - by))) & mask;
  const [k0, k1] = [word(key, 0), word(key, 8)];
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = () => {
    v0 = (v0 + v1) & mask;
    v1 = turned(v1, 13n) ^ v0;
    v0 = turned(v0, 32n);
    v2 = (v2 + v3) & mask;
    v3 = turned(v3, 16n) ^ v2;
    v0 = (v0 + v3) & mask;
    v3 = turned(v3, 21n) ^ v0;
    v2 = (v2 + v1) & mask;
    v1 = turned(v1, 17n) ^ v2;
    v2 = turned(v2, 32n);
  };
  const padded = new Uint8Array(Math.floor(input.length / 8) * 8 + 8);
  padded.set(input);
  padded[padded.length - 1] = input.length & 255;
  for (let at = 0; at < padded.length; at += 8) {
    const m = word(padded, at);
    v3 ^= m;
    round();
    round();
    v0 ^= m;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}
