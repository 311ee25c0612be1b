/**
 * Writes: what follows a lookup that was begun in order to store something (BEP 5 "announce_peer",
 * BEP 44 "put"). Whoever answers the lookup gives a token with its answer; when the lookup is done the
 * closest of them get it back with what they are to store.
 *
 *     lookup ─ answer with token, answer with token, … ─ done ─▶ write to the k closest ─ stored, refused
 */
import type { Address } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { latin1 } from '../krpc/bencode.ts';
import type { Message } from '../krpc/message.ts';
import { copied } from '../krpc/reading.ts';
import { CandidateState } from '../rows/candidate.ts';
import type { Lookup } from '../rows/lookup.ts';
import { Purpose } from '../rows/purpose.ts';
import type { WriteOutcome } from '../rows/writes.ts';
import type { MainlineState } from '../state.ts';
import { openRequest, sendQuery } from './queries.ts';

/** Write tokens of others that are longer are not kept: the longest in use has 32 bytes. */
const TOKEN_BYTES_MAX = 128;
/** Of an error's text so much is kept; those in use are shorter. */
const REASON_BYTES_MAX = 120;

export function keepToken(lookup: Lookup, row: number, message: Message): void {
  const { bytes, tokenStart, tokenLength } = message;
  if (tokenStart <= 0 || tokenLength > TOKEN_BYTES_MAX) return;
  assert(lookup.stateOf(row) === CandidateState.answered, 'tokens come with answers');
  lookup.writes.tokens[row] = copied(bytes, tokenStart, tokenStart + tokenLength);
}

/**
 * To the k closest that gave a token; `compose` writes the query, all but its end. Where BEP 42 is kept
 * the k closest whose ids follow from their addresses are among them, so that nobody who settled beside
 * the key has all there is: twice k writes at most. With a reach all within it are written to as well. False
 * when nobody gave a token.
 */
export function writeToClosest(
  node: MainlineState,
  now: number,
  lookup: Lookup,
  compose: (to: Address, token: Uint8Array, row: number) => void,
): boolean {
  const { writes } = lookup;
  let secure = 0;
  lookup.closestAnswered(lookup.count, (row) => {
    const token = writes.tokens[row];
    const to = lookup.addressOf(row);
    const isExpected = lookup.isRowInReach(row);
    if (!token || (secure >= lookup.k && !isExpected)) return;
    const isInsecure = lookup.isInsecure(row);
    if (isInsecure && writes.pending >= lookup.k && !isExpected) return;
    const request = openRequest(node, now, to, Purpose.write, lookup.slot, row);
    if (request === 0) return;
    writes.pending++;
    if (!isInsecure) secure++;
    compose(to, token, row);
    sendQuery(node, request, to);
  });
  return writes.pending > 0;
}

/** @param error what the node answered, when it refused. */
export function outcomeOf(
  row: number,
  outcome: WriteOutcome['outcome'],
  error: Message | null,
): WriteOutcome {
  if (!error) return { row, outcome, code: 0, reason: '' };
  const { bytes, errorCode: code, errorTextStart: start } = error;
  const length = Math.min(error.errorTextLength, REASON_BYTES_MAX);
  return { row, outcome, code, reason: start > 0 ? latin1(bytes, start, start + length) : '' };
}
