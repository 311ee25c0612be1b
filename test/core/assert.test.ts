/** An invariant holds, or the program stops with a message that says what was believed. */
import { expect, test } from 'vitest';
import { assert, InvariantError } from '../../src/core/assert.ts';

test('a belief that holds says nothing', () => {
  expect(assert(true, 'one is one')).toBeUndefined();
});

test('a broken belief is an InvariantError that names it', () => {
  const broken = () => assert(false, 'a bucket has at most k contacts');
  expect(broken).toThrow(InvariantError);
  expect(broken).toThrow('a bucket has at most k contacts');
  expect(new InvariantError('x')).toBeInstanceOf(Error);
  expect(String(new InvariantError('x'))).toBe('InvariantError: x');
});
