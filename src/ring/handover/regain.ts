/**
 * Regaining: a process comes back to an arc that it held when last heard of, after a restart, or when it
 * was refused and does not know by whom. It claims it anew; a majority of the electors knows whether it
 * has become somebody else's. Then it joins again, as anybody does, with its data as a head start.
 *
 *     our last title ── claim ─┬ granted, and still ours ──▶ ours again, in a higher epoch
 *                              ├ a part is another's ──────▶ again, up to there
 *                              ├ it is somebody else's ────▶ join
 *                              └ too few can be heard ─────▶ again, for as long as it takes
 *
 * So a ring that lost its power as a whole comes back in any order, without anybody beginning a new one.
 */
import { isBetween } from '../../core/arc.ts';
import { equalIds } from '../../core/id.ts';
import { randomBelow } from '../../core/random.ts';
import type { Identity } from '../circle/identity.ts';
import { askNeighbours } from '../membership/lists.ts';
import type { Seat } from '../seat.ts';
import type { RingState } from '../state.ts';
import { Claiming, claimOf } from '../tenure/claiming.ts';
import type { Claim } from '../titles/claim.ts';
import type { Known } from '../titles/elector.ts';
import { compareEpochs } from '../titles/epoch.ts';
import { clipped, peersOf, type Title } from '../titles/title.ts';
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
  const last = lastTitle(node, identity) ?? told;
  const own = last === null ? [] : node.seat!.elector.look(last.from, last.end).known;
  const known = last === told && told !== null ? [{ title: told, isInForce: true }] : own;
  const held = last === null ? [] : oursOf(identity, known);
  const yieldIt = (then: number) => {
    identity.closed = null;
    yielded(then);
  };
  if (held.length === 0) return yieldIt(now);
  identity.isClaiming = true;
  const { state } = identity;
  // A joiner may have been let in by somebody else meanwhile.
  const isAsItWas = () => identity.state === state && identity.holding === null;
  const end = (at: number) => {
    identity.isClaiming = false;
    identity.regainAtMs = at + AGAIN_MS + randomBelow(node.random, AGAIN_MS);
    return isAsItWas();
  };
  const claimOurs = (then: number, bases: readonly Known[]): void => {
    if (bases.length === 0 || !isAsItWas()) {
      if (end(then)) yieldIt(then);
      return;
    }
    const claim = claimOf(node, bases, node.seat!.refusedBy);
    new Claiming(node, claim, (at) => {
      if (claim.state === 'refused') refused(node.seat!, claim);
      if (claim.state === 'news') return claimOurs(at, oursOf(identity, partsUpTo(claim)));
      if (claim.state === 'silent') identity.closed = 'electors';
      if (claim.state !== 'granted') return void end(at);
      const ours = oursOf(identity, claim.parts);
      if (ours.length < claim.parts.length) return claimOurs(at, ours);
      takeArc(node, at, identity, claim, (later, title) => {
        identity.closed = title === null ? 'copies' : null;
        if (!end(later) || title === null) return;
        grow(node, later, identity, title);
        become(later);
      });
    }).start(then);
  };
  claimOurs(now, held);
}

/** Who refused us may know what came after our title: then that is the last one, and not ours to outbid. */
function refused(seat: Seat, { above, seen }: Claim): void {
  seat.noteRefusal(seen);
  if (above === null) return;
  seat.elector.accept({ titles: [above.title], isInForce: true });
  seat.keep();
}

/**
 * What is ours from our place on, up to the first part that is somebody else's: a successor may have been
 * let in there, or have got back what we were about to take over.
 */
function oursOf({ member, hash }: Identity, known: readonly Known[]): Known[] {
  const ours: Known[] = [];
  let at = hash;
  for (const { title, isInForce } of known) {
    const isNext = equalIds(title.from, 0, at, 0);
    if (!isNext || title.owner.address !== member.address) break;
    ours.push({ title, isInForce });
    at = title.end;
  }
  return ours;
}

/** A claim met a title that begins or ends within one of its parts: what is known up to where that ends. */
function partsUpTo({ parts, news }: Claim): Known[] {
  const { from } = news!.title;
  const before: Known[] = [];
  for (const part of parts) {
    if (equalIds(part.from, 0, from, 0)) return [...before, news!];
    const isCut = isBetween(from, 0, part.from, 0, part.end, 0);
    const title = isCut ? clipped(part.title, part.from, from) : part.title;
    before.push({ title, isInForce: part.isInForce });
    if (isCut) return [...before, news!];
  }
  return [];
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
