/**
 * Bencode: what is written is read back, what is not strict is refused, and the reader that walks
 * bytes agrees with the one that builds trees (two readers that disagree about a message are a hole).
 */
import bencode from 'bencode';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ascii,
  type Bencoded,
  decode,
  type Encodable,
  encode,
  latin1,
  MAX_DEPTH,
  MAX_TOKENS,
  Scanner,
} from '../../../src/mainline/krpc/bencode.ts';

const SEED = 5;

/** Any value that bencode can say, at most 4 deep. */
const values: fc.Arbitrary<Encodable> = fc.letrec<{ value: Encodable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.uint8Array({ maxLength: 6 }).map((bytes) => latin1(bytes, 0, bytes.length)),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value;

/** A value as plain data in which equal things are equal, whatever their prototype. */
function plain(value: Bencoded | Encodable | undefined): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, item]) => [key, plain(item as Encodable)])
      .sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
  }
  return Object.is(value, -0) ? 0 : value;
}

function skips(bytes: Uint8Array): boolean {
  const scanner = new Scanner();
  scanner.begin(bytes, 0, bytes.length);
  return scanner.skip() && scanner.position === bytes.length;
}

/** The tree, or null when the bytes are refused. Anything but a RangeError fails the test. */
function decodes(bytes: Uint8Array): Bencoded | null {
  try {
    return decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return null;
  }
}

