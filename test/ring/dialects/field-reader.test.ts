/**
 * Single fields against their spelling, in any cutting; a value's memory against its bytes.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../../src/core/address.ts';
import { Allowance } from '../../../src/ring/dialects/allowance.ts';
import { Field, FieldReader } from '../../../src/ring/dialects/field-reader.ts';
import { WIRES, type Wire } from '../../../src/ring/dialects/wire.ts';
import { at, int, joined, keyOf, shown, spell } from './wire-scenes.ts';

/** Reads one field from `bytes` in pieces of `size`; how many bytes it took. */
function read(reader: FieldReader, bytes: Uint8Array, size: number): number {
  let from = 0;
  while (!reader.isWhole && reader.fault === null && from < bytes.length) {
    from = reader.read(bytes, from, Math.min(bytes.length, from + size));
  }
  return from;
}

const readerOf = (wire: Wire) => new FieldReader(wire, new Allowance());

describe.each(WIRES)('%s', (wire) => {
  const fields: [string, Field, Uint8Array, (reader: FieldReader) => unknown, unknown][] = [
    ['key', Field.key, spell.key(wire, keyOf('a')), (r) => [...r.key], [...keyOf('a')]],
    ['number', Field.number, spell.number(wire, 2 ** 40 + 3), (r) => r.number, 2 ** 40 + 3],
    ['zero', Field.number, spell.number(wire, 0), (r) => r.number, 0],
    ['address', Field.address, spell.address(wire, '1.2.3.4:5'), (r) => r.address, at('1.2.3.4:5')],
    [
      'longest address',
      Field.address,
      spell.address(wire, '223.255.255.255:65535'),
      (r) => r.address,
      at('223.255.255.255:65535'),
    ],
    [
      'either address',
      Field.eitherAddress,
      spell.address(wire, '1.2.3.4:5'),
      (r) => [r.address, wire === 'text' || r.isStringAddress === (wire === 'string')],
      [at('1.2.3.4:5'), true],
    ],
    ['yes', Field.status, joined(spell.yes(wire)), (r) => r.status, 'T'],
    ['no', Field.status, joined(spell.no(wire)), (r) => r.status, 'F'],
  ];
  test.each(fields)('%s', (_name, field, bytes, value, expected) => {
    for (let size = 1; size <= bytes.length; size++) {
      // A binary reader of either address has the wire `seed`, as a detection has.
      const isEither = field === Field.eitherAddress && wire !== 'text';
      const reader = readerOf(isEither ? 'seed' : wire);
      reader.want(field);
      expect(read(reader, joined(bytes, 'more'), size)).toBe(bytes.length);
      expect([reader.isWhole, reader.fault]).toEqual([true, null]);
      expect(value(reader)).toEqual(expected);
    }
  });

  test('is never whole early, and takes no byte of the next field', () => {
    for (const [, field, bytes] of fields) {
      const reader = readerOf(wire === 'text' || field !== Field.eitherAddress ? wire : 'seed');
      reader.want(field);
      expect(read(reader, bytes.subarray(0, -1), 1)).toBe(bytes.length - 1);
      expect(reader.isWhole).toBe(false);
      expect(reader.held.length).toBe(bytes.length - 1);
    }
  });

  test('a value grows with its bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 20_000 }),
        fc.integer({ min: 1, max: 9000 }),
        (value, size) => {
          const memory = new Allowance();
          const reader = new FieldReader(wire, memory);
          reader.wantValue(value.length);
          let from = 0;
          while (!reader.isWhole) {
            from = reader.read(value, from, Math.min(value.length, from + size));
            expect(reader.valueLength).toBe(from);
            expect(memory.usedBytes).toBeLessThanOrEqual(
              Math.min(value.length, Math.max(4096, 2 * from)),
            );
          }
          expect(Buffer.compare(reader.takeValue(), value)).toBe(0);
          expect(memory.usedBytes).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('no bytes at all never throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom(
          Field.word,
          Field.key,
          Field.number,
          Field.address,
          Field.status,
          Field.eitherAddress,
        ),
        (bytes, field) => {
          const reader = readerOf(wire);
          reader.want(field);
          const taken = read(reader, bytes, 7);
          expect(taken).toBeLessThanOrEqual(bytes.length);
          expect(reader.isWhole && reader.fault !== null).toBe(false);
          if (reader.isWhole && field === Field.address && wire !== 'seed') {
            const line = shown(bytes.subarray(0, taken));
            expect(line).toContain(formatAddress(reader.address));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('the longest line is 64 bytes', () => {
  for (const [length, isFine] of [
    [64, true],
    [65, false],
  ] as const) {
    const reader = readerOf('text');
    reader.want(Field.word);
    read(reader, joined('a'.repeat(length), '\n'), 10);
    expect(reader.isWhole).toBe(isFine);
    expect(reader.fault).toBe(isFine ? null : 'malformed');
  }
});

test('a status is T, F or N, and 1 or 0 in text', () => {
  const fault = (wire: Wire, text: string) => {
    const reader = readerOf(wire);
    reader.want(Field.status);
    read(reader, joined(text), 9);
    return reader.fault;
  };
  expect(['T', 'F', 'N'].map((text) => fault('seed', text))).toEqual([null, null, null]);
  expect(['t', '1', '\0'].map((text) => fault('seed', text))).not.toContain(null);
  expect(['1\n', ' 0\r\n'].map((text) => fault('text', text))).toEqual([null, null]);
  expect(['\n', '2\n', 'T\n', '11\n'].map((text) => fault('text', text))).not.toContain(null);
});

test('a value is taken once it is whole', () => {
  const reader = readerOf('seed');
  reader.wantValue(2);
  expect(() => reader.takeValue()).toThrow('whole');
  const empty = readerOf('seed');
  empty.wantValue(0);
  expect(empty.takeValue()).toHaveLength(0);
  expect(() => empty.read(int(1), 0, 8)).toThrow('wanted');
});
