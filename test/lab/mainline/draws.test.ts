/** What nodes draw is theirs, whosever turn it was before. */
import { expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { drawsOf } from '../../../src/lab/mainline/draws.ts';

const SLOT_BITS = 22;

function taking(turns: readonly number[]) {
  let turn = 0;
  const keyOf = (node: number): number => node * 1000;
  const { draws, generations } = drawsOf(5, new SeededRandom(3), keyOf, () => turn, SLOT_BITS);
  return turns.map((node) => {
    turn = node;
    return { node, word: draws.uint32(), generation: generations.uint32() >>> SLOT_BITS };
  });
}

test('a node draws the same whoever draws in between', () => {
  const alone = taking([2, 2, 2]);
  const among = taking([0, 2, 4, 4, 2, 1, 2]).filter(({ node }) => node === 2);
  expect(among).toEqual(alone);
  expect(new Set(alone.map(({ word }) => word)).size).toBe(3);
});

test('a generation comes again after all others only', () => {
  const generations = taking(new Array<number>(1025).fill(1)).map(({ generation }) => generation);
  expect(new Set(generations.slice(0, 1024)).size).toBe(1024);
  expect(generations[1024]).toBe(generations[0]);
});
