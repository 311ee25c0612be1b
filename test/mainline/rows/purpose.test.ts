/** What rows are for: a lookup of the node's own is one that no program called for. */
import { expect, test } from 'vitest';
import { isOwn, LookupKind, Purpose } from '../../../src/mainline/rows/purpose.ts';

test("the node's own lookups are those that join, look after the table and reunite", () => {
  const own = Object.entries(LookupKind).filter(([, kind]) => isOwn(kind));
  expect(own.map(([name]) => name)).toEqual(['join', 'upkeep', 'reunion']);
});

test('purposes are told apart, and none is 0', () => {
  const purposes = Object.values(Purpose);
  expect(new Set(purposes).size).toBe(purposes.length);
  expect(purposes).not.toContain(0);
});
