/**
 * What answers to many requests have in common: that somebody else stands closer to the key, that a large
 * value is still on its way, how far an answer about an arc goes, and which names it is about.
 */
import { isBetween } from '../core/arc.ts';
import { WORKING_MS } from './bounds.ts';
import { CLOSED } from './circle/identity.ts';
import { FrameType, REPLY, Status } from './frames.ts';
import type { Link } from './link.ts';
import { candidatesFor } from './routing/closest.ts';
import { closedAt } from './routing/replies.ts';
import type { RingState } from './state.ts';

/** Not ours: here is who is closer. */
export function answerElsewhere(
  node: RingState,
  link: Link,
  type: number,
  request: number,
  key: Uint8Array,
  at: number,
): void {
  const out = link.begin(type | REPLY, request);
  out.u8(node.isMember ? Status.notOwner : Status.notMember);
  if (node.isMember) out.list(candidatesFor(node, key, at));
  const closed = closedAt(node, key, at);
  if (closed !== null) out.u8(CLOSED.indexOf(closed));
  link.send();
}

/** Who waits for a large value to be durable on others hears now and then that it is on its way. */
export function tellWorking(
  node: RingState,
  now: number,
  link: Link,
  request: number,
  isDone: () => boolean,
): void {
  node.after(now + WORKING_MS, (at) => {
    if (isDone() || link.isOver) return;
    link.begin(FrameType.working, request);
    link.send();
    tellWorking(node, at, link, request, isDone);
  });
}

/** Where a list that goes to `to` leaves the arc that ends at `end`. */
export function stopOf(from: Uint8Array, end: Uint8Array, to: Uint8Array): Uint8Array {
  return isBetween(to, 0, from, 0, end, 0) ? to : end;
}

/** Does a name begin so? One that was not kept begins with nothing only. */
export function beginsWith(name: Uint8Array | null, prefix: Uint8Array): boolean {
  if (prefix.length === 0) return true;
  if (name === null || name.length < prefix.length) return false;
  return prefix.every((byte, i) => byte === name[i]);
}
