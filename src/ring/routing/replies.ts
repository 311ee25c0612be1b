/**
 * Replies: what a command is as a frame, and what comes of it by the first byte of the answer.
 *
 *     ok ──▶ the answer     not the owner ──▶ ask on     a refusal ──▶ an outcome
 *     not the owner, and nobody is: why ──▶ asked again, and that is the outcome when time is up
 */
import { isInArc } from '../../core/arc.ts';
import { equalIds } from '../../core/id.ts';
import { CLOSED, type Closed, type Identity } from '../circle/identity.ts';
import { type Frame, FrameType, Status } from '../frames.ts';
import type { OperationKind, OutcomeCode, RingStep } from '../outcome.ts';
import type { RingState } from '../state.ts';

export const TYPES: { readonly [kind in OperationKind]: number } = {
  owner: FrameType.owner,
  get: FrameType.get,
  exists: FrameType.get,
  insert: FrameType.put,
  remove: FrameType.remove,
  act: FrameType.act,
  query: FrameType.query,
};

export const WRITES: readonly OperationKind[] = ['insert', 'remove', 'act'];
export const READS: readonly OperationKind[] = ['get', 'exists', 'query'];

/** Why it was asked again, when nobody has said otherwise since. */
export const KNOWN: readonly OutcomeCode[] = ['too-few-copies', 'unavailable'];

/** By status; all others are refusals. */
export const STEPS: { readonly [status: number]: RingStep['kind'] } = {
  [Status.ok]: 'owner',
  [Status.notOwner]: 'closer',
};

/** By status. */
export const CODES: readonly (OutcomeCode | null)[] = [
  'ok',
  null,
  'too-few-copies',
  'store-failed',
  'too-large',
  'busy',
  'busy',
  null,
  'not-permitted',
  'unavailable',
];

/** Why nobody owns a key that would be ours, or was; null: not that we know. */
export function closedAt(node: RingState, key: Uint8Array, at = 0): Closed | null {
  for (const identity of node.identities) {
    const { closed } = identity;
    if (closed !== null && isAwaited(node, identity, key, at)) return closed;
  }
  return null;
}

/** Does it lie in what an identity would own, were the others there? */
function isAwaited(node: RingState, identity: Identity, key: Uint8Array, at: number): boolean {
  const { end, hash, holding, isMember, member, reach } = identity;
  if (isMember) return isInArc(key, at, holding === null ? hash : end, 0, reach, 0);
  // Who comes back knows only what was its own.
  const titles = node.seat?.titlesOf([member.address]) ?? [];
  return titles.some(
    (its) => equalIds(its.from, 0, hash, 0) && isInArc(key, at, its.from, 0, its.end, 0),
  );
}

/** Who is not the owner may know why nobody is. */
export function closedHeard(reply: Frame): Closed | null {
  return (reply.left > 0 ? CLOSED[reply.u8()] : undefined) ?? null;
}

/** What becomes of a command whose key is nobody's. */
export function closedCode(kind: OperationKind, closed: Closed): OutcomeCode {
  // A write that found no owner has not begun, and is on no copy.
  return closed === 'copies' && READS.includes(kind) ? 'too-few-copies' : 'unavailable';
}
