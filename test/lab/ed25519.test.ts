/** The lab's Ed25519: the vectors, and OpenSSL as oracle. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyPairOf as oracle, verify as oracleVerify } from '../../src/io/signatures.ts';
import { CHECKS_REMEMBERED, keyPairOf, verify } from '../../src/lab/ed25519.ts';
import { ascii } from '../../src/mainline/krpc/bencode.ts';
import { BEP_KEY, KEY, MALLEATED, MUTABLE, SEED } from '../vectors/bep44.ts';

describe('signatures in the lab', () => {
  test.each(MUTABLE)('$name is made and verified', ({ signed, signature }) => {
    expect(verify(signature, signed, KEY)).toBe(true);
    expect(keyPairOf(SEED).sign(signed)).toEqual(signature);
  });

  test('are those of OpenSSL, and so is what fails', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        bytes(32),
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(63),
        fc.nat(255),
        (seed, message, at, byte) => {
          const ours = keyPairOf(seed);
          const signature = ours.sign(message);
          expect(signature).toEqual(oracle(seed).sign(message));
          expect(ours.publicKey).toEqual(oracle(seed).publicKey);
          const other = signature.with(at, byte);
          expect(verify(other, message, ours.publicKey)).toBe(
            oracleVerify(other, message, ours.publicKey),
          );
        },
      ),
      { numRuns: 30 },
    );
    expect(verify(MALLEATED, ascii('3:seqi1e1:v12:Hello World!'), BEP_KEY)).toBe(false);
    expect(verify(new Uint8Array(64), ascii('x'), new Uint8Array(32).fill(255))).toBe(false);
  });

  test('a check that was remembered comes to the same as one that was not', () => {
    const { signed, signature } = MUTABLE[0];
    // No point of the curve: refused at once, and remembered like any other.
    const nobody = new Uint8Array(32).fill(0xff);
    for (let i = 0; i < CHECKS_REMEMBERED + 10; i++) {
      expect(verify(signature, Uint8Array.of(i >>> 8, i), nobody)).toBe(false);
    }
    for (let i = 0; i < 3; i++) expect(verify(signature, signed, KEY)).toBe(true);
  });
});
