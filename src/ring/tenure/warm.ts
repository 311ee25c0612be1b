/**
 * Titles as they are after a long calm: what a lab knows beforehand, as it knows neighbours and fingers.
 * Each owner makes the title that it would have come to, and whoever set up the ring lets its electors
 * accept it.
 */
import type { Identity } from '../circle/identity.ts';
import type { RingState } from '../state.ts';
import { claimantOf } from '../titles/epoch.ts';
import { Holding } from '../titles/holding.ts';
import { NOTHING_FORGOTTEN, type Peer, type Title } from '../titles/title.ts';
import { electorsNow, peerOf } from './choosing.ts';

/** Null in a ring without titles. */
export function holdWarm(node: RingState, now: number, identity: Identity): Title | null {
  const { seat, settings } = node;
  if (seat === null) return null;
  const { peer } = seat;
  const backups = identity.copies.map(({ member }) => peerOf(member));
  const copies = [peer, ...backups.filter((its): its is Peer => its !== null)];
  const title: Title = {
    from: identity.hash,
    end: identity.end,
    epoch: { number: 1, claimant: claimantOf(peer.home, peer.incarnation) },
    owner: { ...peer, address: identity.member.address },
    copies,
    electors: electorsNow(node, identity, copies, []),
    previous: [],
    wanted: Math.min(settings.k + 1, copies.length),
    forgottenBelow: NOTHING_FORGOTTEN,
  };
  identity.holding = new Holding(title, now, true);
  identity.reach = identity.end;
  return title;
}
