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

/**
 * `done` hears when nobody counts on us any more, or when it has taken too long. `named` are the owners whose
 * titles named us when we began to leave: some may have made others since, and have yet to hear why.
 */
export function resign(
  node: RingState,
  now: number,
  named: ReadonlyMap<Address, Address>,
  done: (now: number) => void,
): void {
  const giveUpAtMs = now + RESIGNING_MS;
  const told = new Set<Address>();
  const round = (at: number): void => {
    const owners = new Map(ownersToTell(node));
    for (const [home, address] of named) if (!told.has(home)) owners.set(home, address);
    let left = owners.size;
    let count = 0;
    const heard = (then: number) => {
      if (left > 0) return;
      if (count === 0 || then >= giveUpAtMs) return done(then);
      node.after(then + AGAIN_MS, round);
    };
    for (const [home, owner] of owners) {
      const link = node.linkTo(at, node.shared.members.of(owner));
      link.ask(at, FrameType.resign, node.lines.pulses, (then, reply) => {
        left--;
        told.add(home);
        if (reply !== null && reply.u8() === Status.busy) count++;
        heard(then);
      });
      link.send();
    }
    heard(at);
  };
  if (node.seat === null) done(now);
  else round(now);
}

/** Who had a title that named us when we last heard of it, each process once: its home, and where it is. */
export function ownersToTell(node: RingState): Map<Address, Address> {
  const homes = new Map<Address, Address>();
  if (node.seat === null) return homes;
  const { peer, elector } = node.seat;
  for (const { accepted } of elector.stretches) {
    if (accepted === null || accepted.owner.home === peer.home) continue;
    const { copies, electors, owner } = accepted;
    if (hasPeer(peersOf([copies, electors]), peer)) homes.set(owner.home, owner.address);
  }
  return homes;
}

export function answerResign(node: RingState, link: Link, frame: Frame): boolean {
  if (!frame.isWhole) return false;
  const isNamed = partFrom(node, link.home);
  link.answerStatus(FrameType.resign, frame.request, isNamed ? Status.busy : Status.ok);
  return true;
}

/** Somebody will not be there any more; does a title of ours still name it? */
export function partFrom(node: RingState, home: Address): boolean {
  node.resigned.add(home);
  let isNamed = false;
  for (const { holding } of node.identities) {
    if (holding === null) continue;
    const { copies, electors } = holding.title;
    if ([...copies, ...electors].some((peer) => peer.home === home)) isNamed = true;
    if (copies.some((peer) => peer.home === home) || holding.parted.has(home)) continue;
    // It was taken out before it said that it leaves, and counts as missing until now.
    holding.parted.add(home);
    holding.hasOneLess = true;
  }
  return isNamed;
}
