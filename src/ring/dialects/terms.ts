/**
 * What all streams of a process that speak a class dialect have in common: which dialect it is, how
 * long a value may be, the room for values that are on their way, and the counters.
 */
import type { Allowance } from './allowance.ts';
import type { Wire } from './wire.ts';
import type { WireCounters } from './wire-counters.ts';

export interface Terms {
  readonly wire: Wire;
  /** No value is longer, in or out. */
  readonly valueBytesMax: number;
  /** Room for values that are on their way, of all streams together. */
  readonly memory: Allowance;
  readonly counters: WireCounters;
}
