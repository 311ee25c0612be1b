/**
 * Answers about signed peers, where a node has them (option `signedPeers`): whose keys were announced for an
 * info-hash, and that somebody's is now. The signature is looked at after the token, as with a put: who
 * cannot receive at its address costs no Ed25519.
 *
 *     info-hash 203 ─ key, signature, time 203 ─ within 45 s 203 ─ token 203 ─ signature 206 ─ stored
 */
import type { Address } from '../../core/address.ts';
import { ascii } from '../krpc/bencode.ts';
import { ErrorCode } from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import { copied } from '../krpc/reading.ts';
import { isSignedPeer, SIGNED_PEERS_PER_REPLY, type SignedPeer } from '../krpc/signed-peer.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from '../krpc/storage-fields.ts';
import type { Writer } from '../krpc/writer.ts';
import type { MainlineState } from '../state.ts';
import { acknowledge, begin, isAuthentic, refuse, writeNodes } from './replies.ts';

/** The draft: what was signed longer ago, or will be, is not stored. */
export const SIGNED_WITHIN_MS = 45_000;

const text = {
  infoHash: ascii('Invalid info_hash'),
  fields: ascii('Invalid k, sig or t'),
  time: ascii('Signed too long ago'),
  token: ascii('Bad token'),
  signature: ascii('Invalid signature'),
  full: ascii('Store is full'),
} as const;

export function getSignedPeers(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  const { bytes, infoHashStart } = query;
  if (infoHashStart <= 0) return refuse(from, query, out, 'invalid', text.infoHash);
  const { signedPeers, shared } = node;
  const { random } = shared;
  begin(node, from, query, out);
  writeNodes(node, now, from, query, out);
  const room = Math.min(SIGNED_PEERS_PER_REPLY, out.signedPeersThatFit(query));
  const peers = signedPeers?.sample(now, bytes, infoHashStart, room, random) ?? [];
  if (peers.length > 0) out.signedPeers(peers);
  if (!signedPeers || signedPeers.hasRoom(now, bytes, infoHashStart, from)) {
    out.token(shared.tokens.issue(now, node.tenant, from, bytes, infoHashStart));
  }
  out.endReply(query);
  return true;
}

export function announceSignedPeer(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  const { bytes, infoHashStart } = query;
  if (infoHashStart <= 0) return refuse(from, query, out, 'invalid', text.infoHash);
  const peer = peerOf(query);
  if (peer === null) return refuse(from, query, out, 'invalid', text.fields);
  const wallMs = node.settings.wallOriginMs + now;
  if (Math.abs(wallMs - peer.timeUs / 1000) > SIGNED_WITHIN_MS) {
    return refuse(from, query, out, 'outdated', text.time);
  }
  if (!isAuthentic(node, now, from, query, bytes, infoHashStart)) {
    return refuse(from, query, out, 'bad-token', text.token);
  }
  if (!isSignedPeer(peer, bytes, infoHashStart, node.shared.verify)) {
    return refuse(from, query, out, 'bad-signature', text.signature, ErrorCode.signature);
  }
  if (!node.signedPeerStore().announce(now, bytes, infoHashStart, from, peer)) {
    return refuse(from, query, out, 'full', text.full, ErrorCode.server);
  }
  return acknowledge(node, from, query, out);
}

function peerOf({ bytes, storage }: Message): SignedPeer | null {
  const { keyStart, signatureStart, timeUs } = storage;
  if (keyStart <= 0 || signatureStart <= 0 || !(timeUs >= 0)) return null;
  return {
    key: copied(bytes, keyStart, keyStart + KEY_BYTES),
    timeUs,
    signature: copied(bytes, signatureStart, signatureStart + SIGNATURE_BYTES),
  };
}
