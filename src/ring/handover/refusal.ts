/**
 * Refusal: a ring keeps backups under titles or it does not, and so do all its members. Who is of the other
 * kind is told so in the greeting, with the K that is kept there, and would be told the same for ever: it gives
 * up joining once nobody is left to ask who has not said so.
 *
 *     joiner, K 0 ── hello ─▶ member, K 2
 *                 ◀─ K 2 ───  "not with yours"     another way in? ─▶ it is asked, too
 *                                                  none            ─▶ not admitted: idle from here on
 */
import { formatAddress } from '../../core/address.ts';
import type { Member } from '../circle/member.ts';
import type { RingState } from '../state.ts';

/** A member of a ring, with K backups there, has refused us for what kind of member we are. */
export function refusedBy(node: RingState, _now: number, member: Member, k: number): void {
  if (node.isMember) return;
  node.refusers.add(member.address);
  if (!node.waysIn().every(({ address }) => node.refusers.has(address))) return;
  for (const identity of node.identities) {
    identity.state = 'idle';
    identity.host = null;
    identity.pulseAtMs = Infinity;
  }
  const peer = member.address;
  node.event({ kind: 'not-admitted', peer, reason: reasonOf(node, formatAddress(peer), k) });
}

function reasonOf({ settings }: RingState, peer: string, k: number): string {
  const both = `the ring at ${peer} has K = ${k}, this member K = ${settings.k}`;
  // Class programs know no titles.
  if (k > 0 && settings.k > 0)
    return `${both}, and only one of the two has --wire: give both or none`;
  return `${both}: a ring keeps backups of all or of none, so give it --k ${k}`;
}
