/** What a lookup writes: its sums and its outcomes. */
import { expect, test } from 'vitest';
import { Writes } from '../../../src/mainline/rows/writes.ts';

test('each outcome is counted once and kept in order', () => {
  const writes = new Writes();
  writes.pending = 3;
  writes.ended({ row: 4, outcome: 'stored', code: 0, reason: '' });
  writes.ended({ row: 1, outcome: 'refused', code: 302, reason: 'older' });
  writes.ended({ row: 2, outcome: 'silent', code: 0, reason: '' });
  expect(writes).toMatchObject({ pending: 0, stored: 1, failed: 2 });
  expect(writes.outcomes.map(({ row }) => row)).toEqual([4, 1, 2]);
});

test('used again it is as new', () => {
  const writes = new Writes();
  writes.tokens[7] = new Uint8Array(8);
  writes.pending = 1;
  writes.ended({ row: 7, outcome: 'stored', code: 0, reason: '' });
  writes.reset();
  expect(writes).toEqual(new Writes());
});
