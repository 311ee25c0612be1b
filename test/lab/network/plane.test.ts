/** Places follow from numbers: spread evenly, the same for ever, others with another seed. */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { lineOf, mix, PLANE_SIDE, placeOf, xOf, yOf } from '../../../src/lab/network/plane.ts';

/** MurmurHash3's finaliser with big numbers, as its definition reads. */
function mixByDefinition(seed: number, word: number): number {
  const mask = 0xffffffffn;
  let hash = (((BigInt(seed) ^ BigInt(word)) & mask) * 0x9e3779b1n) & mask;
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(hash ^ (hash >> 16n));
}

describe('places', () => {
  test('cover the square and the lines evenly, and hang together in nothing', () => {
    const cells = new Array<number>(16).fill(0);
    const lines = new Array<number>(128).fill(0);
    for (let node = 0; node < 64_000; node++) {
      const place = placeOf(7, node);
      const [x, y, line] = [xOf(place), yOf(place), lineOf(place)];
      expect(Math.min(x, y) >= 0 && Math.max(x, y) < PLANE_SIDE).toBe(true);
      const cell = Math.floor((x * 4) / PLANE_SIDE) * 4 + Math.floor((y * 4) / PLANE_SIDE);
      cells[cell] = cells[cell] + 1;
      lines[line] = lines[line] + 1;
    }
    for (const count of cells) expect(Math.abs(count - 4000)).toBeLessThan(300);
    for (const count of lines) expect(Math.abs(count - 500)).toBeLessThan(120);
  });

  test('are others with another seed', () => {
    let same = 0;
    for (let node = 0; node < 1000; node++) if (placeOf(1, node) === placeOf(2, node)) same++;
    expect(same).toBe(0);
  });
});

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
