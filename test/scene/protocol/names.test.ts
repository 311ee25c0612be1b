/** Names of keys, and what they stand for. */
import { expect, test } from 'vitest';
import { formatId } from '../../../src/core/id.ts';
import { isHash, keyName, keyOf } from '../../../src/scene/protocol/names.ts';

test('the first keys have words for names, and no two have the same', () => {
  const names = Array.from({ length: 1000 }, (_, i) => keyName(i));
  expect(names.slice(0, 3)).toEqual(['apple', 'banana', 'cherry']);
  expect(names[100]).toBe('key 101');
  expect(new Set(names).size).toBe(1000);
});

test('a name stands for its SHA-1, 40 hexadecimal digits for themselves', () => {
  expect(formatId(keyOf('apple'))).toBe('d0be2dc421be4fcd0172e5afceea3970e2f3d940');
  const hash = 'D0BE2dc421be4fcd0172e5afceea3970e2f3d940';
  expect(formatId(keyOf(hash))).toBe(hash.toLowerCase());
  expect([isHash(hash), isHash('apple'), isHash(`${hash}0`), isHash('g'.repeat(40))]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
