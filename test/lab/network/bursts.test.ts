/** Bursts: shares and lengths are those of the two-state chain, computed on paper. */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { type BurstModel, Bursts, wordsBelow } from '../../../src/lab/network/bursts.ts';

/** Which of so many datagrams of one node are lost. */
function losses(model: BurstModel, count: number, node = 3): boolean[] {
  const bursts = new Bursts(model, 10, 99);
  const random = new SeededRandom(8);
  return Array.from({ length: count }, () => bursts.take(node, random));
}

/** Lengths of rows of losses. */
function rows(lost: readonly boolean[]): number[] {
  const lengths: number[] = [];
  for (const [i, isLost] of lost.entries()) {
    if (isLost && lost[i - 1]) lengths[lengths.length - 1] = lengths.at(-1)! + 1;
    else if (isLost) lengths.push(1);
  }
  return lengths;
}

describe('a bad line', () => {
  test.each([
    { enter: 0.01, leave: 0.1 },
    { enter: 0.05, leave: 0.05 },
    { enter: 0.002, leave: 0.5, loss: 1 },
  ])('of %j loses its share, in rows of 1 / leave', (model) => {
    const lost = losses(model, 400_000);
    const share = lost.filter(Boolean).length / lost.length;
    const expected = model.enter / (model.enter + model.leave);
    expect(Math.abs(share / expected - 1)).toBeLessThan(0.1);
    expect(new Bursts(model, 10, 1).share).toBeCloseTo(expected, 12);
    const lengths = rows(lost);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(Math.abs(mean * model.leave - 1)).toBeLessThan(0.1);
  });

  test('may let some through', () => {
    const lost = losses({ enter: 0.1, leave: 0.1, loss: 0.3 }, 200_000);
    expect(Math.abs(lost.filter(Boolean).length / lost.length - 0.15)).toBeLessThan(0.01);
  });

  test('that is never entered loses nothing; that is never good loses all', () => {
    expect(losses({ enter: 0, leave: 1 }, 1000).filter(Boolean)).toHaveLength(0);
    // It turns good with every datagram, and bad again with the next: every other one is lost.
    expect(losses({ enter: 1, leave: 1 }, 1000).filter(Boolean)).toHaveLength(500);
  });
});

test('lines are bad at the start as often as in the long run, each by itself', () => {
  const bursts = new Bursts({ enter: 0.000001, leave: 0.000003 }, 10_000, 5);
  const random = new SeededRandom(1);
  let bad = 0;
  for (let node = 0; node < 10_000; node++) if (bursts.take(node, random)) bad++;
  expect(Math.abs(bad / 10_000 - 0.25)).toBeLessThan(0.02);
});

test('a share is a part of all words', () => {
  expect([0, 0.5, 1].map(wordsBelow)).toEqual([0, 2 ** 31, 2 ** 32]);
});
