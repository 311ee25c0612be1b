/**
 * Choosing: who is to be named in a title. Copies are for the owner and its backups; electors are 2K + 1
 * processes, those with copies first and then the nearest others, so that after any K crashes there are
 * both a majority and a copy. An even number of electors stands no more crashes than one less.
 *
 *     K = 2     owner · backup · backup · neighbour · neighbour
 *               └────── copies ───────┘                          any two may crash
 */
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import type { RingState } from '../state.ts';
import { hasPeer, type Peer, peersOf } from '../titles/title.ts';

/** A member's process; null while it has not said itself who it is, and for class programs. */
export function peerOf(member: Member): Peer | null {
  if (!member.isProven || member.isPlain) return null;
  return { home: member.home, incarnation: member.incarnation };
}

/** Processes in our lists, the nearest first: predecessors, then successors. */
export function neighbourPeers({ predecessors, successors }: Identity): Peer[] {
  const peers: Peer[] = [];
  for (const list of [predecessors, successors]) {
    for (const member of list) {
      const peer = peerOf(member);
      if (peer !== null) peers.push(peer);
    }
  }
  return peers;
}

/** Copies of a title at least: as many as an act at `quorum` wants, of those that there should be. */
export function copiesLeast(wanted: number): number {
  return Math.floor(wanted / 2) + 1;
}

/**
 * Copies that there should be when some have left in good order (`without`, and whoever has said so): no more
 * than there are processes for.
 */
export function wantedWithout(
  node: RingState,
  identity: Identity,
  wanted: number,
  copies: readonly Peer[],
  without: readonly Peer[] = [],
): number {
  const homes = new Set(remaining(node, neighbourPeers(identity)).map(({ home }) => home));
  homes.delete(node.home);
  // A leaver may have shown its lists since it said that it leaves, and counts as one who stays again.
  for (const { home } of without) homes.delete(home);
  return Math.min(wanted, Math.max(copies.length, homes.size + 1));
}

/** Those who have not said that they leave. */
export function remaining(node: RingState, peers: readonly Peer[]): Peer[] {
  return peers.filter(({ home }) => !node.resigned.has(home));
}

/** What an electorate is made of. */
export interface Candidates {
  /** They stand first: the owner, then copies. */
  readonly first: readonly Peer[];
  /** Others that live. */
  readonly living: readonly Peer[];
  /**
   * The electors so far. As long as nobody takes their place they stay, whether they live or not: else a
   * few who believe all others dead would be a majority of themselves.
   */
  readonly before: readonly Peer[];
}

/** Electors for an arc: those that live, as many as are worth having, and no fewer than there were. */
export function electorsOf(k: number, { first, living, before }: Candidates): Peer[] {
  const chosen: Peer[] = [];
  const add = (peers: readonly Peer[], limit: number) => {
    for (const peer of peers) {
      // One process votes once, whatever it was before.
      const isNew = !chosen.some(({ home }) => home === peer.home);
      if (isNew && chosen.length < limit) chosen.push(peer);
    }
  };
  const most = 2 * k + 1;
  add(
    first.filter((peer, i) => i === 0 || hasPeer(living, peer)),
    most,
  );
  add(living, most);
  add(before, Math.min(most, before.length));
  if (chosen.length % 2 === 0) chosen.pop();
  return chosen;
}

/** Those that an owner would choose now, for copies that are given. */
export function electorsNow(
  node: RingState,
  identity: Identity,
  copies: readonly Peer[],
  before: readonly Peer[],
  alsoLiving: readonly Peer[] = [],
): Peer[] {
  const living = peersOf([alsoLiving, neighbourPeers(identity)]);
  return electorsOf(node.settings.k, {
    first: [node.seat!.peer, ...copies],
    living: remaining(node, living),
    before: remaining(node, before),
  });
}
