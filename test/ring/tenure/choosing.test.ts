import { describe, expect, test } from 'vitest';
import { copiesLeast, electorsOf } from '../../../src/ring/tenure/choosing.ts';
import { peerOf, peersUpTo } from '../titles/samples.ts';

const numbers = (peers: readonly { home: number }[]) => peers.map(({ home }) => home);

describe('electors', () => {
  test('are the owner, those with copies, and the nearest of the others, 2K + 1 in all', () => {
    const living = peersUpTo(9);
    const chosen = electorsOf(2, { first: peersUpTo(3), living, before: [] });
    expect(numbers(chosen)).toEqual([1, 2, 3, 4, 5]);
  });

  test('are an odd number, and no process is one twice', () => {
    const living = [...peersUpTo(4), peerOf(2)];
    expect(numbers(electorsOf(2, { first: peersUpTo(2), living, before: [] }))).toEqual([1, 2, 3]);
    const reborn = [{ home: 1, incarnation: 999 }, peerOf(2), peerOf(3)];
    expect(numbers(electorsOf(1, { first: [peerOf(1)], living: reborn, before: [] }))).toEqual([
      1, 2, 3,
    ]);
  });

  test('who are silent stay while nobody can take their place', () => {
    const before = peersUpTo(5);
    const alone = electorsOf(2, { first: [peerOf(1)], living: [peerOf(1)], before });
    expect(numbers(alone)).toEqual([1, 2, 3, 4, 5]);
    const living = [peerOf(1), peerOf(7), peerOf(8), peerOf(9)];
    expect(numbers(electorsOf(2, { first: [peerOf(1)], living, before }))).toEqual([1, 7, 8, 9, 2]);
  });

  test('stand first when they hold copies and live', () => {
    const first = [peerOf(1), peerOf(8), peerOf(2)];
    const living = [peerOf(1), peerOf(2), peerOf(3), peerOf(4)];
    expect(numbers(electorsOf(1, { first, living, before: [] }))).toEqual([1, 2, 3]);
  });
});

test('a title names as many copies as an act at quorum wants, at least', () => {
  expect([1, 2, 3, 4, 5].map(copiesLeast)).toEqual([1, 2, 2, 3, 3]);
});
