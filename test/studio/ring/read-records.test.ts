import { expect, test } from 'vitest';
import type { Ring } from '../../../src/ring.ts';
import { ReadRecords } from '../../../src/studio/ring/read-records.ts';

function memberOf() {
  const state = { reads: 0, writes: 0 };
  const ring = {
    info: () => ({ records: 1, bytes: 5, counters: { writes: state.writes } }),
    records: () => {
      state.reads++;
      return [{ key: `after ${state.writes} writes` }];
    },
  };
  return { state, ring: ring as unknown as Ring };
}

test('records are read again when something was written, and forgotten with their member', () => {
  const { state, ring } = memberOf();
  const records = new ReadRecords();
  expect(records.of(ring)).toBe(records.of(ring));
  const [before] = records.signs;
  state.writes++;
  expect(records.of(ring)).toEqual([{ key: 'after 1 writes' }]);
  expect(state.reads).toBe(2);
  expect(records.signs[0]).not.toBe(before);
  records.keep([ring]);
  expect(records.signs).toHaveLength(1);
  records.keep([]);
  expect(records.signs).toEqual([]);
});
