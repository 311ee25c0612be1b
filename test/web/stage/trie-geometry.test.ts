import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sortPlaces } from '../../../web/src/stage/circle-order.ts';
import {
  buildTrie,
  placeInTrie,
  sharedBits,
  siblingRange,
  trieX,
  trieY,
  turnAtTrieX,
  walkTrie,
} from '../../../web/src/stage/trie-geometry.ts';

const CELLS = 2 ** 16;
const turns = fc
  .uniqueArray(fc.integer({ min: 0, max: CELLS - 1 }), { minLength: 1, maxLength: 60 })
  .map((values) => Float64Array.from(values, (value) => value / CELLS));

const bitsOf = (turn: number) =>
  Math.floor(turn * CELLS)
    .toString(2)
    .padStart(16, '0');

function sharedByText(a: string, b: string): number {
  let bits = 0;
  while (bits < a.length && a[bits] === b[bits]) bits++;
  return bits;
}

const trieOf = (all: Float64Array, counts: (place: number) => boolean = () => true) =>
  buildTrie(sortPlaces(all, all.length), counts);

describe('the trie', () => {
  test('shared bits are those of the texts', () => {
    fc.assert(
      fc.property(turns, (all) => {
        for (const a of all) {
          for (const b of all) {
            if (a !== b) expect(sharedBits(a, b)).toBe(sharedByText(bitsOf(a), bitsOf(b)));
          }
        }
      }),
    );
    expect(sharedBits(0.3, 0.3)).toBe(50);
    expect(sharedBits(0.5, 0.5 + 2 ** -40)).toBe(39);
  });

  test('each leaf hangs at the first prefix that is its own', () => {
    fc.assert(
      fc.property(turns, (all) => {
        const trie = trieOf(all);
        for (const [i, place] of trie.order.entries()) {
          const own = bitsOf(all[place]!);
          const others = [...all].filter((_, other) => other !== place).map(bitsOf);
          const depth =
            others.length === 0 ? 0 : 1 + Math.max(...others.map((o) => sharedByText(own, o)));
          expect(trie.depths[i]).toBe(depth);
        }
      }),
    );
  });

  test('only those that count are in it; the others have no position', () => {
    const all = Float64Array.of(0.1, 0.6, 0.7);
    const trie = trieOf(all, (place) => place !== 1);
    expect([...trie.order]).toEqual([0, 2]);
    const into = new Float32Array(6);
    placeInTrie(into, 3, trie, new Uint8Array(60));
    expect(into[2]).toBeNaN();
    expect(into[0]).toBeCloseTo(trieX(0.1));
    expect(into[1]).toBeCloseTo(trieY(1, trie.deepest));
  });

  test('two ids that happen to lie close do not flatten the rest', () => {
    const all = Float64Array.from({ length: 64 }, (_, i) => i / 64 + 0.001);
    all[1] = all[0]! + 2 ** -45;
    expect(trieOf(all).deepest).toBeLessThan(16);
  });

  test('drawn wholly it has a branch to every leaf and no crowd', () => {
    fc.assert(
      fc.property(turns, (all) => {
        if (all.length < 2) return;
        const ends: number[] = [];
        let crowds = 0;
        walkTrie(trieOf(all), 0, 1, 0, {
          branch: (_x, _depth, toX) => ends.push(toX),
          crowd: () => crowds++,
        });
        expect(crowds).toBe(0);
        for (const turn of all) expect(ends).toContain(turn);
      }),
    );
  });

  test('drawn coarsely nobody is forgotten, and little is drawn', () => {
    const all = Float64Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 5003) / 5003);
    let branches = 0;
    let inCrowds = 0;
    const leaves: number[] = [];
    const trie = trieOf(all);
    walkTrie(trie, 0, 1, 1 / 100, {
      branch: (_x, _depth, toX) => {
        branches++;
        if (all.includes(toX)) leaves.push(toX);
      },
      crowd: (left, right, _depth, toDepth, count) => {
        expect(count).toBe(all.filter((turn) => turn >= left && turn < right).length);
        expect(toDepth).toBeLessThanOrEqual(trie.deepest);
        inCrowds += count;
      },
    });
    expect(inCrowds + leaves.length).toBe(5000);
    expect(branches).toBeLessThan(600);
  });

  test('what is out of sight is not visited', () => {
    const all = Float64Array.from({ length: 256 }, (_, i) => i / 256);
    let seen = 0;
    const trie = trieOf(all);
    walkTrie(trie, 0.5, 0.51, 0, {
      branch: (_x, _depth, toX) => {
        seen++;
        expect(toX).toBeGreaterThan(0.2);
      },
      crowd: () => {},
    });
    expect(seen).toBeLessThan(40);
  });

  test('a bucket is about those who share so many bits and not the next', () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 0, max: 12 }), (all, depth) => {
        const own = all[0]!;
        const { left, right } = siblingRange(own, depth);
        for (const other of all) {
          if (other === own) continue;
          const isIn = other >= left && other < right;
          expect(isIn).toBe(sharedByText(bitsOf(own), bitsOf(other)) === depth);
        }
      }),
    );
    const deep = siblingRange(0.3, 40);
    expect(deep.right - deep.left).toBe(2 ** -41);
    expect(sharedBits(deep.left + 2 ** -43, 0.3)).toBe(40);
  });

  test('x of a turn and back', () => {
    expect(turnAtTrieX(trieX(0.37))).toBeCloseTo(0.37);
    expect(trieY(0, 9)).toBeLessThan(trieY(1, 9));
  });
});
