/**
 * Who is closest before a key: of those we know whom to ask first, and whom to name to others. A node
 * stands before the keys of its arc, so the owner of a key is the member closest before it.
 */

import { isBetween } from '../../core/arc.ts';
import { equalIds } from '../../core/id.ts';
import { CANDIDATES } from '../bounds.ts';
import type { Member } from '../circle/member.ts';
import type { RingState } from '../state.ts';

/** Is `a` closer before `key` than `b`? A node at the key itself is the closest. */
export function isCloserBefore(
  a: Uint8Array,
  b: Uint8Array,
  key: Uint8Array,
  keyAt: number,
): boolean {
  if (equalIds(a, 0, b, 0) || equalIds(b, 0, key, keyAt)) return false;
  return equalIds(a, 0, key, keyAt) || isBetween(a, 0, b, 0, key, keyAt);
}

/** Keeps `list` sorted, the closest before the key first, and no longer than `limit`. */
function offer(
  list: Member[],
  member: Member,
  key: Uint8Array,
  keyAt: number,
  limit: number,
): void {
  let at = list.length;
  while (at > 0 && isCloserBefore(member.hash, list[at - 1].hash, key, keyAt)) at--;
  if (at >= limit || list.includes(member)) return;
  list.splice(at, 0, member);
  if (list.length > limit) list.pop();
}

/** The members that we know closest before a key, ourselves not among them. */
export function closestBefore(
  node: RingState,
  key: Uint8Array,
  at: number,
  limit: number,
): Member[] {
  const list: Member[] = [];
  for (const identity of node.identities) {
    if (!identity.isMember) continue;
    for (const member of identity.successors) offer(list, member, key, at, limit);
    if (node.policy.usesPredecessors) {
      for (const member of identity.predecessors) offer(list, member, key, at, limit);
    }
    for (const member of identity.fingers.members) offer(list, member, key, at, limit);
  }
  return list;
}

/**
 * Candidates in one answer: enough that of a list of neighbours whoever still lives is among them,
 * however many of those before it have died.
 */
export function candidatesLimit(node: RingState): number {
  return Math.max(CANDIDATES, node.listProcesses + 1);
}

/** What we answer who asks for a key that is not ours: those closer to it than we are. */
export function candidatesFor(node: RingState, key: Uint8Array, at: number): Member[] {
  const list = closestBefore(node, key, at, candidatesLimit(node));
  for (const { member, isMember } of node.identities) {
    if (!isMember) continue;
    const end = list.findIndex((other) => !isCloserBefore(other.hash, member.hash, key, at));
    if (end >= 0) list.length = end;
  }
  return list;
}

/** Whom one who is no member may ask: all it remembers, the closest first, and whom it was told of. */
export function remembered(node: RingState, key: Uint8Array): Member[] {
  const list: Member[] = [];
  for (const member of node.waysIn()) offer(list, member, key, 0, Infinity);
  return list;
}
