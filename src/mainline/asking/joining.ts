/**
 * Joining: what becomes of a node when a lookup ends that it began for itself. With one answer it is a
 * member and looks where its table has gaps; without any it tries again later, and later each time.
 *
 *     join ─ lookup of our own id ─┬─ somebody answered ─▶ member ─▶ upkeep
 *                                  └─ nobody ─ 1 s, 2 s, 4 s … 60 s ─▶ join
 */
import { randomBelow } from '../../core/random.ts';
import { LookupKind } from '../rows/purpose.ts';
import { JOIN_RETRY_MS, type MainlineState } from '../state.ts';

/** Waiting time between fruitless attempts to join, which doubles, at most. */
export const JOIN_RETRY_MS_MAX = 60_000;
/** How often the nodes of a small network look for another part of it, see upkeep.ts. */
export const REUNION_MS: number = 15 * 60_000;

/** A lookup that the node began for itself is over: upkeep goes on. */
export function ownLookupEnded(
  node: MainlineState,
  now: number,
  kind: LookupKind,
  answered: number,
): void {
  if (kind === LookupKind.join) joined(node, now, answered);
  else node.upkeepAtMs = Math.min(node.upkeepAtMs, now);
}

function joined(node: MainlineState, now: number, answered: number): void {
  if (answered > 0) {
    node.isMember = true;
    node.joinRetryMs = JOIN_RETRY_MS;
    node.fillPart = 0;
    node.upkeepAtMs = now;
    // Spread: whoever joined together need not come back together.
    node.reunionAtMs = now + randomBelow(node.shared.random, REUNION_MS);
  } else {
    node.upkeepAtMs = now + node.joinRetryMs;
    node.joinRetryMs = Math.min(node.joinRetryMs * 2, JOIN_RETRY_MS_MAX);
  }
  node.observer.onJoin(answered);
}
