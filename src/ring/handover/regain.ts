/**
 * Regaining: a process comes back to an arc that it held when last heard of, after a restart, or when it
 * was refused and does not know by whom. It claims it anew; a majority of the electors knows whether it
 * has become somebody else's. Then it joins again, as anybody does, with its data as a head start.
 *
 *     our last title ── claim ─┬ granted, and still ours ──▶ ours again, in a higher epoch
 *                              ├ it is somebody else's ────▶ join
 *                              └ too few can be heard ─────▶ again, for as long as it takes
 *
 * So a ring that lost its power as a whole comes back in any order, without anybody beginning a new one.
 */
import { equalIds } from '../../core/id.ts';
import { randomBelow } from '../../core/random.ts';
import type { Identity } from '../circle/identity.ts';
import { askNeighbours } from '../membership/lists.ts';
import type { RingState } from '../state.ts';
import { Claiming, epochFor } from '../tenure/claiming.ts';
import { Claim } from '../titles/claim.ts';
import type { Known } from '../titles/elector.ts';
import { compareEpochs, type Epoch, laterOf, NO_EPOCH } from '../titles/epoch.ts';
import { peersOf, type Title } from '../titles/title.ts';
import { grow, takeArc } from './arcs.ts';

/** A claim that came to nothing is made again after this and a chance of as much again. */
const AGAIN_MS = 500;

/** The last title of an identity that this process knows; null when it never had one. */
export function lastTitle(node: RingState, identity: Identity): Title | null {
  const titles = node.seat?.titlesOf([identity.member.address]) ?? [];
  let last: Title | null = null;
  for (const title of titles) {
    if (!equalIds(title.from, 0, identity.hash, 0)) continue;
    if (last === null || compareEpochs(title.epoch, last.epoch) > 0) last = title;
  }
  return last;
}

/**
 * Claims the arc that was ours; `become` is called when it is ours again, and `yielded` when it is
 * another's. `told` is a title in force of which we have only been told, where we know of none.
 */
export function regain(
  node: RingState,
  now: number,
  identity: Identity,
  become: (now: number) => void,
  yielded: (now: number) => void,
  told: Title | null = null,
): void {
  if (identity.isClaiming || identity.holding !== null || identity.regainAtMs > now) return;
  const own = lastTitle(node, identity);
  const last = own ?? told;
  const bases =
    own !== null
      ? node.seat!.elector.look(own.from, own.end).known
      : told !== null
        ? [{ title: told, isInForce: true }]
        : [];
  if (last === null || !bases.every((known) => isOurs(identity, known)) || !isWhole(bases, last)) {
    return yielded(now);
  }
  const claim = new Claim(epochFor(node, bases, seenBy(node, last)), bases);
  identity.isClaiming = true;
  const state = identity.state;
  const end = (at: number) => {
    identity.isClaiming = false;
    identity.regainAtMs = at + AGAIN_MS + randomBelow(node.random, AGAIN_MS);
    // A joiner may have been let in by somebody else meanwhile.
    return identity.state === state && identity.holding === null;
  };
  new Claiming(node, claim, (at) => {
    if (claim.state === 'refused') node.seat!.noteRefusal(claim.seen);
    const isStillOurs = claim.parts.every((part) => isOurs(identity, part));
    const isAnothers = claim.state === 'news' || (claim.state === 'granted' && !isStillOurs);
    if (isAnothers) {
      if (end(at)) yielded(at);
      return;
    }
    if (claim.state !== 'granted') return void end(at);
    takeArc(node, at, identity, claim, [], (then, title) => {
      if (!end(then) || title === null) return;
      grow(node, then, identity, title);
      become(then);
    });
  }).start(now);
}

function isOurs(identity: Identity, { title }: Pick<Known, 'title'>): boolean {
  return title.owner.address === identity.member.address;
}

/** One behind the other, from the beginning of a title to its end. */
function isWhole(bases: readonly Known[], { from, end }: Title): boolean {
  let at = from;
  for (const { title } of bases) {
    if (!equalIds(title.from, 0, at, 0)) return false;
    at = title.end;
  }
  return bases.length > 0 && equalIds(at, 0, end, 0);
}

function seenBy(node: RingState, { epoch }: Title): Epoch {
  return laterOf(epoch, node.seat?.refusedBy ?? NO_EPOCH);
}

/** Back in its arc, it shows itself to all whom it can still know. */
export function greetAll(node: RingState, now: number, identity: Identity): void {
  const title = identity.holding?.title;
  const { members } = node.shared;
  const homes = title === undefined ? [] : peersOf([title.electors, title.copies]);
  for (const { home } of homes) {
    const member = members.of(home);
    if (!node.isOwn(member)) askNeighbours(node, now, identity, member);
  }
  for (const member of node.memory.known) askNeighbours(node, now, identity, member);
}
