import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { PARTIAL, partialOf } from '../../src/results/partial.ts';

test('what is not whole lies beside its place, hidden and marked', () => {
  expect(partialOf('/a/b', 12)).toBe(`/a/.b.12${PARTIAL}`);
  expect(partialOf('b/', 12)).toBe(resolve('.b.12.partial'));
});
