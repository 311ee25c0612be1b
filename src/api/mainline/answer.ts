/** What one node answered to one query, as a plain result or as an error; it needs no Node.js, as labs do not. */
import type { Address } from '../../core/address.ts';
import { DhtError } from '../../io/errors.ts';
import { latin1 } from '../../mainline/krpc/bencode.ts';
import { Kind } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import { type NodeInfo, nodeInfo } from '../../mainline/trace.ts';

export interface PingResult extends NodeInfo {
  rttMs: number;
  /** The other program as it calls itself (BEP 20 `v`), in latin1; empty when it does not. */
  version: string;
}

/** @throws DhtError KRPC_ERROR when that is an error. */
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
