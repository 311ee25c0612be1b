/**
 * What all answers have in common: they begin with our id, most hold the contacts closest to what was
 * asked about, and a query that cannot be answered gets an error that says why (BEP 5 "Errors").
 */
import { type Address, reaches, scopeAt, scopeOf } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { ErrorCode, MAX_MESSAGE_BYTES, type Verdict, Want } from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import type { Writer } from '../krpc/writer.ts';
import { CONTACT_BYTES, CONTACT6_BYTES } from '../rows/contacts.ts';
import type { MainlineState } from '../state.ts';

/** Bytes of `6:nodes6…:` at most. */
const FRAME_BYTES = 13;

export function begin(node: MainlineState, from: Address, query: Message, out: Writer): void {
  const id = node.idFor(query.aimStart > 0 ? query.bytes : null, query.aimStart, from);
  out.beginReply(from, id.bytes, id.start);
}

/** Our id and nothing else: a ping's answer, and how a write is acknowledged. */
export function acknowledge(
  node: MainlineState,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  begin(node, from, query, out);
  out.endReply(query);
  return true;
}

/**
 * Up to k good contacts near the target, of those whose address means something to the asker; fewer where
 * `others`, the bytes that will stand behind them, leave less room below `limit`. They are of our family,
 * unless the asker wants others, or both, and we have a sibling to ask (BEP 32); ours come first.
 */
export function writeNodes(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
  others = 0,
  limit: number = MAX_MESSAGE_BYTES,
): void {
  const { want } = query;
  const { isV6, sibling } = node;
  const ours = isV6 ? Want.n6 : Want.n4;
  const wantsOurs = want === 0 || (want & ours) !== 0;
  const wantsTheirs = sibling !== null && (want & ~ours) !== 0;
  const kept = wantsOurs
    ? gather(node, now, from, query, out.nodesThatFit(query, isV6, others, limit))
    : 0;
  if (!wantsTheirs) {
    if (wantsOurs) write(node, out, kept);
    return;
  }
  const own = wantsOurs ? FRAME_BYTES + kept * (isV6 ? CONTACT6_BYTES : CONTACT_BYTES) : 0;
  const room = out.nodesThatFit(query, sibling.isV6, others + own, limit);
  const theirs = gather(sibling, now, from, query, room);
  // The keys of a dictionary are in order: `nodes`, `nodes6`.
  if (wantsOurs && !isV6) write(node, out, kept);
  write(sibling, out, theirs);
  if (wantsOurs && isV6) write(node, out, kept);
}

/** The contacts nearest to the target, no more than `room`; their handles are then in `nearest`. */
function gather(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  room: number,
): number {
  const { nearest, isV6 } = node;
  const { contacts } = node.shared;
  nearest.begin(query.bytes, query.aimStart, Math.min(node.settings.k, room));
  node.table.closest(now, nearest, true);
  const peerScope = scopeOf(from);
  const { handles } = nearest;
  let kept = 0;
  for (let i = 0; i < nearest.count; i++) {
    const handle = handles[i];
    const scope = isV6
      ? scopeOf(contacts.addressOf(handle))
      : scopeAt(contacts.bytes, handle * CONTACT_BYTES + ID_BYTES);
    if (reaches(peerScope, scope)) handles[kept++] = handle;
  }
  return kept;
}

function write(node: MainlineState, out: Writer, kept: number): void {
  const { contacts } = node.shared;
  const { handles } = node.nearest;
  if (node.isV6) out.nodes6(contacts, handles, kept);
  else out.nodes(contacts, handles, kept);
}

/** Did we give the sender the token that it shows, for what it writes under? */
export function isAuthentic(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  target: Uint8Array,
  start: number,
): boolean {
  const { bytes, tokenStart, tokenLength } = query;
  if (tokenStart <= 0) return false;
  const { tokens } = node.shared;
  return tokens.valid(now, node.tenant, from, target, start, bytes, tokenStart, tokenLength);
}

export function refuse(
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
