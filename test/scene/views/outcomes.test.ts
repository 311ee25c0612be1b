/** Rows become columns; what is larger than a column holds is the largest that it does. */
import { expect, test } from 'vitest';
import { outcomesOf } from '../../../src/scene/views/outcomes.ts';

test('rows become columns of the same order', () => {
  const rows = [
    { endedMs: 10, durationMs: 4, hops: 2, messages: 5, result: 1 },
    { endedMs: 20, durationMs: 5, hops: 300, messages: 70_000, result: 0 },
  ];
  expect(outcomesOf(rows)).toEqual({
    type: 'outcomes',
    endedMs: Float64Array.of(10, 20),
    durationsMs: Float64Array.of(4, 5),
    hops: Uint8Array.of(2, 255),
    messages: Uint16Array.of(5, 65_535),
    results: Uint8Array.of(1, 0),
  });
  expect(outcomesOf([]).endedMs).toHaveLength(0);
});
