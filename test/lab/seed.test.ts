/** Streams of the seed: two parts of a world must never draw the same numbers. */
import { expect, test } from 'vitest';
import { SeedStream } from '../../src/lab/seed.ts';

test('every stream has a number of its own', () => {
  const numbers = Object.values(SeedStream);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const number of numbers) expect(Number.isInteger(number) && number > 0).toBe(true);
});

test('numbers that hashes hang on stay', () => {
  expect(SeedStream).toMatchObject({
    ids: 1,
    tables: 2,
    nodes: 3,
    wire: 4,
    latency: 5,
    idTails: 17,
    lookups: 100,
  });
});
