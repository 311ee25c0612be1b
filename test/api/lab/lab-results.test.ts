import { expect, test } from 'vitest';
import { lookupResult } from '../../../src/api/lab/lab-results.ts';
import { addressOf } from '../../../src/core/address.ts';
import type { Grade } from '../../../src/lab/results/grade.ts';
import type { Lookup } from '../../../src/mainline/rows/lookup.ts';
import type { LookupTrace } from '../../../src/mainline/trace.ts';

test('a lookup comes to who is closest, what was found on the way, and what was written', () => {
  const lookup = { writes: { stored: 3, failed: 1 } } as Lookup;
  const trace = { closest: [{ host: '16.0.0.1' }] } as LookupTrace;
  const grade = { exact: true } as Grade;
  expect(lookupResult(lookup, trace, grade, new Set([addressOf(0x10000002, 99)]))).toEqual({
    ...{ nodes: trace.closest, lookup: trace, grade, stored: 3, failed: 1 },
    peers: [{ host: '16.0.0.2', port: 99 }],
  });
});
