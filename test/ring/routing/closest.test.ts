import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCloserBefore } from '../../../src/ring/routing/closest.ts';

describe('closeness', () => {
  it('is the distance on the way to the key', () => {
    const id = fc.nat(255).map((value) => new Uint8Array(20).fill(value));
    fc.assert(
      fc.property(id, id, id, (a, b, key) => {
        const way = (from: Uint8Array) => (key[0] - from[0] + 256) % 256;
        expect(isCloserBefore(a, b, key, 0)).toBe(way(a) < way(b));
      }),
    );
  });
});
