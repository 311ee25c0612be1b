/**
 * Finding: what a node looks up for itself. Two rings that grew apart find each other again: every node
 * remembers whom it ever saw, and looks itself up through one of them now and then. If that leads to
 * somebody else, the two are each other's neighbours, and speaking with each other's neighbours zips
 * the two circles into one.
 */
import { ID_BYTES } from '../../core/id.ts';
import type { Identity } from '../circle/identity.ts';
import { Operation } from '../routing/operation.ts';
import type { RingState } from '../state.ts';
import { askNeighbours } from './lists.ts';

/** Of those whom we remember many are dead: the next one is asked when one is silent. */
const WAYS = 4;

/** Looks ourselves up through somebody we once knew. */
export function selfTest(node: RingState, now: number, identity: Identity): void {
  const via = node.memory.someKnown(WAYS);
  if (via.length === 0 || !identity.isMember) return;
  const key = new Uint8Array(identity.hash);
  new Operation(node, 'owner', key, null, 'one', via, (at, _outcome, owner) => {
    if (owner === null || owner === identity.member || node.isOwn(owner)) return;
    // It answers for our own place: it has never heard of us.
    node.gone.delete(owner.address);
    askNeighbours(node, at, identity, owner);
  }).start(now);
}

/** Looks up the next finger; false when all have been looked up since it last said so. */
export function refreshFinger(node: RingState, now: number, identity: Identity): boolean {
  const target = new Uint8Array(ID_BYTES);
  const bit = identity.fingers.next(identity.member, identity.successors.at(-1), target);
  if (bit < 0) return false;
  new Operation(node, 'owner', target, null, 'one', null, (_at, _outcome, owner) => {
    if (owner !== null) identity.fingers.set(bit, owner, identity.member);
  }).start(now);
  return true;
}
