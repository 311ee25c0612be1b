/** Ids and the XOR metric, judged by big numbers and by the strings of bits that ids are. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareDistance,
  equalIds,
  formatId,
  ID_BITS,
  ID_BYTES,
  orderedWord,
  parseId,
  prefixOf,
  randomIdSharing,
  sharedPrefixBits,
  wordAt,
} from '../../src/core/id.ts';
import { SeededRandom } from '../../src/core/random.ts';
import { distance, numberOf, someId } from './ids.ts';

const id = fc.uint8Array({ minLength: ID_BYTES, maxLength: ID_BYTES });
/** Ids of one narrow family, so that long common prefixes are common. */
const near = fc
  .tuple(fc.nat(ID_BYTES - 1), fc.nat(255))
  .map(([at, byte]) => new Uint8Array(ID_BYTES).fill(0x5a).fill(byte, at, at + 1));
const anyId = fc.oneof(id, near);
const bitsOf = (id: Uint8Array) => numberOf(id).toString(2).padStart(ID_BITS, '0');

/** The same id in the middle of other bytes: what counts begins at the offset. */
function embedded(id: Uint8Array, offset: number): Uint8Array {
  const bytes = new Uint8Array(offset + ID_BYTES + 3).fill(0xcc);
  bytes.set(id, offset);
  return bytes;
}

