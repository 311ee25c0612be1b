/** Growing a column: the same kind of array, the old contents in front, zeros behind. */
import { expect, test } from 'vitest';
import { grown } from '../../src/core/column.ts';

test.each([
  [Uint8Array.of(1, 2, 255), Uint8Array.of(1, 2, 255, 0, 0, 0)],
  [Uint32Array.of(1, 2, 0xffffffff), Uint32Array.of(1, 2, 0xffffffff, 0, 0, 0)],
  [Float64Array.of(0.5, -1, 2 ** 53), Float64Array.of(0.5, -1, 2 ** 53, 0, 0, 0)],
])('a longer %o keeps its contents and its kind', (column, expected) => {
  const longer = grown<Uint8Array | Uint32Array | Float64Array>(column, 6);
  expect(longer).toEqual(expected);
  expect(longer.constructor).toBe(column.constructor);
});

test('the old column is left as it was and shares nothing with the new one', () => {
  const column = Uint32Array.of(1, 2);
  const longer = grown(column, 4);
  longer[0] = 7;
  expect(column).toEqual(Uint32Array.of(1, 2));
  expect(longer.buffer).not.toBe(column.buffer);
});

test('an empty column grows too', () => {
  expect(grown(new Uint8Array(0), 2)).toEqual(new Uint8Array(2));
});