describe('bencode', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value);
        expect(plain(decode(bytes))).toEqual(plain(value));
        expect(encode(decode(bytes) as Encodable)).toEqual(bytes);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('no bytes make the reader throw anything but a RangeError', () => {
    const soup = fc.array(fc.constantFrom(...'0123456789:dleie-4:spam'), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          soup.map((letters) => ascii(letters.join(''))),
        ),
        (bytes) => {
          expect(decodes(bytes) !== null).toBe(skips(bytes));
        },
      ),
      { seed: SEED, numRuns: 3000 },
    );
  });

  test('a valid value with one byte changed is read or refused, by both readers alike', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.nat(255), (value, where, byte) => {
        const bytes = encode(value);
        bytes[where % bytes.length] = byte;
        const tree = decodes(bytes);
        expect(tree !== null).toBe(skips(bytes));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test('the npm package reads what we write, and we read what it writes', () => {
    const common = fc.letrec<{ value: Encodable }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        fc.integer(),
        fc.uint8Array({ maxLength: 20 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('value'), { noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(common, (value) => {
        const ours = encode(value);
        const theirs = Uint8Array.from(bencode.encode(value));
        expect(ours).toEqual(theirs);
        expect(plain(bencode.decode(ours))).toEqual(plain(decode(theirs)));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('a scanner stops right behind the value it skipped', () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ maxLength: 8 }), (value, behind) => {
        const bytes = encode(value);
        const scanner = new Scanner();
        scanner.begin(Uint8Array.of(...bytes, ...behind), 0, bytes.length + behind.length);
        expect(scanner.skip()).toBe(true);
        expect(scanner.position).toBe(bytes.length);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test.each([
    ['nothing', ''],
    ['a leading zero in an integer', 'i03e'],
    ['a negative zero', 'i-0e'],
    ['a leading zero behind a minus', 'i-03e'],
    ['an empty integer', 'ie'],
    ['a lone minus', 'i-e'],
    ['a plus sign', 'i+1e'],
    ['a fraction', 'i1.5e'],
    ['a blank in an integer', 'i 1e'],
    ['an integer without its end', 'i12'],
    ['a leading zero in a length', '03:abc'],
    ['a double zero as length', '00:'],
    ['a negative length', '-1:a'],
    ['a length beyond the end', '4:abc'],
    ['a length beyond every end', '99999999999999999999:a'],
    ['a string without a colon', '3abc'],
    ['a length alone', '3'],
    ['a list without its end', 'li1e'],
    ['a dictionary without its end', 'd1:ai1e'],
    ['a key without a value', 'd1:ae'],
    ['an integer as key', 'di1ei2ee'],
    ['a list as key', 'dlei2ee'],
    ['bytes behind the value', 'i1ei2e'],
    ['an end without a beginning', 'e'],
    ['a letter that opens nothing', 'x'],
  ])('%s is refused', (_what, source) => {
    expect(skips(ascii(source))).toBe(false);
    expect(() => decode(ascii(source))).toThrow(RangeError);
  });

  test('nesting ends at depth 10', () => {
    const nested = (depth: number) => ascii('l'.repeat(depth) + 'e'.repeat(depth));
    expect(skips(nested(MAX_DEPTH))).toBe(true);
    expect(skips(nested(MAX_DEPTH + 1))).toBe(false);
    const mixed = (depth: number) => ascii('d1:a'.repeat(depth) + 'i1e' + 'e'.repeat(depth));
    expect(skips(mixed(MAX_DEPTH))).toBe(true);
    expect(skips(mixed(MAX_DEPTH + 1))).toBe(false);
    expect(() => decode(nested(60_000))).toThrow(RangeError);
  });

  test('containers that the caller opens count as depth and as tokens', () => {
    const scanner = new Scanner();
    const inside = (depth: number) => {
      const bytes = ascii('d1:a' + 'l'.repeat(depth) + 'e'.repeat(depth) + 'e');
      scanner.begin(bytes, 0, bytes.length);
      return scanner.take(0x64) && scanner.string() && scanner.skip() && scanner.take(0x65);
    };
    expect(inside(MAX_DEPTH - 1)).toBe(true);
    expect(inside(MAX_DEPTH)).toBe(false);
    const list = ascii('l' + 'i1e'.repeat(MAX_TOKENS) + 'e');
    scanner.begin(list, 0, list.length);
    scanner.take(0x6c);
    let integers = 0;
    while (scanner.integer()) integers++;
    expect(integers).toBe(MAX_TOKENS - 1);
  });

  test('a message has at most 600 values, its containers and keys included', () => {
    const list = (items: number) => ascii('l' + 'i1e'.repeat(items) + 'e');
    expect(skips(list(MAX_TOKENS - 1))).toBe(true);
    expect(skips(list(MAX_TOKENS))).toBe(false);
    const dictionary = (pairs: number) => ascii('d' + '1:a0:'.repeat(pairs) + 'e');
    expect(skips(dictionary(299))).toBe(true);
    expect(skips(dictionary(300))).toBe(false);
  });

  test('integers beyond 2^53 are exact as bigint, and no number to the scanner', () => {
    expect(decode(ascii('i9007199254740991e'))).toBe(Number.MAX_SAFE_INTEGER);
    expect(decode(ascii('i9007199254740993e'))).toBe(9007199254740993n);
    expect(decode(ascii('i-9007199254740993e'))).toBe(-9007199254740993n);
    const scanner = new Scanner();
    const bytes = ascii('i9007199254740993e');
    scanner.begin(bytes, 0, bytes.length);
    expect(scanner.integer()).toBe(true);
    expect(scanner.value).toBeNaN();
  });

  test('a key named __proto__ is a key', () => {
    const tree = decode(ascii('d9:__proto__i1ee')) as { [key: string]: Bencoded };
    expect(Object.keys(tree)).toEqual(['__proto__']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('keys are written in the order of their bytes, undefined ones not at all', () => {
    const bytes = encode({ b: 1, a: 2, B: 3, '\xff': 4, aa: 5, gone: undefined });
    expect(latin1(bytes, 0, bytes.length)).toBe('d1:Bi3e1:ai2e2:aai5e1:bi1e1:\xffi4ee');
  });

  test('text goes out as UTF-8, and its length counts bytes', () => {
    expect(encode('é')).toEqual(Uint8Array.of(0x32, 0x3a, 0xc3, 0xa9));
  });

  test.each([
    ['a fraction', 1.5],
    ['NaN', Number.NaN],
    ['a number beyond 2^53', 2 ** 60],
    ['null', null],
    ['true', true],
    ['a function', () => 1],
    ['a key that is no latin1', { '☃': 1 }],
  ])('%s cannot be written', (_what, value) => {
    expect(() => encode(value as Encodable)).toThrow(TypeError);
  });
});
