import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillRandom, SeededRandom } from '../../../src/core/random.ts';
import { FrameWriter } from '../../../src/ring/frames.ts';
import { NONCE_BYTES, Nonce } from '../../../src/ring/greeting/nonce.ts';

const bytesOf = (nonce: Nonce): Uint8Array => {
  const out = new FrameWriter();
  nonce.put(out);
  return out.bytes.slice(0, out.length);
};

test('a nonce is the 16 bytes that chance gives, and found where they lie', () => {
  const drawn = bytesOf(Nonce.drawn(new SeededRandom(7)));
  const expected = new Uint8Array(NONCE_BYTES);
  fillRandom(new SeededRandom(7), expected, 0, NONCE_BYTES);
  expect(drawn).toEqual(expected);
});

test('what was read is what was written, and nothing else is it', () => {
  const any = fc.uint8Array({ minLength: NONCE_BYTES, maxLength: NONCE_BYTES });
  fc.assert(
    fc.property(
      any,
      fc.nat(NONCE_BYTES - 1),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, flip) => {
        const frame = Uint8Array.of(1, 2, 3, ...bytes);
        const nonce = Nonce.read(frame, 3);
        expect(bytesOf(nonce)).toEqual(bytes);
        expect(nonce.isAt(frame, 3)).toBe(true);
        frame[3 + at] = frame[3 + at] ^ flip;
        expect(nonce.isAt(frame, 3)).toBe(false);
      },
    ),
  );
});
