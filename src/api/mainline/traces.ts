/**
 * Traces of the latest lookups, bounded by how many they are and by how many bytes they take: the trace
 * of a lookup that went astray has ten times the steps of another.
 */
import type { LookupTrace } from '../../mainline/trace.ts';

/** A step as a JavaScript object with its texts: 243 bytes on the heap, the mean of 18,013 in a testnet of 60. */
const STEP_BYTES = 300;
/** A trace without its steps: 1459 bytes, the eight nodes it ended with most of it. */
const TRACE_BYTES = 2000;
/** All traces of a node together. 64 of a usual lookup, 20 queries, take a third of it. */
export const TRACES_BYTES_MAX: number = 2 * 1024 * 1024;

export function rememberTrace(traces: LookupTrace[], trace: LookupTrace, limit: number): void {
  traces.push(trace);
  let bytes = 0;
  for (const one of traces) bytes += bytesOf(one);
  while (traces.length > limit || bytes > TRACES_BYTES_MAX) {
    const oldest = traces.shift();
    if (oldest === undefined) return;
    bytes -= bytesOf(oldest);
  }
}

function bytesOf(trace: LookupTrace): number {
  return TRACE_BYTES + trace.steps.length * STEP_BYTES;
}
