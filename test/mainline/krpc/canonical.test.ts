/** Canonical bencode: encode's output is, and nothing else that means the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascii, decode, type Encodable, encode } from '../../../src/mainline/krpc/bencode.ts';
import { isCanonical } from '../../../src/mainline/krpc/canonical.ts';

const canonical = (text: string) => isCanonical(ascii(text), 0, text.length);

describe('a value is canonical', () => {
  test.each([
    'i0e',
    'i-1e',
    '0:',
    'le',
    'de',
    'd1:ai1e1:bi2ee',
    'ld1:ai1eed1:ai1eee',
    'd1:ale2:aalee',
  ])('as %s', (text) => expect(canonical(text)).toBe(true));

  test.each([
    ['keys out of order', 'd1:bi1e1:ai2ee'],
    ['a key twice', 'd1:ai1e1:ai2ee'],
    ['keys out of order further in', 'ld1:bi1e1:ai2eee'],
    ['a longer key before what it begins with', 'd2:aai1e1:ai1ee'],
    ['something behind it', 'i1ei2e'],
    ['nothing', ''],
    ['a leading zero', 'i01e'],
    ['nesting that nobody reads', `${'l'.repeat(11)}${'e'.repeat(11)}`],
  ])('but not with %s', (_, text) => expect(canonical(text)).toBe(false));

  test('exactly when decoding and encoding it gives the same bytes', () => {
    const value = fc.letrec<{ any: Encodable }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.integer(),
        fc.uint8Array({ maxLength: 4 }),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 2, unit: 'binary-ascii' }), tie('any'), {
          maxKeys: 3,
        }),
      ),
    })).any;
    fc.assert(
      fc.property(value, fc.nat(), fc.nat(255), (any, place, byte) => {
        const bytes = encode(any);
        expect(isCanonical(bytes, 0, bytes.length)).toBe(true);
        const other = bytes.with(place % bytes.length, byte);
        let same = false;
        try {
          same = Buffer.from(encode(decode(other))).equals(other);
        } catch {
          // No bencode at all.
        }
        expect(isCanonical(other, 0, other.length)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });
});
