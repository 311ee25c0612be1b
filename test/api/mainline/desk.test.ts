/** What calls in files of their own need of a node: lookups, finds on the way, and who leaves early. */
import { expect, test } from 'vitest';
import { searchOf } from '../../../src/api/mainline/desk.ts';

test('who leaves a search early gives up the call that was under way', async () => {
  const left: number[] = [];
  const search = searchOf<number, void>(
    async (found, opened) => {
      opened(7);
      found(1);
      await new Promise(() => {});
    },
    (call) => left.push(call),
  );
  for await (const one of search) {
    expect(one).toBe(1);
    break;
  }
  expect(left).toEqual([7]);
});
