/**
 * Takeover: an arc whose owner is gone becomes part of that of its predecessor. Our neighbours say how far
 * our arc should reach; what lies between is claimed, one title after the other.
 *
 *     [ us ══ our title ══ end )[ title of the dead … )[ reach = s1
 *                           └── look: who holds it, can a majority of its electors be heard?
 *                               claim both ── granted ──▶ one title for both
 *
 * Nobody is asked to promise anything before that is likely to succeed, for a claim that comes to nothing
 * costs our own title its epoch, too. Who owns the arc and lives is not replaced: it is greeted, or, if it has
 * not heard yet that it owns it, told.
 */
import { isBetween } from '../../core/arc.ts';
import { equalIds } from '../../core/id.ts';
import { randomBelow } from '../../core/random.ts';
import type { Closed, Identity } from '../circle/identity.ts';
import { askPulse } from '../membership/life.ts';
import { askNeighbours } from '../membership/lists.ts';
import type { RingState } from '../state.ts';
import { askPromise } from '../tenure/asking.ts';
import { beginChange, change, lose } from '../tenure/changing.ts';
import { neighbourPeers } from '../tenure/choosing.ts';
import { Claiming, claimOf, isLost } from '../tenure/claiming.ts';
import type { Known } from '../titles/elector.ts';
import { compareEpochs, laterOf, NO_EPOCH } from '../titles/epoch.ts';
import { isBereft, withoutLost } from '../titles/lost.ts';
import { electoratesOf, hasPeer, type Peer, peersOf } from '../titles/title.ts';
import { Votes } from '../titles/votes.ts';
import { offer } from './admit.ts';
import { grow, takeArc } from './arcs.ts';

/** A takeover that came to nothing is tried again after this and a chance of as much again. */
const AGAIN_MS = 1000;

/** Claims what lies between our end and where it should be, if there is anything. */
export function reachOut(node: RingState, now: number, identity: Identity): void {
  const { holding, hash, end, reach } = identity;
  if (equalIds(end, 0, reach, 0) && holding !== null) identity.closed = null;
  if (identity.state !== 'member' || holding === null || holding.isChanging) return;
  if (identity.isClaiming || identity.handover !== null || identity.reachAtMs > now) return;
  // Who stands within our arc has no title, or will show us one that we have not.
  if (equalIds(end, 0, reach, 0) || isBetween(reach, 0, hash, 0, end, 0)) return;
  if (!equalIds(identity.successor?.hash ?? hash, 0, reach, 0)) return;
  identity.isClaiming = true;
  identity.reachAtMs = now + AGAIN_MS + randomBelow(node.random, AGAIN_MS);
  const done = () => {
    identity.isClaiming = false;
  };
  // A joiner may have been let in meanwhile: then what was looked at is not next to us any more.
  const isNext = ({ title }: Known) =>
    identity.holding === holding && equalIds(holding.title.end, 0, title.from, 0);
  lookAround(node, now, neighbourPeers(identity), end, reach, (at, base, closed) => {
    identity.closed = closed;
    if (base === null || !isNext(base)) return done();
    considerOwner(node, at, identity, base, (then, isFree) => {
      if (!isFree || !isNext(base) || holding.isChanging) return done();
      claim(node, then, identity, base, done);
    });
  });
}

/**
 * The last title that anybody knows for where an arc begins; null when nobody knows one, or too few of
 * those who have a say in it, or nobody who holds it, can be heard.
 */
function lookAround(
  node: RingState,
  now: number,
  others: readonly Peer[],
  from: Uint8Array,
  end: Uint8Array,
  done: (now: number, base: Known | null, closed: Closed | null) => void,
): void {
  const asked: Peer[] = [];
  const heard: Peer[] = [];
  let best: Known | null = null;
  let left = 0;
  const ask = (at: number, peers: readonly Peer[]) => {
    for (const peer of peers) {
      if (hasPeer(asked, peer)) continue;
      asked.push(peer);
      left++;
      askPromise(node, at, peer, [from, end], NO_EPOCH, (then, answer) => {
        left--;
        if (answer !== null) heard.push(peer);
        for (const known of answer?.known ?? []) {
          if (equalIds(known.title.from, 0, from, 0)) best = betterOf(best, known);
        }
        if (best !== null) ask(then, votersOf(best));
        if (left > 0) return;
        const closed = lackOf(node, best, heard);
        done(then, closed === null ? best : null, closed);
      });
    }
  };
  ask(now, peersOf([[node.seat!.peer], others]));
}

