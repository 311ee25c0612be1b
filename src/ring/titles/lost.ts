/**
 * The lost: processes of which an operator has said that they will not come back, with their promises and
 * their data. As long as a majority of an electorate is left nothing changes by that. Where more than half of
 * one is lost, no majority can ever be had again; then all that are left of it take its place, each of them.
 *
 *     electors  A  B  C  D  E      A B lost      C D E are a majority: those three, as before
 *                                  A B C lost    D and E, both
 *                                  all lost      nobody is left to be asked
 *
 * All that are left meet every majority that any of them takes part in, so this divides nothing, if those
 * are lost that were said to be. Otherwise the lost are a majority without us: that is the operator's risk.
 */
import { type Epoch, laterOf, NO_EPOCH } from './epoch.ts';
import type { Peer, Title } from './title.ts';
import { majorityOf } from './votes.ts';

/** How far above all that is known an arc goes whose majority was lost: those may have gone on without us. */
export const LOST_LEAP = 1 << 20;

/** Who has a say, once the lost have none. */
export function withoutLost(
  electorates: readonly (readonly Peer[])[],
  isLost: (peer: Peer) => boolean,
): (readonly Peer[])[] {
  return electorates.flatMap((list) => {
    const left = list.filter((peer) => !isLost(peer));
    return left.length >= majorityOf(list.length) ? [list] : left.map((peer) => [peer]);
  });
}

/** Nobody is left who has the records of its arc. */
export function isBereft({ copies }: Title, isLost: (peer: Peer) => boolean): boolean {
  return copies.every(isLost);
}

/** The highest of some epochs, and so far above it that nobody has got there by itself. */
export function leapAbove(epochs: readonly Epoch[]): Epoch {
  const { number } = epochs.reduce(laterOf, NO_EPOCH);
  return { number: number + LOST_LEAP, claimant: 0 };
}
