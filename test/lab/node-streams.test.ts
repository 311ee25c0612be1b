/** Streams of many: none knows of the others, and all look random. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/random.ts';
import { NodeStreams } from '../../src/lab/node-streams.ts';

function drawn(streams: NodeStreams, node: number, count: number): number[] {
  return Array.from({ length: count }, () => {
    streams.node = node;
    return streams.uint32();
  });
}

describe('streams of nodes', () => {
  test('are the same whoever draws when', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(9), { maxLength: 100 }), (seed, turns) => {
        const mixed = new NodeStreams(10, new SeededRandom(seed));
        const words: number[][] = Array.from({ length: 10 }, () => []);
        for (const node of turns) words[node].push(...drawn(mixed, node, 1));
        const apart = new NodeStreams(10, new SeededRandom(seed));
        for (const [node, own] of words.entries()) {
          expect(drawn(apart, node, own.length)).toEqual(own);
        }
      }),
    );
  });

  test('hang on the key of a node, not on its number', () => {
    const keys = [5, 2 ** 47 + 1, 77];
    const a = new NodeStreams(3, new SeededRandom(4), (node) => keys[node]);
    const b = new NodeStreams(9, new SeededRandom(4), (node) => (node === 8 ? keys[1] : node));
    expect(drawn(a, 1, 20)).toEqual(drawn(b, 8, 20));
  });

  test('have different words, each bit as often 0 as 1, whether keys lie close or far apart', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(1, 0x1000001, 2 ** 36), (seed, apart) => {
        const streams = new NodeStreams(64, new SeededRandom(seed), (node) => node * apart);
        const words = Array.from({ length: 64 }, (_, node) => drawn(streams, node, 64)).flat();
        expect(new Set(words).size).toBeGreaterThan(4090); // of 4096; two in 512 runs are equal
        for (let bit = 0; bit < 32; bit++) {
          const ones = words.reduce((sum, word) => sum + ((word >>> bit) & 1), 0);
          expect(Math.abs(ones - 2048)).toBeLessThan(32 * 6); // six standard deviations
        }
      }),
      { numRuns: 50 },
    );
  });

  test('count their draws, each for itself', () => {
    const streams = new NodeStreams(2, new SeededRandom(1));
    const counts = [0, 0, 1, 0].map((node) => {
      streams.node = node;
      return streams.count();
    });
    expect(counts).toEqual([1, 2, 1, 3]);
  });
});
