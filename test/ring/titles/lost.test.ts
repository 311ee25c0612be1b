import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBereft, LOST_LEAP, leapAbove, withoutLost } from '../../../src/ring/titles/lost.ts';
import { hasPeer, type Peer } from '../../../src/ring/titles/title.ts';
import { majorityOf } from '../../../src/ring/titles/votes.ts';
import { peerOf, peersUpTo, titleOf } from './samples.ts';

const among =
  (lost: readonly Peer[]) =>
  (peer: Peer): boolean =>
    hasPeer(lost, peer);

test('a majority that is left decides as before', () => {
  const electors = peersUpTo(5);
  expect(withoutLost([electors], among(peersUpTo(2)))).toEqual([electors]);
});

test('where more than half are lost all that are left have to agree, and where all are, nobody is asked', () => {
  const electors = peersUpTo(5);
  expect(withoutLost([electors], among(peersUpTo(3)))).toEqual([[peerOf(4)], [peerOf(5)]]);
  expect(withoutLost([electors, [peerOf(9)]], among(electors))).toEqual([[peerOf(9)]]);
});

test('whatever is decided without the lost meets every majority that somebody who lives took part in', () => {
  const some = fc.nat({ max: 2 ** 9 - 1 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), some, some, (count, lostBits, votedBits) => {
      const electors = peersUpTo(count);
      const lost = electors.filter((_, i) => (lostBits >> i) & 1);
      const voted = electors.filter((_, i) => (votedBits >> i) & 1);
      const living = electors.filter((peer) => !hasPeer(lost, peer));
      const isMajority = voted.length >= majorityOf(count);
      if (!isMajority || !voted.some(among(living))) return;
      // The least of those who may decide now: of each electorate as few as are a majority, the last ones.
      const deciding = withoutLost([electors], among(lost)).flatMap((list) =>
        list.filter(among(living)).slice(-majorityOf(list.length)),
      );
      expect(deciding.some(among(voted))).toBe(true);
    }),
  );
});

test('an arc is bereft when all who have its records are lost', () => {
  const title = titleOf(0, 0, 1, peersUpTo(5));
  expect(isBereft(title, among(peersUpTo(3)))).toBe(true);
  expect(isBereft(title, among(peersUpTo(2)))).toBe(false);
});

test('a leap goes above the highest epoch by more than anybody gets to by itself', () => {
  const epochs = [3, 8, 5].map((number) => ({ number, claimant: 1 }));
  expect(leapAbove(epochs)).toEqual({ number: 8 + LOST_LEAP, claimant: 0 });
  expect(leapAbove([]).number).toBe(LOST_LEAP);
});
