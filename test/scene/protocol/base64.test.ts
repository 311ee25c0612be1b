/** Base64 against the runtime's own, and what is none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../../src/scene/protocol/base64.ts';

describe('base64', () => {
  test('is what everybody writes, and reads back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = toBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(text)).toEqual(bytes);
      }),
      { seed: 61 },
    );
  });

  test('long bytes are joined in chunks', () => {
    const bytes = Uint8Array.from({ length: 3 * 4096 * 2 + 1 }, (_, i) => i * 31);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  });

  test.each(['A', 'AA', 'AAA', 'A===', 'AB==', 'AAB=', 'AA=A', '====', 'AA\n=', 'ÄÄÄÄ', 'AA-_'])(
    '%j is none',
    (text) => expect(fromBase64(text)).toBeNull(),
  );
});
