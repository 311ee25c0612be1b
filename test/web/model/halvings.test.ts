/** Halving, counted: against ids taken apart bit by bit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SceneMaker } from '../../../web/src/bench-scene.ts';
import { halvings, sharedBitsOf } from '../../../web/src/model/halvings.ts';
import { hashText } from '../../../web/src/model/ids.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';

const bitsOf = (hex: string) =>
  [...hex].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
const hex = fc.string({
  unit: fc.constantFrom(...'0123456789abcdef'),
  minLength: 40,
  maxLength: 40,
});

test('a name is hashed as everybody hashes it', () => {
  // FIPS 180-4, the example of one block.
  expect(hashText('abc')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
});

describe('halving', () => {
  test('bits in common are those before the first that differs', () => {
    fc.assert(
      fc.property(hex, hex, fc.nat(39), (a, b, same) => {
        const other = a.slice(0, same) + b.slice(same);
        const [x, y] = [bitsOf(a), bitsOf(other)];
        let shared = 0;
        while (shared < 160 && x[shared] === y[shared]) shared++;
        expect(sharedBitsOf(a, other)).toBe(shared);
      }),
    );
  });

  test('begins with all nodes and ends with one or none', () => {
    for (const nodes of [1, 2, 50, 3000]) {
      const maker = new SceneMaker({
        nodes,
        overlay: 'mainline',
        identities: 1,
        seed: 3,
        keys: [],
      });
      const model = new SceneModel();
      for (const message of maker.opening()) model.apply(message);
      const counts = halvings(model, 'apple');
      expect(counts[0]).toBe(nodes);
      expect(counts.at(-1)).toBeLessThanOrEqual(1);
      expect(counts).toEqual([...counts].sort((a, b) => b - a));
      expect(Math.abs(counts.length - 1 - Math.log2(nodes))).toBeLessThan(6);
    }
  });
});
