/** A tree of keys parts its ranges where brute force does, at every depth, whether places are kept or searched. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { KEY_BITS, KeyTree } from '../../../src/lab/mainline/key-tree.ts';

function treeOf(count: number, seed: number, differFrom = 0): KeyTree {
  const random = new SeededRandom(seed);
  const keys = Float64Array.from({ length: count }, () => {
    const key = random.uint32() * 0x10000 + (random.uint32() & 0xffff);
    return Math.floor(key / 2 ** differFrom);
  });
  return new KeyTree(keys.sort());
}

function bitOf(key: number, place: number): bigint {
  return (BigInt(key) >> BigInt(KEY_BITS - 1 - place)) & 1n;
}

describe.each([
  [700, 0],
  [1, 0],
  // Places of the first 5 bits are kept; all keys share the first 6.
  [3000, 6],
])('%i keys, the first %i bits the same', (count, differFrom) => {
  test('are split where brute force splits them', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const tree = treeOf(count, seed, differFrom);
        let splits = 0;
        const descend = (low: number, high: number, depth: number) => {
          const keys = tree.keys.subarray(low, high);
          const zeros = keys.filter((key) => bitOf(key, depth) === 0n).length;
          for (const key of keys.subarray(0, 3)) {
            if (tree.split(key, low, high, depth) !== low + zeros)
              expect.fail(`${low} at ${depth}`);
          }
          splits++;
          if (depth + 1 === KEY_BITS || high - low < 2) return;
          descend(low, low + zeros, depth + 1);
          descend(low + zeros, high, depth + 1);
        };
        descend(0, count, 0);
        expect(splits).toBeGreaterThanOrEqual(count);
      }),
      { numRuns: 5 },
    );
  });

  test('single ones are split at all bits', () => {
    const { keys } = treeOf(count, 1, differFrom);
    const tree = new KeyTree(keys);
    const place = Math.floor(count / 2);
    for (let depth = 0; depth < KEY_BITS; depth++) {
      if (keys.length > 1 && depth < 40) continue; // others share the bits before
      const expected = bitOf(keys[place], depth) === 0n ? place + 1 : place;
      expect(tree.split(keys[place], place, place + 1, depth)).toBe(expected);
    }
  });
});

test('nobody is split nowhere', () => {
  expect(new KeyTree(new Float64Array(0)).split(0, 0, 0, 0)).toBe(0);
  expect(treeOf(20, 1).split(5, 7, 7, 3)).toBe(7);
});