function betterOf(a: Known | null, b: Known): Known {
  if (a === null) return b;
  const order = compareEpochs(b.title.epoch, a.title.epoch);
  return order > 0 || (order === 0 && b.isInForce) ? b : a;
}

function votersOf({ title, isInForce }: Known): Peer[] {
  return peersOf([...electoratesOf(title, isInForce), title.copies]);
}

/**
 * What is lacking for it to be taken over: a majority of those with a say, or somebody who holds all of it, if
 * anybody is left who does.
 */
function lackOf(node: RingState, base: Known | null, heard: readonly Peer[]): Closed | null {
  if (base === null) return 'electors';
  const isGone = (peer: Peer) => isLost(node, peer);
  const votes = new Votes(withoutLost(electoratesOf(base.title, base.isInForce), isGone));
  for (const peer of heard) votes.yes(peer);
  const isHeld = base.title.copies.some((peer) => hasPeer(heard, peer));
  if (!isHeld && !isBereft(base.title, isGone)) return 'copies';
  return votes.isWon ? null : 'electors';
}

/** May its owner be replaced? One that lives is greeted instead. */
function considerOwner(
  node: RingState,
  now: number,
  identity: Identity,
  { title, isInForce }: Known,
  done: (now: number, isFree: boolean) => void,
): void {
  const owner = node.shared.members.of(title.owner.address);
  const own = node.identityAt(owner.address);
  if (own !== null) return done(now, own === identity || !own.isMember);
  askPulse(node, now, owner, (at, sign) => {
    const isMember = sign === 'member' || sign === 'leaving';
    const lives = isMember && owner.incarnation === title.owner.incarnation;
    if (lives) {
      node.gone.delete(owner.address);
      askNeighbours(node, at, identity, owner);
    }
    const isNone = sign === 'none' && owner.incarnation === title.owner.incarnation;
    // One that may never have come into force is nobody's yet, and not to be told.
    if (!isNone || !isInForce) return done(at, !lives);
    // A joiner to whom the word that made it a member has not come: nobody else can give it what it was given.
    offer(node, at, identity, owner, title, (then, isTaken) => done(then, !isTaken));
  });
}

function claim(
  node: RingState,
  now: number,
  identity: Identity,
  base: Known,
  done: () => void,
): void {
  const holding = identity.holding!;
  const bases = [{ title: holding.title, isInForce: true }, base];
  const asked = claimOf(node, bases, holding.seen);
  const fail = (at: number) => {
    done();
    if (identity.holding !== holding) return;
    holding.hasReserve = false;
    holding.release(at);
  };
  beginChange(node, now, holding);
  new Claiming(node, asked, (at) => {
    if (identity.holding !== holding) return done();
    holding.seen = laterOf(holding.seen, asked.seen);
    const [own, other] = asked.parts;
    if (compareEpochs(own.title.epoch, holding.title.epoch) !== 0) {
      done();
      return lose(node, at, identity);
    }
    // Somebody has taken it since: whether that one lives is asked first.
    const isSame = other.title.owner.address === base.title.owner.address;
    if (asked.state !== 'granted' || !isSame) return fail(at);
    takeArc(node, at, identity, asked, (then, title) => {
      if (title === null || identity.holding !== holding) return fail(then);
      done();
      identity.reachAtMs = then;
      grow(node, then, identity, title);
    });
  }).start(now);
}

/** Somebody has promised more than we have: we go above it, or find out who has our arc. */
export function challenged(node: RingState, now: number, identity: Identity): void {
  const { holding } = identity;
  // It is our heir to whom we have promised more.
  if (holding === null || holding.isChanging || identity.isYielding) return;
  holding.hasReserve = false;
  change(
    node,
    now,
    identity,
    (title) => [title],
    () => {},
  );
}
