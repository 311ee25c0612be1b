/** The hash that everything hangs on that follows from a number. */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/random.ts';
import { mix } from '../../src/lab/mix.ts';

/** MurmurHash3's finaliser with big numbers, as its definition reads. */
function mixByDefinition(seed: number, word: number): number {
  const mask = 0xffffffffn;
  let hash = (((BigInt(seed) ^ BigInt(word)) & mask) * 0x9e3779b1n) & mask;
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(hash ^ (hash >> 16n));
}

describe('mix', () => {
  test('is the finaliser of MurmurHash3, computed with big numbers', () => {
    const random = new SeededRandom(9);
    const words = [0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff];
    for (let i = 0; i < 500; i++) words.push(random.uint32());
    for (const word of words) {
      for (const seed of [0, 1, 0xffffffff, random.uint32()]) {
        expect(mix(seed, word)).toBe(mixByDefinition(seed, word));
      }
    }
  });
});
