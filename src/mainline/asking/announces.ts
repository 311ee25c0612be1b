/**
 * Announces (BEP 5 "announce_peer"): the closest nodes that the lookup found are told that somebody here
 * has an info-hash, and where.
 */
import type { Lookup } from '../rows/lookup.ts';
import type { Announcement } from '../rows/purpose.ts';
import type { MainlineState } from '../state.ts';
import { writeToClosest } from './writes.ts';

/** False when there was nobody to write to. */
export function announce(node: MainlineState, now: number, lookup: Lookup): boolean {
  const { port, impliedPort, seed } = node.errands!.get(lookup) as Announcement;
  return writeToClosest(node, now, lookup, (to, token) => {
    const { query } = node.shared;
    const id = node.idFor(lookup.target, 0, to);
    query.announcePeer(id.bytes, id.start, lookup.target, 0, port, impliedPort, seed, token);
  });
}
