/** A segment is on disk when all its closed batches are. */
import { expect, test } from 'vitest';
import { Segment } from '../../../src/core/log/segment.ts';

test('what is closed and not on disk yet is told', () => {
  const segment = new Segment(1, 4096, 7);
  expect([segment.isDurable, segment.isMade, segment.closed]).toEqual([true, false, 512]);
  segment.closed = 1024;
  expect(segment.isDurable).toBe(false);
  segment.durable = 1024;
  expect(segment.isDurable).toBe(true);
});
