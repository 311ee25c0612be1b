/** Traces of lookups are bounded by number and by bytes. */
import { expect, test } from 'vitest';
import { rememberTrace, TRACES_BYTES_MAX } from '../../../src/api/mainline/traces.ts';
import type { LookupTrace } from '../../../src/mainline.ts';

const traceOf = (steps: number) => ({ steps: new Array(steps) }) as unknown as LookupTrace;

test('the latest are kept, as many as were asked for', () => {
  const traces: LookupTrace[] = [];
  const all = Array.from({ length: 10 }, () => traceOf(20));
  for (const trace of all) rememberTrace(traces, trace, 4);
  expect(traces).toEqual(all.slice(6));
});

test('none when none were asked for', () => {
  const traces: LookupTrace[] = [];
  rememberTrace(traces, traceOf(20), 0);
  expect(traces).toEqual([]);
});

test('fewer when they are large', () => {
  const traces: LookupTrace[] = [];
  for (let i = 0; i < 10_000; i++) rememberTrace(traces, traceOf(128), 10_000);
  expect(traces.length * 128 * 300).toBeLessThan(TRACES_BYTES_MAX);
  expect(traces.length).toBeGreaterThan(40);
});
