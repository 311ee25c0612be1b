import { expect, test } from 'vitest';
import { before } from '../../../src/cli/ring/ring-survey.ts';

test('hash - 1 goes around the circle', () => {
  expect(before('0'.repeat(40))).toBe('f'.repeat(40));
  expect(before(`${'0'.repeat(39)}1`)).toBe('0'.repeat(40));
  expect(before(`a${'0'.repeat(39)}`)).toBe(`9${'f'.repeat(39)}`);
});
