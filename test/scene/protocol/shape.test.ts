/** What a complaint says: the field, what it expected, what it got; and which kind of error it is. */

import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import {
  byKind,
  flag,
  hash,
  integer,
  integerIn,
  list,
  number,
  numberIn,
  oneOf,
  read,
  shape,
  strict,
  text,
  textIn,
} from '../../../src/scene/protocol/shape.ts';

const pet = byKind('kind', [
  strict({ kind: z.literal('cat'), lives: integerIn(1, 9) }),
  strict({ kind: z.literal('fish'), names: list(text, 2) }),
]);

test.each<[z.ZodMiniType, unknown, string]>([
  [number, '5', '"x" expected a number, got "5"'],
  [number, Infinity, '"x" expected a number, got Infinity'],
  [integer, 0.5, '"x" expected a whole number, got 0.5'],
  [text, 5, '"x" expected a text, got 5'],
  [flag, 'yes', '"x" expected true or false, got "yes"'],
  [hash, 'AB'.repeat(20), '"x" expected 40 hexadecimal digits'],
  [integerIn(1, 5), 9, '"x" expected a whole number in 1..5, got 9'],
  [numberIn(0, 1), -1, '"x" expected a number in 0..1, got -1'],
  [textIn(1, 3), '', '"x" expected 1 to 3 characters, got ""'],
  [textIn(1, 3), 'a'.repeat(99), '"x" expected 1 to 3 characters, got 99 characters'],
  [oneOf('a', 'b'), 'c', '"x" expected a | b, got "c"'],
  [list(integer), {}, '"x" expected a list, got an object'],
  [list(integer), [1, 'a'], '"x[1]" expected a whole number, got "a"'],
  [list(integer, 1), [1, 2], '"x" expected a list of at most 1, got a list of 2'],
  [shape({ a: integer }), null, '"x" expected an object, got null'],
  [shape({ a: integer }), {}, '"x.a" expected a whole number, got undefined'],
  [strict({ a: integer }), { a: 1, b: 2 }, '"x" expected an object with a, got the field "b"'],
  [pet, { kind: 'dog' }, '"x.kind" expected one of cat, fish, got "dog"'],
  [pet, 5, '"x" expected an object, got 5'],
  [pet, { kind: 'cat', lives: 0 }, '"x.lives" expected a whole number in 1..9, got 0'],
])('%# is named', (schema, value, message) => {
  expect(() => read(schema, value, 'x')).toThrow(message);
});

describe('an error', () => {
  test('is one of range where only that is wrong', () => {
    expect(() => read(integerIn(1, 5), 9, 'x')).toThrow(RangeError);
    expect(() => read(list(integer, 1), [1, 2], 'x')).toThrow(RangeError);
    expect(() => read(integerIn(1, 5), '3', 'x')).toThrow(TypeError);
    expect(() => read(oneOf('a'), 'c', 'x')).toThrow(TypeError);
  });

  test('of a integer without a name says so', () => {
    expect(() => read(shape({}), 5, '')).toThrow('"message" expected an object, got 5');
    expect(() => read(shape({ a: integer }), {}, '')).toThrow('"a" expected');
  });
});

test('what is not known is left out, of what people write it is refused', () => {
  expect(read(shape({ a: integer }), { a: 1, b: 2 }, 'x')).toEqual({ a: 1 });
  expect(() => read(strict({ a: integer }), { a: 1, b: 2 }, 'x')).toThrow('"b"');
});
