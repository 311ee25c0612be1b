import { expect, test } from 'vitest';
import { majorityOf, Votes } from '../../../src/ring/titles/votes.ts';
import { peerOf, peersUpTo } from './samples.ts';

test('a majority is more than half', () => {
  expect([1, 2, 3, 4, 5].map(majorityOf)).toEqual([1, 2, 2, 3, 3]);
});

test('each electorate has to have its own majority', () => {
  const votes = new Votes([peersUpTo(3), [peerOf(3), peerOf(4), peerOf(5)]]);
  votes.yes(peerOf(1));
  votes.yes(peerOf(2));
  expect(votes.isWon).toBe(false);
  votes.yes(peerOf(3));
  expect(votes.isWon).toBe(false);
  votes.yes(peerOf(4));
  expect(votes.isWon).toBe(true);
});

test('lost is what no answer could win any more; who was silent may still say yes', () => {
  const votes = new Votes([peersUpTo(3)]);
  votes.no(peerOf(1));
  expect(votes.isLost).toBe(false);
  votes.no(peerOf(2));
  expect(votes.isLost).toBe(true);
  votes.yes(peerOf(2));
  votes.no(peerOf(2));
  expect(votes.isLost).toBe(false);
  votes.yes(peerOf(3));
  expect(votes.isWon).toBe(true);
});

test('another incarnation has no vote', () => {
  const votes = new Votes([peersUpTo(1)]);
  votes.yes({ home: 1, incarnation: 5 });
  expect(votes.isWon).toBe(false);
  expect(votes.isHeard(peerOf(1))).toBe(false);
});
