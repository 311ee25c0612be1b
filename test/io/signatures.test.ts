/** Ed25519 of the operating system's OpenSSL against the vectors, both ways. */
import { describe, expect, test } from 'vitest';
import { keyPairOf, verify } from '../../src/io/signatures.ts';
import { ascii } from '../../src/mainline/krpc/bencode.ts';
import { BEP_KEY, BEP_SIGNATURES, KEY, MALLEATED, MUTABLE, SEED } from '../vectors/bep44.ts';

describe('signatures', () => {
  test.each(MUTABLE)('$name is made and verified', ({ signed, signature }) => {
    expect(verify(signature, signed, KEY)).toBe(true);
    expect(keyPairOf(SEED).sign(signed)).toEqual(signature);
    expect(verify(signature.with(3, signature[3] ^ 1), signed, KEY)).toBe(false);
    expect(verify(signature, signed.with(0, 0x35), KEY)).toBe(false);
  });

  test('a key is made of its seed', () => {
    expect(keyPairOf(SEED).publicKey).toEqual(KEY);
  });

  test('those of the BEP hold, and one with S + L does not', () => {
    for (const [salt, signature] of BEP_SIGNATURES) {
      const head = salt === '' ? '' : `4:salt${salt.length}:${salt}`;
      expect(verify(signature, ascii(`${head}3:seqi1e1:v12:Hello World!`), BEP_KEY)).toBe(true);
    }
    expect(verify(MALLEATED, ascii('3:seqi1e1:v12:Hello World!'), BEP_KEY)).toBe(false);
  });

  test('what is no key or no signature is not genuine, and nothing is thrown', () => {
    const { signed, signature } = MUTABLE[0];
    expect(verify(signature, signed, new Uint8Array(32).fill(255))).toBe(false);
    expect(verify(signature, signed, new Uint8Array(3))).toBe(false);
    expect(verify(new Uint8Array(0), signed, KEY)).toBe(false);
  });
});
