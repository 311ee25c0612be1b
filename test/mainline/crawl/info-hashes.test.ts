import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InfoHashes } from '../../../src/mainline/crawl/info-hashes.ts';
import { hex } from '../small-world.ts';

const hashOf = (n: number) =>
  new Uint8Array(20).fill(0).map((_, i) => (i < 4 ? n >>> (8 * i) : n % 7));

test('they are a map from each to who told of it first, and how many did', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60)), fc.integer(), (told, secret) => {
      const known = new InfoHashes(1000, secret);
      const model = new Map<string, { first: number; tellers: number }>();
      for (const [node, n] of told.entries()) {
        known.add(hashOf(n), 0, node);
        const one = model.get(hex(hashOf(n))) ?? { first: node, tellers: 0 };
        one.tellers++;
        model.set(hex(hashOf(n)), one);
      }
      const found = Array.from({ length: known.count }, (_, row) => [
        hex(known.bytes.slice(row * 20, row * 20 + 20)),
        { first: known.firstNodes[row], tellers: known.tellers[row] },
      ]);
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(model));
    }),
  );
});

test('many find their places again, and what finds none is counted', () => {
  const known = new InfoHashes(5000, 7);
  for (let n = 0; n < 6000; n++) known.add(hashOf(n), 0, n);
  for (let n = 0; n < 5000; n++) known.add(hashOf(n), 0, 9, 2);
  expect([known.count, known.unlisted]).toEqual([5000, 1000]);
  expect(known.tellers.subarray(0, 5000).every((tellers) => tellers === 3)).toBe(true);
});
