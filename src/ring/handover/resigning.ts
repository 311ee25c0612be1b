/**
 * Resigning: a leaver tells the owners whose titles name it, as a copy or as an elector, and is asked to stay
 * until they have replaced it. So nobody counts on somebody who is gone, and none of its votes is missed.
 *
 *     leaver ── resign ──▶ owner     "busy": a title of mine still names you · "ok": none does
 */
import type { Address } from '../../core/address.ts';
import { type Frame, FrameType, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import type { RingState } from '../state.ts';
import { hasPeer, peersOf } from '../titles/title.ts';

const AGAIN_MS = 300;
/** Then it goes all the same: those who still count on it have nobody to take its place. */
const RESIGNING_MS = 10_000;

/** `done` hears when nobody counts on us any more, or when it has taken too long. */
export function resign(node: RingState, now: number, done: (now: number) => void): void {
  const giveUpAtMs = now + RESIGNING_MS;
  const round = (at: number): void => {
    const owners = ownersToTell(node);
    let left = owners.length;
    let named = 0;
    const heard = (then: number) => {
      if (left > 0) return;
      if (named === 0 || then >= giveUpAtMs) return done(then);
      node.after(then + AGAIN_MS, round);
    };
    for (const owner of owners) {
      const link = node.linkTo(at, node.shared.members.of(owner));
      link.ask(at, FrameType.resign, node.lines.pulses, (then, reply) => {
        left--;
        if (reply !== null && reply.u8() === Status.busy) named++;
        heard(then);
      });
      link.send();
    }
    heard(at);
  };
  if (node.seat === null) done(now);
  else round(now);
}

/** Who had a title that named us when we last heard of it, each process once. */
function ownersToTell(node: RingState): Address[] {
  const { peer, elector } = node.seat!;
  const homes = new Map<Address, Address>();
  for (const { accepted } of elector.stretches) {
    if (accepted === null || accepted.owner.home === peer.home) continue;
    const { copies, electors, owner } = accepted;
    if (hasPeer(peersOf([copies, electors]), peer)) homes.set(owner.home, owner.address);
  }
  return [...homes.values()];
}

export function answerResign(node: RingState, link: Link, frame: Frame): boolean {
  if (!frame.isWhole) return false;
  node.resigned.add(link.home);
  const isNamed = node.identities.some(({ holding }) => {
    if (holding === null) return false;
    const { copies, electors } = holding.title;
    return [...copies, ...electors].some(({ home }) => home === link.home);
  });
  link.answerStatus(FrameType.resign, frame.request, isNamed ? Status.busy : Status.ok);
  return true;
}
