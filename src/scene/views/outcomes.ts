/**
 * Lookups that ended, from rows to the columns that statistics want: the same for the lab's and for live
 * ones, which are told one at a time.
 */
import type { Outcomes } from '../protocol/messages.ts';

/** A lookup that ended, as `Outcomes` has it. */
export interface Outcome {
  readonly endedMs: number;
  readonly durationMs: number;
  readonly hops: number;
  readonly messages: number;
  /** 0 failed, 1 succeeded, 2 succeeded and was exact, 3 succeeded and was not. */
  readonly result: number;
}

export function outcomesOf(rows: readonly Outcome[]): Outcomes {
  return {
    type: 'outcomes',
    endedMs: Float64Array.from(rows, ({ endedMs }) => endedMs),
    durationsMs: Float64Array.from(rows, ({ durationMs }) => durationMs),
    hops: Uint8Array.from(rows, ({ hops }) => Math.min(hops, 255)),
    messages: Uint16Array.from(rows, ({ messages }) => Math.min(messages, 65_535)),
    results: Uint8Array.from(rows, ({ result }) => result),
  };
}
