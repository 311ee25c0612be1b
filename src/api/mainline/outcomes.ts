/** What a call comes to: an answer as a plain result, and each way to fail as an error that says why. */
import type { Address } from '../../core/address.ts';
import type { Refusal } from '../../io/driver.ts';
import { DhtError } from '../../io/errors.ts';
import { refusalText } from '../../io/udp-socket.ts';
import { latin1 } from '../../mainline/krpc/bencode.ts';
import { Kind } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import { type LookupTrace, nodeInfo } from '../../mainline/trace.ts';
import type { MainlineStats, statsOf } from '../../mainline/views.ts';
import type { PingResult } from './results.ts';

/** What one node answered to one query. @throws DhtError KRPC_ERROR when that is an error. */
export function pingResult(message: Message, rttMs: number, from: Address): PingResult {
  const { bytes } = message;
  if (message.kind === Kind.error) throw krpcError(message);
  const { versionStart, versionLength } = message;
  const version = versionStart > 0 ? latin1(bytes, versionStart, versionStart + versionLength) : '';
  return { ...nodeInfo(bytes, message.idStart, from), rttMs, version };
}

function krpcError(message: Message): DhtError {
  const { bytes, errorTextStart: start, errorCode: code } = message;
  const text = start > 0 ? latin1(bytes, start, start + message.errorTextLength) : '';
  const what = `the node answered with error ${code}${text && `: ${text}`}`;
  return new DhtError('KRPC_ERROR', what, { krpcCode: code });
}

/** @param host where we listen. */
export function notSent(refusal: Refusal | null, host: string): DhtError {
  const why = refusal === null ? '' : `: ${refusalText(refusal.code, host)}`;
  return new DhtError('NOT_SENT', `the system refuses to send${why}`);
}

/** @param what it was that nobody took. */
export function notStored(what: string, trace: LookupTrace): DhtError {
  const answered = `${trace.answered} of ${trace.steps.length} nodes answered`;
  return new DhtError('NOT_STORED', `no node stored the ${what} (${answered})`);
}

export function noNodes(): DhtError {
  return new DhtError('NO_NODES', 'the table is empty and no bootstrap node is known');
}

export function busy(): DhtError {
  return new DhtError('BUSY', 'too many requests are under way');
}

export function wasClosed(): DhtError {
  return new DhtError('CLOSED', 'the node was closed');
}

/** What the machine knows of itself, and what the world knows beside it. */
export function wholeStats(
  known: ReturnType<typeof statsOf>,
  beside: Pick<MainlineStats, 'network' | 'uptimeMs'>,
  failures: number,
  refusal: Refusal | null,
): MainlineStats {
  const said = refusal && refusalText(refusal.code, known.host);
  return { ...known, ...beside, out: { ...known.out, failures, refusal: said } };
}
