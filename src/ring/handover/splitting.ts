/**
 * Splitting: a joiner gets the end of our arc by a change of our title into two of one epoch. Whoever held
 * copies of all of it holds copies of both parts, so nothing has to be moved but what the joiner lacked.
 *
 *     [ us ══════ title 4 ══════ end )
 *     [ us ══ 5 ══ joiner )[ joiner ══ 5 ══ end )      copies of the second: joiner, us, our backups
 *
 * Its electors are ours: a joiner that is gone before it has written anything down must not be missed. It
 * names its own when it has its title.
 */
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import type { RingState } from '../state.ts';
import { change, type Draft } from '../tenure/changing.ts';
import { electorsNow, peerOf } from '../tenure/choosing.ts';
import { type Peer, samePeer, type Title } from '../titles/title.ts';

/** `done` hears the joiner's title when both are in force; null when it came to nothing. */
export function split(
  node: RingState,
  now: number,
  identity: Identity,
  joiner: Member,
  done: (now: number, title: Title | null) => void,
): void {
  const peer = peerOf(joiner);
  if (peer === null) return done(now, null);
  const drafts = (title: Title): Draft[] => [
    {
      ...title,
      end: joiner.hash,
      electors: electorsNow(node, identity, title.copies, title.electors, [peer]),
    },
    theirs(node, title, joiner, peer),
  ];
  change(node, now, identity, drafts, (at, titles) => done(at, titles?.[1] ?? null));
}

function theirs(node: RingState, title: Title, joiner: Member, peer: Peer): Draft {
  const others = title.copies.filter((other) => !samePeer(other, peer));
  const copies = [peer, ...others].slice(0, node.settings.k + 1);
  return {
    ...title,
    from: joiner.hash,
    owner: { ...peer, address: joiner.address },
    copies,
    wanted: Math.max(title.wanted, copies.length),
  };
}
