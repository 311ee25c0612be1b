import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { checkSelection, type Selection, selected } from '../../../src/lab/life/selection.ts';

const COUNT = 100;
/** Ten rows of ten. */
const placeOf = (node: number) => ({ x: (node % 10) / 10, y: Math.floor(node / 10) / 10 });

function choose(selection: Selection, seed = 1, isCandidate = (_node: number) => true): number[] {
  return selected(selection, COUNT, isCandidate, placeOf, new SeededRandom(seed));
}

describe('a selection', () => {
  test('by number takes these, once each, ascending', () => {
    expect(choose({ nodes: [17, 3, 17] })).toEqual([3, 17]);
    expect(choose({ first: 97 })).toEqual([97, 98, 99]);
    expect(choose({ first: 4, last: 6 })).toEqual([4, 5, 6]);
    expect(choose({})).toHaveLength(COUNT);
  });

  test('by place takes who is in the disc, its edge included', () => {
    expect(choose({ disc: { x: 0.5, y: 0.5, radius: 0.1 } })).toEqual([45, 54, 55, 56, 65]);
    expect(choose({ disc: { x: 0.5, y: 0.5, radius: 0 } })).toEqual([55]);
    expect(choose({ disc: { x: 0, y: 0, radius: 2 } })).toHaveLength(COUNT);
  });

  test('by chance takes so many, others with another seed, and all of them alike often', () => {
    expect(choose({ count: 7 })).toHaveLength(7);
    expect(choose({ share: 0.25 })).toHaveLength(25);
    expect(choose({ share: 0.5, first: 90 })).toHaveLength(5);
    expect(choose({ count: 7 }, 1)).toEqual(choose({ count: 7 }, 1));
    expect(choose({ count: 7 }, 1)).not.toEqual(choose({ count: 7 }, 2));
    const often = new Array<number>(COUNT).fill(0);
    for (let seed = 0; seed < 2000; seed++)
      for (const node of choose({ count: 10 }, seed)) often[node]++;
    // 200 each, with a standard deviation of 13.
    for (const times of often) expect(Math.abs(times - 200)).toBeLessThan(60);
  });

  test('never takes somebody who is no candidate, or more than there are', () => {
    const field = fc.record(
      {
        first: fc.nat(50),
        last: fc.integer({ min: 50, max: COUNT - 1 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        nodes: fc.array(fc.nat(COUNT - 1)),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(field, fc.nat(), (selection, seed) => {
        const isOdd = (node: number): boolean => node % 2 === 1;
        const found = choose(selection as Selection, seed, isOdd);
        expect(found.every(isOdd)).toBe(true);
        expect([...new Set(found)].sort((a, b) => a - b)).toEqual(found);
        for (const node of found) {
          expect(node).toBeGreaterThanOrEqual(selection.first ?? 0);
          expect(node).toBeLessThanOrEqual(selection.last ?? COUNT);
          if (selection.nodes) expect(selection.nodes).toContain(node);
        }
      }),
    );
  });
});

describe('checkSelection', () => {
  test('lets what is right pass', () => {
    const selection = { first: 2, last: 9, share: 0.5, disc: { x: 0, y: 1, radius: 0.3 } };
    expect(checkSelection(selection, 'crash', 10)).toBe(selection);
  });

  test.each([
    [null, /"crash" expected an object .*got null/],
    [[1, 2], /"crash" expected an object .*got an array/],
    [{ nodes: 3 }, /"crash\.nodes" expected an array of numbers, got 3/],
    [{ nodes: [0, 10] }, /"crash\.nodes\[1\]" expected a whole number in 0\.\.9, got 10/],
    [{ first: 5, last: 4 }, /"crash\.last" .*5\.\.9, got 4/],
    [{ share: 1.5 }, /"crash\.share" expected a number in 0\.\.1, got 1\.5/],
    [{ share: '0.5' }, /"crash\.share" expected a number in 0\.\.1, got "0\.5"/],
    [{ count: 11 }, /"crash\.count" .*0\.\.10, got 11/],
    [{ share: 0.5, count: 2 }, /either share or count/],
    [{ disc: { x: 0, y: 0 } }, /"crash\.disc\.radius" expected a number/],
    [{ disc: { x: 2, y: 0, radius: 1 } }, /"crash\.disc\.x" .*got 2/],
    [{ disc: null }, /"crash\.disc\.x"/],
  ])('%j is refused by name', (selection, message) => {
    expect(() => checkSelection(selection, 'crash', 10)).toThrow(message);
  });
});
