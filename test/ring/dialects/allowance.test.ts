/**
 * What is taken from the allowance is all or nothing, and what is given back was taken.
 */
import { expect, test } from 'vitest';
import { Allowance, MEMORY_BYTES } from '../../../src/ring/dialects/allowance.ts';

test('takes up to its limit, all or none', () => {
  const memory = new Allowance(100);
  expect([memory.take(60), memory.take(41), memory.take(40), memory.take(1)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(memory.take(0)).toBe(true);
  memory.giveBack(100);
  expect(memory.usedBytes).toBe(0);
  expect(() => memory.giveBack(1)).toThrow('gives back');
  expect(new Allowance().limitBytes).toBe(MEMORY_BYTES);
});
