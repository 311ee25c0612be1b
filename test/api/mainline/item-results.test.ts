/** Values and names of a program as the machine has them, and back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bytesOf,
  encodedValue,
  hexOf,
  itemOf,
  seqOf,
  storedItem,
} from '../../../src/api/mainline/item-results.ts';
import { ascii } from '../../../src/mainline/krpc/bencode.ts';
import { immutableItem, SEQ_MAX } from '../../../src/mainline/krpc/item.ts';
import { KEY, MUTABLE } from '../../vectors/bep44.ts';

test.each(MUTABLE)(
  'vector $name goes out and comes back',
  ({ salt, seq, value, signature, target }) => {
    const item = { value, key: KEY, salt, seq, signature };
    const stored = storedItem(item);
    expect(stored).toMatchObject({ target: hexOf(target), key: hexOf(KEY), seq, raw: value });
    expect(itemOf(stored)).toEqual(item);
  },
);

test('an immutable item has no number and no key', () => {
  const item = immutableItem(ascii('i1e'));
  expect(storedItem(item)).toMatchObject({ value: 1, seq: null, key: null, signature: null });
  expect(itemOf(storedItem(item))).toEqual(item);
  expect(() => itemOf({} as never)).toThrow(TypeError);
});

test('bytes are given as they are or in hexadecimal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
      expect(bytesOf(hexOf(bytes), 'x', 4)).toEqual(bytes);
      expect(bytesOf(hexOf(bytes).toUpperCase(), 'x', 4)).toEqual(bytes);
      expect(bytesOf(bytes, 'x', 4)).toEqual(bytes);
      expect(() => bytesOf(bytes, 'x', 5)).toThrow('"x" expected 5 bytes');
    }),
  );
});

test('the largest value is 1000 bytes, the largest number 2^63-1', () => {
  expect(encodedValue('x'.repeat(996))).toHaveLength(1000);
  expect(encodedValue([[[[[[[[]]]]]]]])).toHaveLength(16);
  expect(seqOf(SEQ_MAX, 'seq')).toBe(SEQ_MAX);
  expect(seqOf(7, 'seq')).toBe(7n);
  expect(seqOf(undefined, 'seq')).toBeNull();
});
