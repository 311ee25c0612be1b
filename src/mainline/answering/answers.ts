/**
 * What a node answers: the server side of BEP 5 and 44, and where a method finds its handler. A handler writes
 * the reply and sends nothing, so that a program can look at it, change it or keep it back.
 */
import type { Address } from '../../core/address.ts';
import { ascii } from '../krpc/bencode.ts';
import { ErrorCode, Method } from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import type { Writer } from '../krpc/writer.ts';
import type { MainlineState, QueryHandler } from '../state.ts';
import { get, put } from './items.ts';
import { announcePeer, getPeers } from './peers.ts';
import { acknowledge, begin, refuse, writeNodes } from './replies.ts';
import { sampleInfohashes } from './samples.ts';
import { announceSignedPeer, getSignedPeers } from './signed-peers.ts';

const text = {
  id: ascii('Invalid id'),
  method: ascii('Missing method'),
  target: ascii('Invalid target'),
  unknown: ascii('Method Unknown'),
} as const;

export const answerQuery: QueryHandler = {
  answer(node, now, from, query, out) {
    query.verdict = 'answered';
    if (query.idStart <= 0) return refuse(from, query, out, 'invalid', text.id);
    switch (query.method) {
      case Method.ping:
        return acknowledge(node, from, query, out);
      case Method.findNode:
        if (query.targetStart <= 0) return refuse(from, query, out, 'invalid', text.target);
        return findNode(node, now, from, query, out);
      case Method.getPeers:
        return getPeers(node, now, from, query, out);
      case Method.announcePeer:
        return announcePeer(node, now, from, query, out);
      case Method.get:
        return get(node, now, from, query, out);
      case Method.put:
        return put(node, now, from, query, out);
      case Method.sampleInfohashes:
        return sampleInfohashes(node, now, from, query, out);
      case Method.getSignedPeers:
        if (!node.settings.keepsSignedPeers) return unknown(node, now, from, query, out);
        return getSignedPeers(node, now, from, query, out);
      case Method.announceSignedPeer:
        if (!node.settings.keepsSignedPeers) return unknown(node, now, from, query, out);
        return announceSignedPeer(node, now, from, query, out);
      case Method.unknown:
        return unknown(node, now, from, query, out);
      default:
        return refuse(from, query, out, 'invalid', text.method);
    }
  },
};

/** Newer methods get what helps in any lookup: nodes close to their target (libtorrent's rule). */
function unknown(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  if (query.aimStart > 0) return findNode(node, now, from, query, out);
  return refuse(from, query, out, 'unknown-method', text.unknown, ErrorCode.methodUnknown);
}

function findNode(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  begin(node, from, query, out);
  writeNodes(node, now, from, query, out);
  out.endReply(query);
  return true;
}
