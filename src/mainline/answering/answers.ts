/**
 * What a node answers: the server side of BEP 5, one function per method. A handler writes the
 * reply and sends nothing, so that a program can look at it, change it or keep it back.
 */
import {
  type Address,
  meaningfulTo,
  portOf,
  reaches,
  scopeAt,
  scopeOf,
} from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { ascii } from '../krpc/bencode.ts';
import { ErrorCode, Method, type Verdict } from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import type { Writer } from '../krpc/writer.ts';
import { CONTACT_BYTES } from '../rows/contacts.ts';
import type { MainlineState, QueryHandler } from '../state.ts';

const text = {
  id: ascii('Invalid id'),
  method: ascii('Missing method'),
  target: ascii('Invalid target'),
  infoHash: ascii('Invalid info_hash'),
  port: ascii('Invalid port'),
  token: ascii('Bad token'),
  full: ascii('Store is full'),
  unknown: ascii('Method Unknown'),
} as const;

export const answerQuery: QueryHandler = {
  answer(node, now, from, query, out) {
    query.verdict = 'answered';
    if (query.idStart <= 0) return refuse(from, query, out, 'invalid', text.id);
    switch (query.method) {
      case Method.ping:
        return ping(node, from, query, out);
      case Method.findNode:
        if (query.targetStart <= 0) return refuse(from, query, out, 'invalid', text.target);
        return findNode(node, now, from, query, out);
      case Method.getPeers:
        if (query.infoHashStart <= 0) return refuse(from, query, out, 'invalid', text.infoHash);
        return getPeers(node, now, from, query, out);
      case Method.announcePeer:
        return announcePeer(node, now, from, query, out);
      case Method.unknown:
        // Newer methods get what helps in any lookup: nodes close to their target (libtorrent's rule).
        if (query.aimStart > 0) return findNode(node, now, from, query, out);
        return refuse(from, query, out, 'unknown-method', text.unknown, ErrorCode.methodUnknown);
      default:
        return refuse(from, query, out, 'invalid', text.method);
    }
  },
};

function ping(node: MainlineState, from: Address, query: Message, out: Writer): boolean {
  begin(node, from, query, out);
  out.endReply(query);
  return true;
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

/** Nodes go out beside values (BEP 32 and common practice; BEP 5 has either). */
function getPeers(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  const { peers } = node;
  const { tokens } = node.shared;
  const { bytes, infoHashStart } = query;
  begin(node, from, query, out);
  writeNodes(node, now, from, query, out);
  // A token is a promise to store: without room there is none (BEP 33).
  if (!peers || peers.hasRoom(now, bytes, infoHashStart, from)) {
    out.token(tokens.issue(now, node.tenant, from, bytes, infoHashStart));
  }
  if (peers) writePeers(node, now, from, query, out);
  out.endReply(query);
  return true;
}

function announcePeer(
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
  const authentic =
    query.tokenStart > 0 &&
    node.shared.tokens.valid(
      now,
      node.tenant,
      from,
      bytes,
      infoHashStart,
      bytes,
      query.tokenStart,
      query.tokenLength,
    );
  if (!authentic) return refuse(from, query, out, 'bad-token', text.token);
  if (!node.peerStore().announce(now, bytes, infoHashStart, from, port, query.seed === 1)) {
    return refuse(from, query, out, 'full', text.full, ErrorCode.server);
  }
  return ping(node, from, query, out);
}

function begin(node: MainlineState, from: Address, query: Message, out: Writer): void {
  const id = node.idFor(query.aimStart > 0 ? query.bytes : null, query.aimStart, from);
  out.beginReply(from, id.bytes, id.start);
}

/** Up to k good contacts near the target, of those whose address means something to the asker. */
function writeNodes(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): void {
  const { nearest } = node;
  const { contacts } = node.shared;
  nearest.begin(query.bytes, query.aimStart, Math.min(node.settings.k, out.nodesThatFit(query)));
  node.table.closest(now, nearest, true);
  const peerScope = scopeOf(from);
  const { handles } = nearest;
  let kept = 0;
  for (let i = 0; i < nearest.count; i++) {
    const handle = handles[i];
    const scope = scopeAt(contacts.bytes, handle * CONTACT_BYTES + ID_BYTES);
    if (reaches(peerScope, scope)) handles[kept++] = handle;
  }
  out.nodes(contacts, nearest.handles, kept);
}

function writePeers(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): void {
  const peers = node.peerStore();
  const room = out.peersThatFit(query);
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

function refuse(
  from: Address,
  query: Message,
  out: Writer,
  verdict: Verdict,
  reason: Uint8Array,
  code: number = ErrorCode.protocol,
): boolean {
  query.verdict = verdict;
  out.error(from, query, code, reason);
  return true;
}