describe('distance', () => {
  test('is compared as the XOR of two big numbers is', () => {
    fc.assert(
      fc.property(anyId, anyId, anyId, fc.nat(5), (a, b, target, offset) => {
        const difference = distance(a, target) - distance(b, target);
        const sign = difference < 0n ? -1 : difference > 0n ? 1 : 0;
        const compared = compareDistance(
          ...([embedded(a, offset), offset, embedded(b, 1), 1, embedded(target, 2), 2] as const),
        );
        expect(Math.sign(compared)).toBe(sign);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  test('of an id to itself is smaller than any other', () => {
    fc.assert(
      fc.property(anyId, anyId, (a, b) => {
        fc.pre(!equalIds(a, 0, b, 0));
        expect(compareDistance(a, 0, b, 0, a, 0)).toBeLessThan(0);
        expect(compareDistance(b, 0, a, 0, a, 0)).toBeGreaterThan(0);
        expect(compareDistance(a, 0, a, 0, b, 0)).toBe(0);
      }),
      { seed: 2 },
    );
  });
});

describe('prefixes', () => {
  test('the shared bits of two ids are counted', () => {
    fc.assert(
      fc.property(anyId, anyId, fc.nat(5), (a, b, offset) => {
        const [left, right] = [bitsOf(a), bitsOf(b)];
        let shared = 0;
        while (shared < ID_BITS && left[shared] === right[shared]) shared++;
        expect(sharedPrefixBits(embedded(a, offset), offset, embedded(b, 1), 1)).toBe(shared);
        expect(equalIds(embedded(a, offset), offset, embedded(b, 1), 1)).toBe(shared === 160);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });

  test('the first 32 bits are an unsigned number', () => {
    fc.assert(
      fc.property(id, fc.nat(5), (a, offset) => {
        expect(BigInt(prefixOf(embedded(a, offset), offset))).toBe(numberOf(a) >> 128n);
      }),
      { seed: 4 },
    );
  });

  test('and a signed one, whose XOR with a target orders as the distances do', () => {
    fc.assert(
      fc.property(anyId, anyId, anyId, (a, b, target) => {
        expect(wordAt(a, 0) >>> 0).toBe(prefixOf(a, 0));
        const word = orderedWord(target, 0);
        const [wordOfA, wordOfB] = [wordAt(a, 0) ^ word, wordAt(b, 0) ^ word];
        if (wordOfA === wordOfB) expect(prefixOf(a, 0)).toBe(prefixOf(b, 0));
        else expect(wordOfA < wordOfB).toBe(compareDistance(a, 0, b, 0, target, 0) < 0);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});

describe('a random id that shares bits', () => {
  test('shares exactly as many as it should, for every number of them', () => {
    const random = new SeededRandom(5);
    const out = new Uint8Array(ID_BYTES);
    for (let bits = 0; bits <= ID_BITS; bits++) {
      for (let round = 0; round < 20; round++) {
        const own = someId(random);
        randomIdSharing(embedded(own, 3), 3, bits, random, out);
        expect(sharedPrefixBits(own, 0, out, 0)).toBe(bits);
      }
    }
  });

  test('is random in every bit behind the one at which the two part', () => {
    const random = new SeededRandom(6);
    const own = someId(random);
    const out = new Uint8Array(ID_BYTES);
    const rounds = 400;
    for (const bits of [0, 1, 7, 8, 9, 63, 158]) {
      const ones = new Array<number>(ID_BITS).fill(0);
      for (let round = 0; round < rounds; round++) {
        randomIdSharing(own, 0, bits, random, out);
        for (const [i, bit] of [...bitsOf(out)].entries()) ones[i] += Number(bit);
      }
      // 400 fair coins stay within 200 ± 60, six standard deviations.
      for (let i = bits + 1; i < ID_BITS; i++) expect(Math.abs(ones[i] - 200)).toBeLessThan(60);
    }
  });

  test('may be written over the id it is made from', () => {
    const random = new SeededRandom(7);
    for (let bits = 0; bits <= ID_BITS; bits++) {
      const own = someId(random);
      const out = own.slice();
      randomIdSharing(out, 0, bits, random, out);
      expect(sharedPrefixBits(own, 0, out, 0)).toBe(bits);
    }
  });
});

describe('an id as a person writes it', () => {
  test('is read from 40 hexadecimal digits of either case', () => {
    fc.assert(
      fc.property(id, fc.boolean(), fc.nat(5), (a, upper, offset) => {
        const hex = numberOf(a).toString(16).padStart(40, '0');
        expect(parseId(upper ? hex.toUpperCase() : hex)).toEqual(a);
        expect(formatId(embedded(a, offset), offset)).toBe(hex);
        expect(formatId(a)).toBe(hex);
      }),
      { seed: 8 },
    );
  });

  test('is read from 20 bytes, which are copied', () => {
    const bytes = someId(new SeededRandom(9));
    for (const given of [bytes.slice(), Buffer.from(bytes)]) {
      const id = parseId(given);
      expect([...id]).toEqual([...bytes]);
      given.fill(0);
      expect([...id]).toEqual([...bytes]);
    }
  });

  test.each([
    ['', '"hash" expected 40 hexadecimal digits or 20 bytes, got ""'],
    ['a'.repeat(39), `"hash" expected 40 hexadecimal digits or 20 bytes, got "${'a'.repeat(39)}"`],
    ['a'.repeat(41), `"hash" expected 40 hexadecimal digits or 20 bytes, got "${'a'.repeat(41)}"`],
    [
      `${'a'.repeat(39)}g`,
      `"hash" expected 40 hexadecimal digits or 20 bytes, got "${'a'.repeat(39)}g"`,
    ],
    [`${'a'.repeat(40)}\n`, '"hash" expected 40 hexadecimal digits or 20 bytes'],
    [`0x${'a'.repeat(38)}`, '"hash" expected 40 hexadecimal digits or 20 bytes'],
    [new Uint8Array(19), '"hash" expected 20 bytes, got 19'],
    [new Uint8Array(21), '"hash" expected 20 bytes, got 21'],
    [7 as unknown as string, '"hash" expected 40 hexadecimal digits or 20 bytes, got number'],
    [null as unknown as string, '"hash" expected 40 hexadecimal digits or 20 bytes, got object'],
  ])('%j is refused with the name of the argument', (value, message) => {
    expect(() => parseId(value, 'hash')).toThrow(TypeError);
    expect(() => parseId(value, 'hash')).toThrow(message);
  });

  test('a message never holds more than the beginning of what was given', () => {
    expect(() => parseId('x'.repeat(1e6))).toThrow(/^.{0,130}$/);
  });
});
