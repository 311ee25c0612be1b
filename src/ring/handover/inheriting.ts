/**
 * Inheriting: the arc of a leaver becomes part of ours, by a claim to which it agrees. It has stopped, so
 * whatever the claim comes to, nothing is written meanwhile; if it comes to nothing the leaver goes on.
 */
import type { Identity } from '../circle/identity.ts';
import type { RingState } from '../state.ts';
import { beginChange } from '../tenure/changing.ts';
import { Claiming, claimOf } from '../tenure/claiming.ts';
import { compareEpochs, laterOf } from '../titles/epoch.ts';
import { samePeer, type Title } from '../titles/title.ts';
import { grow, type Taken, takeArc } from './arcs.ts';

export function inheritTitle(
  node: RingState,
  now: number,
  identity: Identity,
  title: Title,
  done: (now: number, isOurs: boolean) => void,
): void {
  const holding = identity.holding!;
  const bases = [holding.title, title].map((its) => ({ title: its, isInForce: true }));
  const claim = claimOf(node, bases, holding.seen);
  const fail = (at: number) => {
    identity.isClaiming = false;
    done(at, false);
    if (identity.holding !== holding) return;
    holding.hasReserve = false;
    holding.release(at);
  };
  // A process hands its own arcs on to each other until one is left: with that it still votes.
  const isOwn = samePeer(title.owner, node.seat!.peer);
  const without = isOwn ? [] : [title.owner];
  identity.isClaiming = true;
  if (!isOwn) node.resigned.add(title.owner.home);
  beginChange(node, now, holding);
  new Claiming(node, claim, (at) => {
    holding.seen = laterOf(holding.seen, claim.seen);
    const isAsItWas = claim.parts.every(
      (part, i) => compareEpochs(part.title.epoch, bases[i].title.epoch) === 0,
    );
    if (claim.state !== 'granted' || !isAsItWas) return fail(at);
    const taken: Taken = (then, ours) => {
      if (ours === null || identity.holding !== holding) return fail(then);
      identity.isClaiming = false;
      for (const { home } of without) holding.parted.add(home);
      grow(node, then, identity, ours);
      done(then, true);
    };
    takeArc(node, at, identity, claim, taken, without);
  }).start(now);
}
