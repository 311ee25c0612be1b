import { expect, test } from 'vitest';
import { hashOf } from '../../../src/studio/live/names.ts';

test('a name is hashed, a hash is taken as it is', () => {
  expect(hashOf('hello')).toBe('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d');
  expect(hashOf('AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D')).toBe(hashOf('hello'));
  expect(hashOf('')).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709');
});
