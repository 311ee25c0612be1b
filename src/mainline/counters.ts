/**
 * What passed through a node, in plain numbers. Every datagram that comes in ends in exactly one of
 * `queries`, `replies`, `errors` and `dropped`, so nothing is lost silently.
 */

import { METHODS } from './krpc/fields.ts';

/** Why a datagram was dropped. The first five are `Malformed`, in its order, from 1 on. */
export const DROP_REASONS = [
  'too-short',
  'not-a-dictionary',
  'not-bencode',
  'no-transaction-id',
  'no-kind',
  'port-zero',
  'own-id',
  'source-limit',
  'total-limit',
  'read-only',
  'unknown-transaction',
  'wrong-address',
  'no-id',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Further reasons, numbered on from `Malformed`. */
export const Drop = {
  portZero: 6,
  ownId: 7,
  sourceLimit: 8,
  totalLimit: 9,
  readOnly: 10,
  unknownTransaction: 11,
  wrongAddress: 12,
  noId: 13,
} as const;

/** Lists of so few numbers cost half of what typed arrays do. */
const zeros = (count: number): number[] => new Array<number>(count).fill(0);
/** Of all that never dropped anything; never written to. */
const NOTHING_DROPPED = zeros(DROP_REASONS.length);

export class Counters {
  datagramsIn = 0;
  datagramsOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** Queries that came in and were looked at, by `Method`. */
  readonly queries: number[] = zeros(METHODS);
  /** Replies and errors that belong to a request of ours. */
  replies = 0;
  errors = 0;
  /** Queries that we left unanswered or answered with an error. */
  silenced = 0;
  refused = 0;
  queriesOut = 0;
  timeouts = 0;
  /** In the order of `DROP_REASONS`. */
  dropped: number[] = NOTHING_DROPPED;

  drop(reason: number): void {
    if (this.dropped === NOTHING_DROPPED) this.dropped = zeros(DROP_REASONS.length);
    this.dropped[reason - 1]++;
  }
}
