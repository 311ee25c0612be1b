/**
 * Signed peers asked for and announced (draft "BEP Signed Peers"). Who does not know the method mostly answers
 * as to a find_node; who answers with an error is asked for nodes only from then on. Of each key the
 * signature is looked at once, and of one answer no more are read than the draft has.
 */
import type { Address } from '../../core/address.ts';
import type { SignedPeerErrand } from '../errand.ts';
import { Method } from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import {
  isSignedPeer,
  readSignedPeer,
  SIGNED_PEER_BYTES,
  SIGNED_PEERS_PER_REPLY,
} from '../krpc/signed-peer.ts';
import type { Lookup } from '../rows/lookup.ts';
import { RecentAddresses } from '../rows/meter.ts';
import type { MainlineState } from '../state.ts';
import { writeToClosest } from './writes.ts';

/** Keys that one lookup brings back: each costs a signature, 0.1 ms. */
export const SIGNED_PEERS_MAX = 1000;
/** Who answered with an error may know the method in its next version. */
const UNKNOWING_MEMORY_MS = 6 * 3_600_000;
const UNKNOWING = 1024;

/** What a node on the way is asked. */
export function signedPeersMethod(node: MainlineState, now: number, to: Address): Method {
  return node.unknowing?.has(now, to) ? Method.findNode : Method.getSignedPeers;
}

export function refusedSignedPeers(node: MainlineState, now: number, from: Address): void {
  node.unknowing ??= new RecentAddresses(
    UNKNOWING,
    UNKNOWING_MEMORY_MS,
    node.shared.random.uint32(),
  );
  node.unknowing.add(now, from);
}

/** Whoever hears of a peer may give the lookup up. */
export function readSignedPeers(node: MainlineState, lookup: Lookup, message: Message): void {
  const errand = node.errands!.get(lookup) as SignedPeerErrand;
  let count = 0;
  for (const start of message.signedPeers(SIGNED_PEER_BYTES)) {
    if (++count > SIGNED_PEERS_PER_REPLY || errand.known.size >= SIGNED_PEERS_MAX) return;
    const peer = readSignedPeer(message.bytes, start);
    if (!peer) continue;
    const name = peer.key.join();
    if ((errand.known.get(name) ?? -1) >= peer.timeUs) continue;
    if (!isSignedPeer(peer, lookup.target, 0, node.shared.verify)) continue;
    errand.known.set(name, peer.timeUs);
    errand.found(peer);
    if (node.lookups[lookup.slot] !== lookup) return;
  }
}

/** False when there was nobody to write to. */
export function announceSigned(node: MainlineState, now: number, lookup: Lookup): boolean {
  const { own } = node.errands!.get(lookup) as SignedPeerErrand;
  if (own === null) return false;
  return writeToClosest(node, now, lookup, (to, token) => {
    const { query } = node.shared;
    const id = node.idFor(lookup.target, 0, to);
    query.announceSignedPeer(id.bytes, id.start, lookup.target, own, token);
  });
}
