/**
 * Announces (BEP 5 "announce_peer"): the writes that follow a lookup. Whoever answers the lookup gives a
 * token with its answer; when the lookup is done the closest of them get it back with what they are to
 * store.
 *
 *     lookup ─ answer with token, answer with token, … ─ done ─▶ write to the k closest ─ stored, refused
 */
import { assert } from '../../core/assert.ts';
import type { Message } from '../krpc/message.ts';
import { CandidateState } from '../rows/candidate.ts';
import type { Lookup } from '../rows/lookup.ts';
import { Purpose } from '../rows/purpose.ts';
import type { MainlineState } from '../state.ts';
import { openRequest, sendQuery } from './queries.ts';

/** Write tokens of others that are longer are not kept: the longest in use has 32 bytes. */
const TOKEN_BYTES_MAX = 128;

export function keepToken(lookup: Lookup, row: number, message: Message): void {
  const { bytes, tokenStart, tokenLength } = message;
  if (tokenStart <= 0 || tokenLength > TOKEN_BYTES_MAX) return;
  assert(lookup.stateOf(row) === CandidateState.answered, 'tokens come with answers');
  lookup.tokens[row] = bytes.slice(tokenStart, tokenStart + tokenLength);
}

/** To the k closest that gave a token. False when none did. */
export function announce(node: MainlineState, now: number, lookup: Lookup): boolean {
  const announcement = node.announcements!.get(lookup)!;
  lookup.closestAnswered(lookup.count, (row) => {
    const token = lookup.tokens[row];
    const to = lookup.addressOf(row);
    if (!token || lookup.writesPending === lookup.k) return;
    const request = openRequest(node, now, to, Purpose.announce, lookup.slot, row);
    if (request === 0) return;
    lookup.writesPending++;
    const { query } = node.shared;
    const id = node.idFor(lookup.target, 0, to);
    const { port, impliedPort, seed } = announcement;
    query.announcePeer(id.bytes, id.start, lookup.target, 0, port, impliedPort, seed, token);
    sendQuery(node, request, to);
  });
  return lookup.writesPending > 0;
}

export function countWrite(lookup: Lookup, stored: boolean): void {
  lookup.writesPending--;
  if (stored) lookup.writesStored++;
  else lookup.writesFailed++;
}
