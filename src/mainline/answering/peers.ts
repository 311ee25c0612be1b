/**
 * Answers about peers (BEP 5 "get_peers", "announce_peer"): who has an info-hash, and that somebody has
 * it now.
 */
import { type Address, addressOf, ipOf, meaningfulTo, portOf } from '../../core/address.ts';
import { ascii } from '../krpc/bencode.ts';
import { ErrorCode } from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import type { Writer } from '../krpc/writer.ts';
import type { MainlineState } from '../state.ts';
import { acknowledge, begin, isAuthentic, refuse, writeNodes } from './replies.ts';

const text = {
  infoHash: ascii('Invalid info_hash'),
  port: ascii('Invalid port'),
  token: ascii('Bad token'),
  full: ascii('Store is full'),
} as const;

/**
 * Nodes go out beside values (BEP 32 and common practice; BEP 5 has either), and values beside the filters
 * of a scrape (BEP 33), as many as fit.
 */
export function getPeers(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  const { peers } = node;
  const { tokens, sha1 } = node.shared;
  const { bytes, infoHashStart } = query;
  if (infoHashStart <= 0) return refuse(from, query, out, 'invalid', text.infoHash);
  const filters = query.scrape === 1 ? peers?.scrape(now, bytes, infoHashStart, sha1) : null;
  if (filters) {
    const id = node.idFor(bytes, infoHashStart, from);
    out.beginScrape(from, id.bytes, id.start, filters.peers, filters.seeds);
  } else {
    begin(node, from, query, out);
  }
  writeNodes(node, now, from, query, out);
  // A token is a promise to store: without room there is none (BEP 33).
  if (!peers || peers.hasRoom(now, bytes, infoHashStart, from)) {
    out.token(tokens.issue(now, node.tenant, from, bytes, infoHashStart));
  }
  if (peers) writePeers(node, now, from, query, out);
  out.endReply(query);
  return true;
}

export function announcePeer(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  const { bytes, infoHashStart } = query;
  if (infoHashStart <= 0) return refuse(from, query, out, 'invalid', text.infoHash);
  // The sender's own port when it says so (implied_port), else the port it names.
  const implied = query.impliedPort > 0;
  const port = implied ? portOf(from) : query.port;
  const valid = port >= 1 && port <= 65535 && !Number.isNaN(query.impliedPort);
  if (!valid) return refuse(from, query, out, 'invalid', text.port);
  if (!isAuthentic(node, now, from, query, bytes, infoHashStart)) {
    return refuse(from, query, out, 'bad-token', text.token);
  }
  const isSeed = query.seed === 1;
  if (!node.peerStore().announce(now, bytes, infoHashStart, from, port, isSeed)) {
    return refuse(from, query, out, 'full', text.full, ErrorCode.server);
  }
  node.observer.onAnnounced?.(bytes, infoHashStart, addressOf(ipOf(from), port), isSeed);
  return acknowledge(node, from, query, out);
}

function writePeers(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): void {
  const peers = node.peerStore();
  const room = out.peersThatFit(query, node.isV6);
  const noSeed = query.noSeed === 1;
  const { random } = node.shared;
  const count = peers.sample(now, query.bytes, query.infoHashStart, room, noSeed, random);
  const { sampled } = peers;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (meaningfulTo(from, sampled[i])) sampled[kept++] = sampled[i];
  }
  if (kept > 0) out.peers(sampled, kept);
}
