/** Why calls of a Mainline node fail that were right in themselves, each as the one line a person reads. */
import { DhtError } from '../../io/errors.ts';
import { refusalText } from '../../io/udp-socket.ts';
import { latin1 } from '../../mainline/krpc/bencode.ts';
import type { Message } from '../../mainline/krpc/message.ts';

export function noNodes(): DhtError {
  return new DhtError('NO_NODES', 'the table is empty and no bootstrap node is known');
}

export function busy(): DhtError {
  return new DhtError('BUSY', 'too many requests are under way');
}

export function silent(timeoutMs: number): DhtError {
  return new DhtError('TIMEOUT', `no answer within ${timeoutMs} ms`);
}

/** @param refusal what the system said; null when it has sent since. */
export function notSent(refusal: { readonly code: string } | null): DhtError {
  const why = refusal === null ? '' : `: ${refusalText(refusal.code)}`;
  return new DhtError('NOT_SENT', `the system refuses to send${why}`);
}

/** The other node answered with a KRPC error (BEP 5 "Errors"). */
export function krpcError({
  bytes,
  errorCode,
  errorTextStart,
  errorTextLength,
}: Message): DhtError {
  const text =
    errorTextStart > 0 ? latin1(bytes, errorTextStart, errorTextStart + errorTextLength) : '';
  const what = `the node answered with error ${errorCode}${text && `: ${text}`}`;
  return new DhtError('KRPC_ERROR', what, { krpcCode: errorCode });
}
