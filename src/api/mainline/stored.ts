/**
 * What a node keeps for others, as a program sees it: the peers that have announced themselves to it.
 */
import { formatIp, ipOf, portOf } from '../../core/address.ts';
import { formatId } from '../../core/id.ts';
import type { MainlineState } from '../../mainline/state.ts';

/** Peers that a node keeps for others under one info-hash. */
export interface StoredPeers {
  infoHash: string;
  peers: { host: string; port: number }[];
}

/** Info-hashes that are listed unless told otherwise. */
const STORED_LISTED = 1000;

/** What others have announced to a node, at most `limit` info-hashes. */
export function storedPeers(node: MainlineState, limit: number = STORED_LISTED): StoredPeers[] {
  const listed: StoredPeers[] = [];
  for (const { infoHash, addresses } of node.peers ?? []) {
    if (listed.length >= limit) break;
    const peers = addresses.map((peer) => ({ host: formatIp(ipOf(peer)), port: portOf(peer) }));
    listed.push({ infoHash: formatId(infoHash), peers });
  }
  return listed;
}
